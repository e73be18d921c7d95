// What integers cannot express is refused by name.
// RUN: spike-opt %s --spike-quantize="input-scales=16 input-lows=-128 input-highs=127" --split-input-file --verify-diagnostics

func.func @model(%x: tensor<2x1x3xf32>) -> tensor<2x1x3xf32> {
  // expected-error@+1 {{'spike.neuron' of layer 'q' cannot be quantized: it is a spike.qif, which integers cannot express; supported are Threshold, MultiSpike, and IF, LIF, PLIF and Leaky that start at their reset value and, where they subtract the threshold, have v_reset = 0}}
  %s = spike.neuron #spike.qif path "q" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

func.func @delayed(%x: tensor<2x1x3xf32>) -> tensor<2x1x3xf32> {
  // expected-error@+1 {{'spike.neuron' of layer 'l' cannot be quantized: it resets one step later (reset_delay); supported}}
  %s = spike.neuron #spike.leaky<reset = hard> path "l" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

func.func @leaky_soft(%x: tensor<2x1x3xf32>) -> tensor<2x1x3xf32> {
  // expected-error@+1 {{cannot be quantized: it subtracts the threshold in snnTorch's way; supported}}
  %s = spike.neuron #spike.leaky<reset_delay = false> path "l" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

func.func @beta(%x: tensor<2x1x3xf32>) -> tensor<2x1x3xf32> {
  // expected-error@+1 {{cannot be quantized: it has beta = 1.5, expected 0 to 1; supported}}
  %s = spike.neuron #spike.leaky<beta = 1.5, reset = hard, reset_delay = false> path "l" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

func.func @soft_reset_value(%x: tensor<2x1x3xf32>) -> tensor<2x1x3xf32> {
  // expected-error@+1 {{cannot be quantized: it subtracts the threshold and has v_reset = 0.25; supported}}
  %s = spike.neuron #spike.lif<v_reset = 0.25, reset = soft> path "l" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

func.func @start(%x: tensor<2x1x3xf32>) -> tensor<2x1x3xf32> {
  // expected-error@+1 {{cannot be quantized: it starts at v_init = 0.5, v_reset = 0; supported}}
  %s = spike.neuron #spike.if<v_init = 0.5> path "l" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

func.func @no_reset(%x: tensor<2x1x3xf32>) -> tensor<2x1x3xf32> {
  // expected-error@+1 {{cannot be quantized: it is never reset; supported}}
  %s = spike.neuron #spike.if<reset = none> path "l" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

func.func @below(%x: tensor<2x1x3xf32>) -> tensor<2x1x3xf32> {
  // expected-error@+1 {{cannot be quantized: it fires at 0.5, not above its reset value 0.5; supported}}
  %s = spike.neuron #spike.if<v_threshold = 0.5, v_reset = 0.5> path "l" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

func.func @soft_offset(%x: tensor<2x1x3xf32>) -> tensor<2x1x3xf32> {
  // expected-error@+1 {{cannot be quantized: it subtracts the threshold and fires at another value, v_offset = 0.5; supported}}
  %s = spike.neuron #spike.if<v_offset = 0.5, reset = soft> path "l" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

func.func @no_decay(%x: tensor<2x1x3xf32>) -> tensor<2x1x3xf32> {
  // expected-error@+1 {{cannot be quantized: it has decay = 0 and decay_input, so no current reaches it; supported}}
  %s = spike.neuron #spike.plif<decay = 0.0> path "l" (%x) : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

func.func @leak_by_channel(%x: tensor<2x1x3xf32>) -> tensor<2x1x3xf32> {
  %tau = spike.constant dense<[2.0, 3.0, 4.0]> : tensor<3xf32>
  // expected-error@+1 {{cannot be quantized: it has a leak for each channel; supported}}
  %s = spike.neuron #spike.lif path "l" (%x) params(tau = %tau) axis 2 : (tensor<2x1x3xf32>, tensor<3xf32>) -> tensor<2x1x3xf32>
  return %s : tensor<2x1x3xf32>
}

// -----

func.func @state(%x: tensor<2x1x3xf32>) -> (tensor<2x1x3xf32>, tensor<1x3xf32>) {
  // expected-error@+1 {{cannot be quantized: it carries its state in or out, or does a single step; supported}}
  %s, %v = spike.neuron #spike.lif path "l" (%x) : (tensor<2x1x3xf32>) -> (tensor<2x1x3xf32>, tensor<1x3xf32>)
  return %s, %v : tensor<2x1x3xf32>, tensor<1x3xf32>
}

// -----

func.func @products(%x: tensor<2x3x3xf32>) -> tensor<2x3x3xf32> {
  %w = spike.constant dense<0.5> : tensor<3x3xf32>
  %y = spike.linear %x, %w : (tensor<2x3x3xf32>, tensor<3x3xf32>) -> tensor<2x3x3xf32>
  // expected-error@+1 {{'spike.matmul' cannot be quantized: it is a product of two currents, expected spikes or counts on one side}}
  %z = spike.matmul %y, %y : (tensor<2x3x3xf32>, tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  return %z : tensor<2x3x3xf32>
}

// -----

// A count of three million that is added to currents leaves less than three units of 24 bits for one of them.
func.func @mixed(%x: tensor<2x3000000x1xf32>, %r: tensor<2x1xi1>) -> tensor<2x1xf32> {
  %w = spike.constant dense<-0.3> : tensor<1x1xf32>
  %s = spike.neuron #spike.if path "a" (%x) : (tensor<2x3000000x1xf32>) -> tensor<2x3000000x1xf32>
  %c = spike.reduce sum %s dims [1] : tensor<2x3000000x1xf32> -> tensor<2x1xf32>
  %y = spike.linear %r, %w : (tensor<2x1xi1>, tensor<1x1xf32>) -> tensor<2x1xf32>
  // expected-error@+1 {{'spike.add' cannot be quantized: it adds spikes or counts to currents, of which 2.621481 units make one of them, as the membrane of 'spike.neuron' of layer 'b' must not exceed 7864447 for the worst input}}
  %z = spike.add %c, %y : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %t = spike.neuron #spike.if path "b" (%z) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  return %t : tensor<2x1xf32>
}

// -----

func.func @scales(%x: tensor<2x3x3xf32>) -> tensor<2x3x3xf32> {
  %s = spike.neuron #spike.if (%x) : (tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %h = spike.scale %s by 0.7512345 : tensor<2x3x3xf32> -> tensor<2x3x3xf32>
  // expected-error@+1 {{'spike.add' cannot be quantized: it is a sum of values whose scales differ by constant factors, 1 and 1.331142}}
  %z = spike.add %s, %h : (tensor<2x3x3xf32>, tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  return %z : tensor<2x3x3xf32>
}

// -----

func.func @factor(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error@+1 {{'spike.scale' cannot be quantized: it is a factor of -2, expected one above zero}}
  %y = spike.scale %x by -2.0 : tensor<2x3xf32> -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

func.func @function(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error@+1 {{'spike.map' cannot be quantized: it is an op that integers cannot express; supported are synapses, neurons, sums, products of spikes, pools, means, constant factors and shapes}}
  %y = spike.map abs %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

func.func @maximum(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  // expected-error@+1 {{'spike.reduce' cannot be quantized: it is a reduction to the max, expected a sum or a mean}}
  %y = spike.reduce max %x dims [1] : tensor<2x3xf32> -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

func.func @last(%x: tensor<2x3xf32>) -> tensor<3xf32> {
  // expected-error@+1 {{'spike.decode' cannot be quantized: it is decode last, expected a mean or a count over time}}
  %y = spike.decode last %x : tensor<2x3xf32> -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// -----

func.func @border(%x: tensor<2x1x4x4xf32>) -> tensor<2x1x4x4xf32> {
  // expected-error@+1 {{'spike.pool' cannot be quantized: it is a mean whose windows have fewer elements at the border, expected count_include_pad or no padding}}
  %y = spike.pool avg %x kernel [3, 3] strides [1, 1] padding [1, 1, 1, 1] channels_first : tensor<2x1x4x4xf32> -> tensor<2x1x4x4xf32>
  return %y : tensor<2x1x4x4xf32>
}

// -----

func.func @repeated(%x: tensor<1x3xf32>) -> tensor<2x1x3xf32> {
  %w = spike.constant dense<0.5> : tensor<3x3xf32>
  %y = spike.linear %x, %w : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<1x3xf32>
  // expected-error@+1 {{'spike.repeat_time' cannot be quantized: it is a repetition over time of a computed value, expected one of an input}}
  %z = spike.repeat_time %y : tensor<1x3xf32> -> tensor<2x1x3xf32>
  return %z : tensor<2x1x3xf32>
}

// -----

func.func @code(%x: tensor<1x3xf32>) -> tensor<2x1x3xf32> {
  // expected-error@+1 {{'spike.encode' cannot be quantized: it is an input code other than direct; encode the input outside and compile the rest}}
  %z = spike.encode #spike.rate<seed = 1> (%x) steps 2 : tensor<1x3xf32> -> tensor<2x1x3xf32>
  return %z : tensor<2x1x3xf32>
}

// -----

// expected-error@+1 {{input 1 has no scale, expected as many of input-scales, input-lows and input-highs as real inputs, got 1}}
func.func @two_inputs(%x: tensor<2x3xf32>, %y: tensor<3x3xf32>) -> tensor<2x3xf32> {
  return %x : tensor<2x3xf32>
}

// -----

// expected-error@+1 {{expected one of input-scales for each of 0 real inputs, got 1}}
func.func @no_input(%x: tensor<2x3xi1>) -> tensor<2x3xi1> {
  return %x : tensor<2x3xi1>
}

// -----

// expected-error@+1 {{input 0 of 'i8' cannot be quantized, expected f32, spikes or counts}}
func.func @bytes(%x: tensor<2x3xi8>) -> tensor<2x3xi8> {
  return %x : tensor<2x3xi8>
}

// -----

func.func @weights(%x: tensor<2x3xf32>, %w: tensor<1x3xi1>) -> tensor<2x1xf32> {
  %f = spike.cast %w : tensor<1x3xi1> -> tensor<1x3xf32>
  // expected-error@-1 {{'spike.cast' cannot be quantized: it is an op that integers cannot express}}
  %y = spike.linear %x, %f : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// -----

func.func @not_finite(%x: tensor<2x2xf32>) -> tensor<2x1xf32> {
  %w = spike.constant dense<[[1.0, 0x7F800000]]> : tensor<1x2xf32>
  // expected-error@+1 {{'spike.linear' cannot be quantized: it is a synapse whose weight 1 is INF}}
  %y = spike.linear %x, %w : (tensor<2x2xf32>, tensor<1x2xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// -----

func.func @table(%x: tensor<2x3x3xf32>) -> tensor<2x3x3xf32> {
  %c = spike.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>
  // expected-error@+1 {{'spike.add' cannot be quantized: it is a sum with a constant of several axes, expected one number for each channel}}
  %y = spike.add %x, %c : (tensor<2x3x3xf32>, tensor<3x3xf32>) -> tensor<2x3x3xf32>
  return %y : tensor<2x3x3xf32>
}

// -----

func.func @lost_constant(%x: tensor<2x3xf32>) -> tensor<2x1xf32> {
  %c = spike.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %w = spike.constant dense<0.5> : tensor<1x3xf32>
  // expected-error@+1 {{'spike.add' cannot be quantized: it is a constant added to what is no current of a neuron, expected a bias of a synapse}}
  %y = spike.add %x, %c : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %z = spike.linear %y, %w : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x1xf32>
  return %z : tensor<2x1xf32>
}

// -----

func.func @own_input(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = spike.constant dense<0.5> : tensor<3x3xf32>
  %a = spike.linear %x, %w : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
  // expected-error@+1 {{'spike.linear' cannot be quantized: its currents are tied to its own input, expected a neuron in between}}
  %b = spike.linear %a, %w : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
  %c = spike.add %a, %b : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %c : tensor<2x3xf32>
}

// -----

// 400000 steps without a leak: 24 bits hold no more than the sign of such weights.
func.func @too_long(%x: tensor<400000x1xf32>) -> tensor<400000x1xf32> {
  %w = spike.constant dense<1.0> : tensor<1x1xf32>
  // expected-error@+1 {{'spike.linear' cannot be quantized to 8 bits: the membrane of 'spike.neuron' of layer 'if' may reach}}
  %y = spike.linear %x, %w : (tensor<400000x1xf32>, tensor<1x1xf32>) -> tensor<400000x1xf32>
  %s = spike.neuron #spike.if path "if" (%y) : (tensor<400000x1xf32>) -> tensor<400000x1xf32>
  return %s : tensor<400000x1xf32>
}

// -----

// An input's integers have the scale they have.
func.func @fixed_scale(%x: tensor<70000x1xf32>) -> tensor<70000x1xf32> {
  // expected-error@+1 {{'spike.neuron' of layer 'if' cannot be quantized: its integers, whose scale is fixed, may reach}}
  %s = spike.neuron #spike.if path "if" (%x) : (tensor<70000x1xf32>) -> tensor<70000x1xf32>
  return %s : tensor<70000x1xf32>
}

// -----

func.func @masked_output(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %f = spike.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  // expected-error@+1 {{'spike.mask' cannot be quantized: it is an output multiplied by a constant for each channel, expected neurons behind such a product}}
  %y = spike.mask %x, %f : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

func.func @masked_sum(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %f = spike.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %y = spike.mask %x, %f : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // expected-error@+1 {{'spike.add' cannot be quantized: it is an op on a product with a constant for each channel, expected neurons behind such a product}}
  %z = spike.add %y, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %z : tensor<2x3xf32>
}

// -----

func.func @masked_sign(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %f = spike.constant dense<[1.0, 0.0, 3.0]> : tensor<3xf32>
  // expected-error@+1 {{'spike.mask' cannot be quantized: it is a product with a constant of 0, expected factors above zero}}
  %y = spike.mask %f, %x : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %s = spike.neuron #spike.if (%y) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %s : tensor<2x3xf32>
}

// -----

func.func @masked_table(%x: tensor<2x3x2xf32>) -> tensor<2x3x2xf32> {
  %f = spike.constant dense<[[1.0, 2.0], [1.0, 3.0], [4.0, 5.0]]> : tensor<3x2xf32>
  // expected-error@+1 {{'spike.mask' cannot be quantized: it is a product with a constant of several axes, expected one factor for each channel}}
  %y = spike.mask %x, %f : (tensor<2x3x2xf32>, tensor<3x2xf32>) -> tensor<2x3x2xf32>
  %s = spike.neuron #spike.if (%y) : (tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  return %s : tensor<2x3x2xf32>
}

// -----

func.func @many_levels(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error@+1 {{cannot be quantized: it counts to 100, expected at most 64; supported}}
  %s = spike.neuron #spike.multi_spike<levels = 100> (%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %s : tensor<2x3xf32>
}
