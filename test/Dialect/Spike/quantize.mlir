// What becomes of layers, attention, neurons, pools, shortcuts and synapses in a row; the results keep the contract.
// RUN: spike-opt %s --spike-quantize="input-scales=16 input-lows=-128 input-highs=127" --verify-spike-contract --verify-spike-quantized --split-input-file | FileCheck %s
// RUN: spike-opt %s --spike-quantize="bits=4 granularity=layer input-scales=16 input-lows=-128 input-highs=127" --verify-spike-contract --verify-spike-quantized --split-input-file | FileCheck %s --check-prefix=LAYER
// RUN: not spike-opt %s --spike-quantize=bits=5 2>&1 | FileCheck %s --check-prefix=BITS
// RUN: not spike-opt %s --spike-quantize=granularity=tensor 2>&1 | FileCheck %s --check-prefix=GRANULARITY
// RUN: not spike-opt %s --spike-quantize=input-scales=2 2>&1 | FileCheck %s --check-prefix=COUNTS
// RUN: not spike-opt %s --spike-quantize="input-scales=-2 input-lows=0 input-highs=1" 2>&1 | FileCheck %s --check-prefix=SCALE
// RUN: not spike-opt %s --spike-quantize="input-scales=2 input-lows=1 input-highs=1" 2>&1 | FileCheck %s --check-prefix=INTERVAL

// BITS: error: spike-quantize expects 8, 6 or 4 bits, got 5
// GRANULARITY: error: spike-quantize expects granularity=channel or layer, got 'tensor'
// COUNTS: error: spike-quantize expects as many input-lows and input-highs as input-scales, got 0, 0 and 1
// SCALE: error: spike-quantize expects input scales above zero, got -2
// INTERVAL: error: spike-quantize expects an interval within +-16777216 that holds 0 for each input, got [1, 1]

