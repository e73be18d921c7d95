// RUN: spike-opt %s --spike-narrow-types | FileCheck %s
// The same results before and after; @same checks them itself.
// RUN: spike-run %s --interpret --entry=same
// RUN: spike-opt %s --spike-narrow-types | spike-run --interpret --entry=same

// CHECK-LABEL: func.func @residual
// CHECK-SAME: (%[[X:.*]]: tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @residual(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[A:.*]] = spike.neuron {{.*}} -> tensor<4x8xi1>
  %a = spike.neuron #spike.lif (%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK: %[[B:.*]] = spike.neuron #spike.if(%[[A]]) : (tensor<4x8xi1>) -> tensor<4x8xi1>
  %b = spike.neuron #spike.if (%a) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK: %[[R:.*]] = spike.add %[[A]], %[[B]] : (tensor<4x8xi1>, tensor<4x8xi1>) -> tensor<4x8x!spike.count<max = 2>>
  %r = spike.add %a, %b : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK: %[[R3:.*]] = spike.add {{.*}} -> tensor<4x8x!spike.count<max = 3>>
  %r3 = spike.add %r, %a : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK: %[[W:.*]] = spike.cast %[[R3]] : tensor<4x8x!spike.count<max = 3>> -> tensor<4x8xf32>
  // CHECK: return %[[W]]
  return %r3 : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @attention
func.func @attention(%x: tensor<4x3x2xf32>) -> tensor<4x2x3xf32> {
  // CHECK: %[[Q:.*]] = spike.neuron
  %q = spike.neuron #spike.lif (%x) : (tensor<4x3x2xf32>) -> tensor<4x3x2xf32>
  // CHECK: %[[A:.*]] = spike.matmul %[[Q]], %[[Q]] transpose_rhs : {{.*}} -> tensor<4x3x3x!spike.count<max = 2>>
  %a = spike.matmul %q, %q transpose_rhs : (tensor<4x3x2xf32>, tensor<4x3x2xf32>) -> tensor<4x3x3xf32>
  // CHECK: %[[B:.*]] = spike.matmul %[[A]], %[[Q]] : {{.*}} -> tensor<4x3x2x!spike.count<max = 6>>
  %b = spike.matmul %a, %q : (tensor<4x3x3xf32>, tensor<4x3x2xf32>) -> tensor<4x3x2xf32>
  // CHECK: %[[T:.*]] = spike.transpose %[[B]] [0, 2, 1] : {{.*}} -> tensor<4x2x3x!spike.count<max = 6>>
  %t = spike.transpose %b [0, 2, 1] : tensor<4x3x2xf32> -> tensor<4x2x3xf32>
  // CHECK: spike.scale %[[T]] by 0.125 : tensor<4x2x3x!spike.count<max = 6>> -> tensor<4x2x3xf32>
  %c = spike.scale %t by 0.125 : tensor<4x2x3xf32> -> tensor<4x2x3xf32>
  return %c : tensor<4x2x3xf32>
}

