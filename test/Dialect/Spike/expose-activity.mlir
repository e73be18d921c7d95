// RUN: spike-opt %s --spike-expose-activity --split-input-file --verify-diagnostics | FileCheck %s

// Every layer in order: a real image that is the same at every step, a neuron, counts behind it, attention, a gate.
// CHECK-LABEL: func.func @layers(
// CHECK-SAME: tensor<8x!spike.count<max = 108>> {spike.activity = {layer = 0 : i64, quantity = "nonzero0"}}
// CHECK-SAME: tensor<8x!spike.count<max = 972>> {spike.activity = {layer = 0 : i64, quantity = "taps"}}
// CHECK-SAME: tensor<4x!spike.count<max = 288>> {spike.activity = {layer = 1 : i64, quantity = "nonzero0"}}
// CHECK-SAME: tensor<8x!spike.count<max = 288>> {spike.activity = {layer = 2 : i64, quantity = "sum0"}}
// CHECK-SAME: tensor<8x!spike.count<max = 1152>> {spike.activity = {layer = 2 : i64, quantity = "tap_sum"}}
// CHECK-SAME: tensor<4x!spike.count<max = 288>> {spike.activity = {layer = 4 : i64, quantity = "pairs"}}
// CHECK-SAME: tensor<4x!spike.count<max = 72>> {spike.activity = {layer = 6 : i64, quantity = "pairs"}}
// CHECK-SAME: tensor<4x!spike.count<max = 2592>> {spike.activity = {layer = 7 : i64, quantity = "sum0"}}
// CHECK-SAME: spike.layers = [
// CHECK-SAME: {biases = 1152 : i64, dense = 31104 : i64, elements = array<i64: 864>, fan_out = array<i64: 4>, inside = 24576 : i64, kind = "conv", name = "conv", outputs = 1152 : i64, parameters = 112 : i64, repeated = 4 : i64, sources = {{\[\[}}"x"]], steps = 4 : i64, values = ["real"]}
// CHECK-SAME: {elements = array<i64: 1152>, kind = "lif", name = "lif", neurons = 288 : i64, sources = {{\[\[}}"conv"]], states = 1 : i64, steps = 4 : i64, values = ["spike"]}
// CHECK-SAME: {biases = 0 : i64, dense = 5184 : i64, elements = array<i64: 1152>, fan_out = array<i64: 2>, inside = 4096 : i64, kind = "conv", name = "conv#1", outputs = 288 : i64, parameters = 72 : i64, repeated = 1 : i64, sources = {{\[\[}}"lif"]], steps = 4 : i64, values = ["count"]}
// CHECK-SAME: fan_out = array<i64: 4, 4>, {{.*}} name = "matmul", {{.*}} sources = {{\[\[}}"lif#1"], ["lif#1"]], steps = 4 : i64, values = ["spike", "spike"]}
// CHECK-SAME: fan_out = array<i64: 9, 4>, {{.*}} name = "matmul#1", {{.*}} sources = {{\[\[}}"matmul"], ["lif#1"]], steps = 4 : i64, values = ["count", "spike"]}
// CHECK-SAME: kind = "mask"
// CHECK-SAME: dense = 1440 : i64, {{.*}} name = "linear"
func.func @layers(%x: tensor<2x3x6x6xf32> {spike.name = "x"}) -> tensor<4x2x5xf32> {
  %r = spike.repeat_time %x : tensor<2x3x6x6xf32> -> tensor<4x2x3x6x6xf32>
  %m = spike.reshape %r : tensor<4x2x3x6x6xf32> -> tensor<8x3x6x6xf32>
  %w = spike.constant dense<1.0> : tensor<4x3x3x3xf32>
  %b = spike.constant dense<1.0> : tensor<4xf32>
  %c = spike.conv %m, %w, %b strides [1, 1] padding [1, 1, 1, 1] channels_first
      : (tensor<8x3x6x6xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<8x4x6x6xf32>
  %cr = spike.reshape %c : tensor<8x4x6x6xf32> -> tensor<4x2x4x6x6xf32>
  // CHECK: %[[S:.*]] = spike.neuron
  // CHECK-NEXT: spike.reduce nonzero %[[S]] dims [1, 2, 3, 4]
  %s = spike.neuron #spike.lif path "lif" (%cr) : (tensor<4x2x4x6x6xf32>) -> tensor<4x2x4x6x6xf32>
  %a = spike.add %s, %s : (tensor<4x2x4x6x6xf32>, tensor<4x2x4x6x6xf32>) -> tensor<4x2x4x6x6xf32>
  %ar = spike.reshape %a : tensor<4x2x4x6x6xf32> -> tensor<8x4x6x6xf32>
  %w2 = spike.constant dense<1.0> : tensor<4x2x3x3xf32>
  // The last row and column of the image are read by one window, the second by two.
  // CHECK: spike.conv {{.*}} groups 2
  // CHECK: %[[N:.*]] = spike.reduce nonzero %{{.*}} dims [1] : tensor<8x4x6x6xf32> -> tensor<8x6x6x!spike.count<max = 4>>
  // CHECK: spike.cast %{{.*}} : tensor<8x4x6x6xf32> -> tensor<8x4x6x6x!spike.count<max = 2>>
  // CHECK: %[[T:.*]] = spike.constant dense<{{\[\[}}1, 2, 1, 2, 1, 1], [2, 4, 2, 4, 2, 2]
  // CHECK: spike.mask %[[N]], %[[T]]
  %c2 = spike.conv %ar, %w2 strides [2, 2] padding [1, 1, 1, 1] groups 2 channels_first
      : (tensor<8x4x6x6xf32>, tensor<4x2x3x3xf32>) -> tensor<8x4x3x3xf32>
  %c2r = spike.reshape %c2 : tensor<8x4x3x3xf32> -> tensor<4x2x4x9xf32>
  %s2 = spike.neuron #spike.lif path "lif" (%c2r) : (tensor<4x2x4x9xf32>) -> tensor<4x2x4x9xf32>
  %q = spike.matmul %s2, %s2 transpose_rhs : (tensor<4x2x4x9xf32>, tensor<4x2x4x9xf32>) -> tensor<4x2x4x4xf32>
  %qs = spike.scale %q by 0.125 : tensor<4x2x4x4xf32> -> tensor<4x2x4x4xf32>
  %v = spike.matmul %qs, %s2 : (tensor<4x2x4x4xf32>, tensor<4x2x4x9xf32>) -> tensor<4x2x4x9xf32>
  %g = spike.mask %v, %s2 : (tensor<4x2x4x9xf32>, tensor<4x2x4x9xf32>) -> tensor<4x2x4x9xf32>
  %f = spike.reshape %g : tensor<4x2x4x9xf32> -> tensor<4x2x36xf32>
  %w3 = spike.constant dense<1.0> : tensor<5x36xf32>
  // A count of eighths is a count.
  // CHECK: spike.linear
  // CHECK: spike.scale %{{.*}} by 8.0
  // CHECK: spike.cast {{.*}} -> tensor<4x2x36x!spike.count<max = 36>>
  %y = spike.linear %f, %w3 : (tensor<4x2x36xf32>, tensor<5x36xf32>) -> tensor<4x2x5xf32>
  return %y : tensor<4x2x5xf32>
}

// -----

// A convolution with one tap needs no weighing, a readout is no layer, and an image with a time axis is not repeated.
// Behind a mean over time there is one step again.
// CHECK-LABEL: func.func @small(
// CHECK-SAME: -> (tensor<1x2xf32>, tensor<4x!spike.count<max = 12>> {spike.activity = {layer = 0 : i64, quantity = "nonzero0"}}, tensor<!spike.count<max = 6>> {spike.activity = {layer = 1
// CHECK-SAME: fan_out = array<i64: 2>, inside = 96 : i64, kind = "conv", name = "conv", outputs = 32 : i64, parameters = 6 : i64, repeated = 1 : i64, sources = {{\[\[}}"input"]], steps = 4
// CHECK-SAME: fan_out = array<i64: 2>, inside = 12 : i64, kind = "linear", name = "linear", outputs = 2 : i64, parameters = 12 : i64, repeated = 1 : i64, sources = {{\[\[}}"input"]], steps = 1
// CHECK-NOT: spike.mask
func.func @small(%x: tensor<4x1x3x4xf32> {spike.time_axis}, %r: tensor<6xf32>) -> tensor<1x2xf32> {
  %w = spike.constant dense<1.0> : tensor<2x3x1xf32>
  %c = spike.conv %x, %w strides [1] padding [0, 0] channels_first
      : (tensor<4x1x3x4xf32>, tensor<2x3x1xf32>) -> tensor<4x1x2x4xf32>
  %s = spike.neuron #spike.li path "readout" (%c) : (tensor<4x1x2x4xf32>) -> tensor<4x1x2x4xf32>
  %d = spike.decode mean %s : tensor<4x1x2x4xf32> -> tensor<1x2x4xf32>
  %m = spike.reduce mean %d dims [2] : tensor<1x2x4xf32> -> tensor<1x2xf32>
  %l = spike.constant dense<1.0> : tensor<2x6xf32>
  %y = spike.linear %r, %l : (tensor<6xf32>, tensor<2x6xf32>) -> tensor<2xf32>
  %z = spike.add %m, %y : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %z : tensor<1x2xf32>
}

// -----

// A mean of spikes is real, as it would be with another divisor.
// CHECK-LABEL: func.func @averaged(
// CHECK-SAME: name = "linear", {{.*}} sources = {{\[\[}}"lif"]], steps = 4 : i64, values = ["real"]}
func.func @averaged(%x: tensor<4x1x4x3xf32>) -> tensor<4x1x2xf32> {
  %s = spike.neuron #spike.lif path "lif" (%x) : (tensor<4x1x4x3xf32>) -> tensor<4x1x4x3xf32>
  %m = spike.reduce mean %s dims [2] : tensor<4x1x4x3xf32> -> tensor<4x1x3xf32>
  %w = spike.constant dense<1.0> : tensor<2x3xf32>
  %y = spike.linear %m, %w : (tensor<4x1x3xf32>, tensor<2x3xf32>) -> tensor<4x1x2xf32>
  return %y : tensor<4x1x2xf32>
}

// -----

// Every tap lies in the padding: an active input costs nothing.
// CHECK-LABEL: func.func @padding_only(
// CHECK-SAME: fan_out = array<i64: 0>, inside = 0 : i64
func.func @padding_only(%x: tensor<1x1x1xf32>) -> tensor<1x1x2xf32> {
  %w = spike.constant dense<1.0> : tensor<1x1x1xf32>
  %y = spike.conv %x, %w strides [2] padding [1, 1] channels_first
      : (tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<1x1x2xf32>
  return %y : tensor<1x1x2xf32>
}

// -----

// expected-error @+1 {{is called, so its activity cannot be returned; inline the call first}}
func.func @callee(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  return %x : tensor<4x2xf32>
}
func.func @caller(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %a = func.call @callee(%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %a : tensor<4x2xf32>
}

// -----

func.func @large(%x: tensor<4x70000x40000xi1>, %w: tensor<1x40000xf32>) -> tensor<4x70000x1xf32> {
  // expected-error @+1 {{counts up to 2800000000 times 1 events in one step, more than 32 bits hold; use a smaller batch}}
  %y = spike.linear %x, %w : (tensor<4x70000x40000xi1>, tensor<1x40000xf32>) -> tensor<4x70000x1xf32>
  return %y : tensor<4x70000x1xf32>
}

// -----

func.func @single_step(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{a neuron with single_step is left; run spike-lift-time}}
  %s = spike.neuron #spike.lif single_step (%x) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %s : tensor<1x2xf32>
}