// The best scale of the first channel is 127 * 16 units, of the second four times as many; there is room for one bit more.
// Thresholds have the gain of the leak, two; the bias is in units of 2^-6.
// CHECK-LABEL: func.func @layer
// CHECK-SAME: spike.quantization = [{exponent = 1 : i64, kind = "linear", name = "", scale = [4.064000e+03, 1.625600e+04]}, {exact = false, gain = 0 : i64, kind = "neuron", name = "lif", {{.*}} worst_current = 3129344 : i64, worst_membrane = 5867520 : i64}]
// CHECK: %[[Q:.*]] = spike.quantize %{{.*}} by 16.0 in [-128, 127]
// CHECK: %[[W:.*]] = spike.constant dense<{{\[}}[2.540000e+02, -1.280000e+02], [2.540000e+02, 1.280000e+02]]>
// CHECK: %[[Y:.*]] = spike.linear %[[Q]], %[[W]] :
// CHECK: %[[T:.*]] = spike.constant dense<[8.128000e+03, 3.251200e+04]>
// CHECK: %[[B:.*]] = spike.constant dense<[1.300480e+05, 0.000000e+00]>
// CHECK: spike.neuron #spike.fixed_lif<dv = 2048, threshold = 0> path "lif"(%[[Y]]) params(threshold = %[[T]], bias = %[[B]]) axis 2
// LAYER-LABEL: func.func @layer
// LAYER: spike.constant dense<{{\[}}[{{[0-9.e+]+}}, {{[-0-9.e+]+}}], [{{[0-9.e+]+}}, {{[0-9.e+]+}}]]>
// LAYER: spike.neuron #spike.fixed_lif<dv = 2048, threshold = {{[1-9][0-9]*}}> {{.*}} params(bias = %{{.*}}) axis 2
func.func @layer(%x: tensor<4x1x2xf32>) -> tensor<4x1x2xf32> {
  %w = spike.constant dense<[[1.0, -0.5], [0.25, 0.125]]> : tensor<2x2xf32>
  %b = spike.constant dense<[0.5, 0.0]> : tensor<2xf32>
  %y = spike.linear %x, %w, %b : (tensor<4x1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<4x1x2xf32>
  %s = spike.neuron #spike.lif path "lif" (%y) : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
  return %s : tensor<4x1x2xf32>
}

// -----

// Membranes of four steps have three fraction digits. The threshold is 0.5 * 2 / 0.25 = 4 units, 32 with those, and "at
// least 32" is "above 31".
// CHECK-LABEL: func.func @attention
// CHECK-SAME: {exact = true, gain = 3 : i64, kind = "neuron", name = "attn"
// CHECK: %[[B:.*]] = spike.matmul %{{.*}}, %{{.*}} : (tensor<4x3x3xf32>
// CHECK: %[[G:.*]] = spike.scale %[[B]] by 8.0
// CHECK: spike.neuron #spike.fixed_lif<dv = 2048, threshold = 31> path "attn"(%[[G]])
func.func @attention(%x: tensor<4x3x2xf32>) -> tensor<4x3x2xf32> {
  %s = spike.neuron #spike.lif (%x) : (tensor<4x3x2xf32>) -> tensor<4x3x2xf32>
  %a = spike.matmul %s, %s transpose_rhs : (tensor<4x3x2xf32>, tensor<4x3x2xf32>) -> tensor<4x3x3xf32>
  %b = spike.matmul %a, %s : (tensor<4x3x3xf32>, tensor<4x3x2xf32>) -> tensor<4x3x2xf32>
  %c = spike.scale %b by 0.25 : tensor<4x3x2xf32> -> tensor<4x3x2xf32>
  %t = spike.neuron #spike.lif<v_threshold = 0.5> path "attn" (%c) : (tensor<4x3x2xf32>) -> tensor<4x3x2xf32>
  return %t : tensor<4x3x2xf32>
}

// -----

// Each neuron's current is the input, 16 units; two steps. IF needs no digit, tau = 2 one, tau = 4 two; decay = 0.3 has no
// such number. LIF with v_reset = -0.5 fires 0.75 above it.
// CHECK-LABEL: func.func @neurons
// CHECK: spike.neuron #spike.fixed_lif<threshold = 12, reset = soft>(%{{.*}})
// CHECK: spike.scale %{{.*}} by 2.0
// CHECK: spike.neuron #spike.fixed_lif<dv = 2048, threshold = 47>(%{{.*}})
// CHECK: spike.scale %{{.*}} by 4.0
// CHECK: spike.neuron #spike.fixed_lif<dv = 1024, threshold = 63>(%{{.*}})
// CHECK: spike.scale %{{.*}} by 8.0
// CHECK: spike.neuron #spike.fixed_lif<dv = 1229, threshold = 426>(%{{.*}})
// CHECK: spike.scale %{{.*}} by 4.0
// CHECK: spike.neuron #spike.fixed_lif<dv = 1024, threshold = 64>(%{{.*}})
func.func @neurons(%x: tensor<2x1x3xf32>) -> (tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>) {
  %a = spike.neuron #spike.if<reset = soft, fire = gt, v_threshold = 0.75> (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %b = spike.neuron #spike.lif<v_reset = -0.5, v_threshold = 0.25> (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %c = spike.neuron #spike.lif<tau = 4.0, decay_input = false> (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %d = spike.neuron #spike.plif<decay = 0.3> (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %e = spike.neuron #spike.leaky<beta = 0.75, reset = hard, reset_delay = false> (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %a, %b, %c, %d, %e : tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>
}

// -----

// A bias moves through a pool of either kind; a mean is a sum of four, so its scale and threshold have four times the units.
// CHECK-LABEL: func.func @pools
// CHECK: %[[C:.*]] = spike.conv %{{.*}}, %{{.*}} strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<2x1x4x4xf32>, tensor<1x1x1x1xf32>) ->
// CHECK: %[[M:.*]] = spike.pool max %[[C]]
// CHECK: spike.neuron #spike.fixed_lif<threshold = 4064, bias = -65024> path "max"(%[[M]])
// CHECK: %[[D:.*]] = spike.conv
// CHECK: %[[ONES:.*]] = spike.constant dense<1.000000e+00> : tensor<1x1x2x2xf32>
// CHECK: %[[A:.*]] = spike.conv %[[D]], %[[ONES]] strides [2, 2] padding [0, 0, 0, 0] channels_first
// CHECK: spike.neuron #spike.fixed_lif<threshold = 7944, bias = -127104> path "avg"(%[[A]])
func.func @pools(%x: tensor<2x1x4x4xf32>) -> (tensor<2x1x2x2xf32>, tensor<2x1x2x2xf32>) {
  %w = spike.constant dense<1.0> : tensor<1x1x1x1xf32>
  %b = spike.constant dense<-0.25> : tensor<1xf32>
  %y = spike.conv %x, %w, %b strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<2x1x4x4xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>) -> tensor<2x1x4x4xf32>
  %m = spike.pool max %y kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_first : tensor<2x1x4x4xf32> -> tensor<2x1x2x2xf32>
  %s = spike.neuron #spike.if path "max" (%m) : (tensor<2x1x2x2xf32>) -> tensor<2x1x2x2xf32>
  %v = spike.conv %x, %w, %b strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<2x1x4x4xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>) -> tensor<2x1x4x4xf32>
  %a = spike.pool avg %v kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_first : tensor<2x1x4x4xf32> -> tensor<2x1x2x2xf32>
  %t = spike.neuron #spike.if path "avg" (%a) : (tensor<2x1x2x2xf32>) -> tensor<2x1x2x2xf32>
  return %s, %t : tensor<2x1x2x2xf32>, tensor<2x1x2x2xf32>
}