// CHECK-LABEL: func.func @shapes
func.func @shapes(%x: tensor<1x4x4xf32>) -> tensor<2x1xf32> {
  // CHECK: spike.encode {{.*}} -> tensor<4x1x4x4xi1>
  %s = spike.encode #spike.rate (%x) steps 4 : tensor<1x4x4xf32> -> tensor<4x1x4x4xf32>
  // CHECK: spike.pool max {{.*}} -> tensor<4x1x2x2xi1>
  %p = spike.pool max %s kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_first : tensor<4x1x4x4xf32> -> tensor<4x1x2x2xf32>
  // CHECK: spike.reduce sum {{.*}} -> tensor<4x1x!spike.count<max = 4>>
  %r = spike.reduce sum %p dims [2, 3] : tensor<4x1x2x2xf32> -> tensor<4x1xf32>
  // CHECK: spike.reduce max {{.*}} -> tensor<4x1x2xi1>
  %m = spike.reduce max %p dims [2] : tensor<4x1x2x2xf32> -> tensor<4x1x2xf32>
  // CHECK: spike.slice {{.*}} -> tensor<4x1x1xi1>
  %l = spike.slice %m axis 2 offset 1 : tensor<4x1x2xf32> -> tensor<4x1x1xf32>
  // CHECK: spike.reshape {{.*}} -> tensor<4x1xi1>
  %v = spike.reshape %l : tensor<4x1x1xf32> -> tensor<4x1xf32>
  // CHECK: spike.mask {{.*}} -> tensor<4x1x!spike.count<max = 4>>
  %g = spike.mask %r, %v : (tensor<4x1xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
  // CHECK: spike.decode count {{.*}} -> tensor<1x!spike.count<max = 16>>
  %d = spike.decode count %g : tensor<4x1xf32> -> tensor<1xf32>
  // CHECK: spike.repeat_time {{.*}} -> tensor<2x1x!spike.count<max = 16>>
  %t = spike.repeat_time %d : tensor<1xf32> -> tensor<2x1xf32>
  // CHECK: spike.cast {{.*}} -> tensor<2x1xf32>
  return %t : tensor<2x1xf32>
}

// Synapses read spikes; their sums are real. Spikes from outside need no cast.
// CHECK-LABEL: func.func @synapses
// CHECK-SAME: (%[[S:.*]]: tensor<4x2xi1>)
func.func @synapses(%s: tensor<4x2xi1>) -> tensor<4x2xf32> {
  %w = spike.constant dense<1.0> : tensor<2x2xf32>
  // CHECK-NOT: spike.cast
  %f = spike.cast %s : tensor<4x2xi1> -> tensor<4x2xf32>
  // CHECK: spike.linear %[[S]], {{.*}} : (tensor<4x2xi1>, tensor<2x2xf32>) -> tensor<4x2xf32>
  %y = spike.linear %f, %w : (tensor<4x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// A state, a parameter and a real code need f32.
// CHECK-LABEL: func.func @boundaries
func.func @boundaries(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // CHECK: %[[S:.*]] = spike.neuron {{.*}} -> tensor<4x2xi1>
  %s = spike.neuron #spike.lif (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: %[[L:.*]] = spike.decode last %[[S]] : tensor<4x2xi1> -> tensor<2xi1>
  // CHECK: %[[F:.*]] = spike.cast %[[L]] : tensor<2xi1> -> tensor<2xf32>
  %l = spike.decode last %s : tensor<4x2xf32> -> tensor<2xf32>
  // CHECK: spike.neuron #spike.if(%{{.*}}) init(%[[F]])
  %t = spike.neuron #spike.if (%x) init(%l) : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.neuron #spike.if(%{{.*}}) params(v_threshold = %[[F]])
  %u = spike.neuron #spike.if (%t) params(v_threshold = %l) axis 1 : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.encode #spike.direct(%[[F]]) steps 4 : tensor<2xf32> -> tensor<4x2xf32>
  %e = spike.encode #spike.direct(%l) steps 4 : tensor<2xf32> -> tensor<4x2xf32>
  %r = spike.add %u, %e : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  return %r : tensor<4x2xf32>
}

// What is real stays: a membrane, a sum with a real value, a fraction, a negative weight, a count beyond 2^24.
// CHECK-LABEL: func.func @stays
func.func @stays(%x: tensor<4x2xf32>, %big: tensor<4x2x!spike.count<max = 16777216>>) -> (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>) {
  // CHECK: spike.neuron #spike.li({{.*}} -> tensor<4x2xf32>
  %v = spike.neuron #spike.li (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %s = spike.neuron #spike.lif (%v) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.add {{.*}} : (tensor<4x2xi1>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %0 = spike.add %s, %x : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.scale {{.*}} -> tensor<4x2xf32>
  %h = spike.scale %s by 0.5 : tensor<4x2xf32> -> tensor<4x2xf32>
  // CHECK: spike.add {{.*}} -> tensor<4x2xf32>
  %1 = spike.add %h, %s : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.add {{.*}} -> tensor<4x2xf32>
  %2 = spike.add %big, %s : (tensor<4x2x!spike.count<max = 16777216>>, tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK-NOT: spike.cast
  // CHECK: return
  return %0, %1, %2 : tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>
}

// Three tokens of two features at two steps. By hand: q = k = v = [[1,0],[1,1],[0,1]] at both steps;
// q k^T = [[1,1,0],[1,2,1],[0,1,1]]; times v = [[2,1],[3,3],[1,2]]; plus q = [[3,1],[4,4],[1,3]].
func.func @same() {
  %x = spike.constant dense<[[[2.0, 0.0], [2.0, 2.0], [0.0, 2.0]], [[2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]]> : tensor<2x3x2xf32>
  %want = spike.constant dense<[[[3.0, 1.0], [4.0, 4.0], [1.0, 3.0]], [[3.0, 1.0], [4.0, 4.0], [1.0, 3.0]]]> : tensor<2x3x2xf32>
  %q = spike.neuron #spike.lif (%x) : (tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %a = spike.matmul %q, %q transpose_rhs : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x3xf32>
  %b = spike.matmul %a, %q : (tensor<2x3x3xf32>, tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %r = spike.add %b, %q : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  check.expect_eq %r, %want : tensor<2x3x2xf32>, tensor<2x3x2xf32>
  return
}

// The operands of a concat get one element type: the same, the widest count, or the real one.
// CHECK-LABEL: func.func @concat
func.func @concat(%x: tensor<4x2xf32>) -> (tensor<8x2xf32>, tensor<8x2xf32>, tensor<8x2xf32>) {
  %s = spike.neuron #spike.lif (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.concat {{.*}} -> tensor<8x2xi1>
  %0 = spike.concat %s, %s axis 0 : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<8x2xf32>
  %c = spike.add %s, %s : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.cast {{.*}} : tensor<4x2xi1> -> tensor<4x2x!spike.count<max = 2>>
  // CHECK: spike.concat {{.*}} -> tensor<8x2x!spike.count<max = 2>>
  %1 = spike.concat %s, %c axis 0 : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<8x2xf32>
  // CHECK: spike.cast {{.*}} : tensor<4x2xi1> -> tensor<4x2xf32>
  // CHECK: spike.concat {{.*}} : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<8x2xf32>
  %2 = spike.concat %s, %x axis 0 : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<8x2xf32>
  return %0, %1, %2 : tensor<8x2xf32>, tensor<8x2xf32>, tensor<8x2xf32>
}

// The count of an integer neuron is held as one; spikes with a sign stay real, and their range is known all the same.
// CHECK-LABEL: func.func @counts_and_signs
func.func @counts_and_signs(%x: tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>) {
  // CHECK: spike.neuron #spike.ilif<max = 3>{{.*}} -> tensor<4x2x!spike.count<max = 3>>
  %c = spike.neuron #spike.ilif<max = 3> (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.neuron #spike.ternary_if{{.*}} -> tensor<4x2xf32>
  %t = spike.neuron #spike.ternary_if (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.add {{.*}} -> tensor<4x2x!spike.count<max = 6>>
  %s = spike.add %c, %c : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: spike.add {{.*}} -> tensor<4x2xf32>
  %r = spike.add %s, %t : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  return %s, %r : tensor<4x2xf32>, tensor<4x2xf32>
}

// Integers without a sign become counts, others stay real; a quantized input is read as a number.
// CHECK-LABEL: func.func @quantized
func.func @quantized(%x: tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>) {
  // CHECK: spike.quantize {{.*}} -> tensor<4x2x!spike.count<max = 255>>
  %q = spike.quantize %x by 255.0 in [0, 255] : tensor<4x2xf32> -> tensor<4x2xf32>
  // CHECK: spike.quantize {{.*}} -> tensor<4x2xf32>
  %s = spike.quantize %x by 127.0 in [-128, 127] : tensor<4x2xf32> -> tensor<4x2xf32>
  return %q, %s : tensor<4x2xf32>, tensor<4x2xf32>
}