// -----

// Both branches have the scale 4064; the finer weights of the second have an exponent that is two larger. The biases of
// both come behind the output, whose mean is a sum.
// CHECK-LABEL: func.func @shortcut
// CHECK: %[[A:.*]] = spike.linear
// CHECK: spike.neuron #spike.fixed_lif<dv = 2048, threshold = 8128> path "lif"(%[[A]]) params(bias = %{{.*}}) axis 2
// CHECK: spike.constant dense<{{\[}}[1.016000e+03, 0.000000e+00], [0.000000e+00, -1.016000e+03]]>
// CHECK: %[[R:.*]] = spike.add %[[A]], %{{.*}}
// CHECK: %[[S:.*]] = spike.reduce sum %[[R]] dims [0]
// CHECK: %[[Y:.*]] = spike.scale %[[S]] by 8128.0 divide
// CHECK: %[[B:.*]] = spike.constant dense<1.500000e+00> : tensor<2xf32>
// CHECK: spike.add %[[Y]], %[[B]]
func.func @shortcut(%x: tensor<2x1x2xf32>) -> tensor<1x2xf32> {
  %w = spike.constant dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>
  %v = spike.constant dense<[[0.25, 0.0], [0.0, -0.25]]> : tensor<2x2xf32>
  %b = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %c = spike.constant dense<[0.5, -0.5]> : tensor<2xf32>
  %a = spike.linear %x, %w, %b : (tensor<2x1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x1x2xf32>
  %s = spike.neuron #spike.lif path "lif" (%a) : (tensor<2x1x2xf32>) -> tensor<2x1x2xf32>
  %d = spike.linear %s, %v, %c : (tensor<2x1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x1x2xf32>
  %r = spike.add %a, %d : (tensor<2x1x2xf32>, tensor<2x1x2xf32>) -> tensor<2x1x2xf32>
  %y = spike.reduce mean %r dims [0] : tensor<2x1x2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// A synapse behind another: the first keeps its bias, as integers. An output has 24 bits, enough for all levels of both.
// CHECK-LABEL: func.func @row
// CHECK: %[[W:.*]] = spike.constant dense<{{\[}}[1.270000e+02, 6.400000e+01], [6.400000e+01, 1.270000e+02]]>
// CHECK: %[[B:.*]] = spike.constant dense<[2.032000e+03, 4.064000e+03]>
// CHECK: %[[Y:.*]] = spike.linear %{{.*}}, %[[W]], %[[B]]
// CHECK: spike.linear %[[Y]], %{{.*}} :
func.func @row(%x: tensor<2x1x2xf32>) -> tensor<2x1x1xf32> {
  %w = spike.constant dense<[[1.0, 0.5], [0.5, 1.0]]> : tensor<2x2xf32>
  %b = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %v = spike.constant dense<[[1.0, -1.0]]> : tensor<1x2xf32>
  %a = spike.linear %x, %w, %b : (tensor<2x1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x1x2xf32>
  %y = spike.linear %a, %v : (tensor<2x1x2xf32>, tensor<1x2xf32>) -> tensor<2x1x1xf32>
  return %y : tensor<2x1x1xf32>
}

// -----

// The chip's own neurons have 17 bits for a current, which would leave 17 levels for each synapse; with fewer bits of
// alignment there are 64, and then the threshold is as large as can be.
// CHECK-LABEL: func.func @row_of_neurons
// CHECK: spike.constant dense<{{\[}}[6.400000e+01, 3.200000e+01], [3.200000e+01, 6.400000e+01]]>
// CHECK: spike.constant dense<{{\[}}[6.400000e+01, -6.400000e+01]]>
// CHECK: spike.neuron #spike.fixed_lif<dv = 2048, threshold = 131071, align = 1>
func.func @row_of_neurons(%x: tensor<2x1x2xf32>) -> tensor<2x1x1xf32> {
  %w = spike.constant dense<[[1.0, 0.5], [0.5, 1.0]]> : tensor<2x2xf32>
  %b = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %v = spike.constant dense<[[1.0, -1.0]]> : tensor<1x2xf32>
  %a = spike.linear %x, %w, %b : (tensor<2x1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x1x2xf32>
  %y = spike.linear %a, %v : (tensor<2x1x2xf32>, tensor<1x2xf32>) -> tensor<2x1x1xf32>
  %s = spike.neuron #spike.lif (%y) : (tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  return %s : tensor<2x1x1xf32>
}

// -----

// The direct code is a repetition; a constant sum is a bias; an input of spikes needs no scale; spikes returned are spikes.
// CHECK-LABEL: func.func @rest
// CHECK-DAG: %[[Q:.*]] = spike.quantize %arg0
// CHECK-DAG: %[[R:.*]] = spike.repeat_time %[[Q]]
// CHECK: spike.neuron #spike.fixed_lif<threshold = 16, bias = 256>(%[[R]])
// CHECK: %[[M:.*]] = spike.mask
// CHECK: return %[[M]]
func.func @rest(%x: tensor<1x3xf32>, %s: tensor<2x1x3xi1>) -> tensor<2x1x3xf32> {
  %c = spike.constant dense<0.25> : tensor<1xf32>
  %t = spike.encode #spike.direct (%x) steps 2 : tensor<1x3xf32> -> tensor<2x1x3xf32>
  %a = spike.add %c, %t : (tensor<1xf32>, tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %n = spike.neuron #spike.if (%a) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %m = spike.mask %n, %s : (tensor<2x1x3xf32>, tensor<2x1x3xi1>) -> tensor<2x1x3xf32>
  return %m : tensor<2x1x3xf32>
}

// -----

// With one scale for all channels, the channel with the largest current sets the limits, not the first.
// LAYER-LABEL: func.func @largest_channel
// LAYER-SAME: worst_current = [[CURRENT:[0-9]+]] : i64, worst_membrane = [[CURRENT]] : i64
// CHECK-LABEL: func.func @largest_channel
func.func @largest_channel(%x: tensor<1x1x2xf32>) -> tensor<1x1x2xf32> {
  %w = spike.constant dense<[[0.125, 0.0], [1.0, 1.0]]> : tensor<2x2xf32>
  %y = spike.linear %x, %w : (tensor<1x1x2xf32>, tensor<2x2xf32>) -> tensor<1x1x2xf32>
  %s = spike.neuron #spike.if (%y) : (tensor<1x1x2xf32>) -> tensor<1x1x2xf32>
  return %s : tensor<1x1x2xf32>
}

// -----

// A spike that is added to currents has the weight 1.0 in their units, of 7 bits and an exponent. Alone it may reach the
// threshold, at which the source fires. In a concatenation it is the same; a spike that other neurons read stays one.
// CHECK-LABEL: func.func @mixed
// CHECK: %[[S:.*]] = spike.neuron #spike.fixed_lif<threshold = 15> path "a"
// CHECK: %[[Y:.*]] = spike.linear %[[S]]
// CHECK: %[[K:.*]] = spike.scale %[[S]] by [[GAIN:[1-9][0-9.E+]*]] :
// CHECK: %[[Z:.*]] = spike.add %[[K]], %[[Y]]
// CHECK: spike.neuron #spike.fixed_lif<threshold = 11519> path "b"(%[[Z]])
// CHECK: spike.linear %[[S]]
// CHECK: %[[L:.*]] = spike.scale %[[S]] by
// CHECK: spike.concat %{{.*}}, %[[L]] axis 2
// CHECK: spike.scale %[[Z]] by [[GAIN]] divide
func.func @mixed(%x: tensor<2x1x3xf32>) -> (tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x6xf32>) {
  %w = spike.constant dense<[[0.5, 0.25, -0.1], [0.3, 0.2, 0.1], [0.7, -0.6, 0.5]]> : tensor<3x3xf32>
  %s = spike.neuron #spike.if path "a" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %y = spike.linear %s, %w : (tensor<2x1x3xf32>, tensor<3x3xf32>) -> tensor<2x1x3xf32>
  %z = spike.add %s, %y : (tensor<2x1x3xf32>, tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %t = spike.neuron #spike.if path "b" (%z) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %v = spike.linear %s, %w : (tensor<2x1x3xf32>, tensor<3x3xf32>) -> tensor<2x1x3xf32>
  %c = spike.concat %v, %s axis 2 : (tensor<2x1x3xf32>, tensor<2x1x3xf32>) -> tensor<2x1x6xf32>
  return %z, %t, %c : tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x6xf32>
}

// -----

// Neurons that keep nothing, at, above and below zero. "At least zero" is "above zero" of one more, "above" is not.
// CHECK-LABEL: func.func @no_state
// CHECK: spike.neuron #spike.fixed_lif<dv = 4096, threshold = 7> path "plus"
// CHECK: spike.neuron #spike.fixed_lif<dv = 4096, threshold = 0, bias = 1> path "zero"
// CHECK: spike.neuron #spike.fixed_lif<dv = 4096, threshold = 0> path "above"
// CHECK: %[[T:.*]] = spike.constant dense<[3.000000e+00, 0.000000e+00, 0.000000e+00]>
// CHECK: %[[B:.*]] = spike.constant dense<[0.000000e+00, 5.130000e+02, 1.000000e+00]>
// CHECK: spike.neuron #spike.fixed_lif<dv = 4096, threshold = 0> path "channels"({{.*}}) params(threshold = %[[T]], bias = %[[B]]) axis 2
// CHECK: spike.neuron #spike.fixed_lif<dv = 4096, threshold = 15> path "tau"
func.func @no_state(%x: tensor<2x1x3xf32>) -> (tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>) {
  %p = spike.constant dense<[0.25, -0.5, 0.0]> : tensor<3xf32>
  %a = spike.neuron #spike.threshold<v_threshold = 0.5> path "plus" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %b = spike.neuron #spike.threshold<v_threshold = 0.0> path "zero" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %c = spike.neuron #spike.threshold<v_threshold = 0.0, fire = gt> path "above" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %d = spike.neuron #spike.threshold path "channels" (%x) params(v_threshold = %p) axis 2 : (tensor<2x1x3xf32>, tensor<3xf32>) -> tensor<2x1x3xf32>
  %e = spike.neuron #spike.lif<tau = 1.0> path "tau" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %a, %b, %c, %d, %e : tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>
}

// -----

// Three synapses in a row to an output share its 24 bits: as many levels for each.
// CHECK-LABEL: func.func @row_of_three
// CHECK: spike.constant dense<{{\[}}[2.700000e+01, -1.300000e+01], [-1.300000e+01, 2.700000e+01]]> : tensor<2x2xf32>
// CHECK: spike.constant dense<{{\[}}[2.700000e+01, -1.300000e+01], [-1.300000e+01, 2.700000e+01]]> : tensor<2x2xf32>
// CHECK: spike.constant dense<{{\[}}[2.700000e+01, -1.300000e+01], [-1.300000e+01, 2.700000e+01]]> : tensor<2x2xf32>
func.func @row_of_three(%x: tensor<2x1x2xf32>) -> tensor<2x1x2xf32> {
  %w = spike.constant dense<[[1.0, -0.5], [-0.5, 1.0]]> : tensor<2x2xf32>
  %a = spike.linear %x, %w : (tensor<2x1x2xf32>, tensor<2x2xf32>) -> tensor<2x1x2xf32>
  %b = spike.linear %a, %w : (tensor<2x1x2xf32>, tensor<2x2xf32>) -> tensor<2x1x2xf32>
  %c = spike.linear %b, %w : (tensor<2x1x2xf32>, tensor<2x2xf32>) -> tensor<2x1x2xf32>
  return %c : tensor<2x1x2xf32>
}

// -----

// A factor for each head becomes part of the thresholds, of whatever channels the heads are then: 0.5 * 2 * 16 * 16 over
// one half and over two.
// CHECK-LABEL: func.func @factors
// CHECK: %[[P:.*]] = spike.matmul
// CHECK-NOT: spike.mask
// CHECK: spike.neuron #spike.fixed_lif<dv = 2048, threshold = 0> path "heads"(%{{.*}}) params(threshold = %{{.*}}) axis 1
// CHECK: %[[R:.*]] = spike.reshape %[[P]]
// CHECK: spike.constant dense<{{.*}}> : tensor<6xf32>
// CHECK: spike.neuron #spike.fixed_lif<dv = 2048, threshold = 0> path "channels"(%{{.*}}) params(threshold = %{{.*}}) axis 1
func.func @factors(%x: tensor<2x2x3x4xf32>, %s: tensor<2x2x4x5xi1>) -> (tensor<2x2x3x5xf32>, tensor<2x6x5xf32>) {
  %f = spike.constant dense<[[[2.0]], [[0.5]]]> : tensor<2x1x1xf32>
  %p = spike.matmul %x, %s : (tensor<2x2x3x4xf32>, tensor<2x2x4x5xi1>) -> tensor<2x2x3x5xf32>
  %m = spike.mask %p, %f : (tensor<2x2x3x5xf32>, tensor<2x1x1xf32>) -> tensor<2x2x3x5xf32>
  %a = spike.neuron #spike.lif<v_threshold = 0.5> path "heads" (%m) : (tensor<2x2x3x5xf32>) -> tensor<2x2x3x5xf32>
  %r = spike.reshape %m : tensor<2x2x3x5xf32> -> tensor<2x6x5xf32>
  %b = spike.neuron #spike.lif<v_threshold = 0.5> path "channels" (%r) : (tensor<2x6x5xf32>) -> tensor<2x6x5xf32>
  return %a, %b : tensor<2x2x3x5xf32>, tensor<2x6x5xf32>
}

// -----

// Rounding is rounding down of one half more, a bias. A count of up to four is what bounds the currents behind it.
// CHECK-LABEL: func.func @counts
// CHECK-SAME: worst_current = 4161536 : i64
// CHECK: spike.neuron #spike.fixed_lif<dv = 4096, threshold = 16, bias = 512, fire = ge, levels = 4> path "count"
// CHECK: spike.neuron #spike.fixed_lif<threshold = 16256> path "if"
func.func @counts(%x: tensor<2x1x3xf32>) -> tensor<2x1x1xf32> {
  %w = spike.constant dense<[[1.0, 0.0, 0.0]]> : tensor<1x3xf32>
  %c = spike.neuron #spike.multi_spike<levels = 4> path "count" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %y = spike.linear %c, %w : (tensor<2x1x3xf32>, tensor<1x3xf32>) -> tensor<2x1x1xf32>
  %s = spike.neuron #spike.if path "if" (%y) : (tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  return %s : tensor<2x1x1xf32>
}

// -----

// Three quarters of a spike and a spike are three and four units. A factor for each channel directly behind a synapse is
// part of its weights and biases, whatever its sign.
// CHECK-LABEL: func.func @known_sum
// CHECK: %[[S:.*]] = spike.neuron
// CHECK: %[[A:.*]] = spike.scale %[[S]] by 4.0
// CHECK: %[[B:.*]] = spike.scale %[[S]] by 3.0
// CHECK: %[[Z:.*]] = spike.add %[[A]], %[[B]]
// CHECK: %[[W:.*]] = spike.constant dense<{{\[}}[4.064000e+03, 0.000000e+00], [-0.000000e+00, -4.064000e+03]]>
// CHECK: %[[Y:.*]] = spike.linear %[[Z]], %[[W]]
// CHECK-NOT: spike.mask
// CHECK: %[[BIAS:.*]] = spike.constant dense<[5.201920e+05, -5.201920e+05]>
// CHECK: spike.neuron {{.*}} path "out"(%[[Y]]) params(bias = %[[BIAS]])
// CHECK: spike.scale %[[Z]] by 4.0 divide
func.func @known_sum(%x: tensor<2x1x2xf32>) -> (tensor<2x1x2xf32>, tensor<2x1x2xf32>) {
  %w = spike.constant dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>
  %b = spike.constant dense<[0.5, 0.5]> : tensor<2xf32>
  %f = spike.constant dense<[2.0, -2.0]> : tensor<2xf32>
  %s = spike.neuron #spike.if (%x) : (tensor<2x1x2xf32>) -> tensor<2x1x2xf32>
  %h = spike.scale %s by 0.75 : tensor<2x1x2xf32> -> tensor<2x1x2xf32>
  %z = spike.add %s, %h : (tensor<2x1x2xf32>, tensor<2x1x2xf32>) -> tensor<2x1x2xf32>
  %y = spike.linear %z, %w, %b : (tensor<2x1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x1x2xf32>
  %r = spike.reshape %f : tensor<2xf32> -> tensor<1x2xf32>
  %m = spike.mask %y, %r : (tensor<2x1x2xf32>, tensor<1x2xf32>) -> tensor<2x1x2xf32>
  %t = spike.neuron #spike.if path "out" (%m) : (tensor<2x1x2xf32>) -> tensor<2x1x2xf32>
  return %z, %t : tensor<2x1x2xf32>, tensor<2x1x2xf32>
}
