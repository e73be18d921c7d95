// RUN: spike-opt %s --spike-mark-exact | FileCheck %s

// Attention over spikes: integers, a scale by a power of two, and a leak of two.
// CHECK-LABEL: func.func @attention
func.func @attention(%q: tensor<4x64x32xi1>, %k: tensor<4x64x32xi1>, %v: tensor<4x64x32xi1>) -> tensor<4x64x32xf32> {
  %a = spike.matmul %q, %k transpose_rhs : (tensor<4x64x32xi1>, tensor<4x64x32xi1>) -> tensor<4x64x64xf32>
  %b = spike.matmul %a, %v : (tensor<4x64x64xf32>, tensor<4x64x32xi1>) -> tensor<4x64x32xf32>
  %c = spike.scale %b by 0.125 : tensor<4x64x32xf32> -> tensor<4x64x32xf32>
  // CHECK: spike.neuron {{.*}} {spike.exact}
  %s = spike.neuron #spike.lif<v_threshold = 0.5> path "attn" (%c) : (tensor<4x64x32xf32>) -> tensor<4x64x32xf32>
  return %s : tensor<4x64x32xf32>
}

// Every model whose leak is a power of two, whichever way it is written, and any threshold that only compares.
// CHECK-LABEL: func.func @models
func.func @models(%c: tensor<4x2x!spike.count<max = 20>>) {
  // CHECK-COUNT-8: {spike.exact}
  %0 = spike.neuron #spike.if<v_threshold = 0.1> (%c) : (tensor<4x2x!spike.count<max = 20>>) -> tensor<4x2xi1>
  %1 = spike.neuron #spike.if<v_threshold = 0.75, reset = soft> (%c) : (tensor<4x2x!spike.count<max = 20>>) -> tensor<4x2xi1>
  %2 = spike.neuron #spike.lif<tau = 4.0, v_reset = -0.5> (%c) : (tensor<4x2x!spike.count<max = 20>>) -> tensor<4x2xi1>
  %3 = spike.neuron #spike.lif<charge = simple, decay_input = false, reset = soft> (%c) : (tensor<4x2x!spike.count<max = 20>>) -> tensor<4x2xi1>
  %4 = spike.neuron #spike.plif<decay = 0.25> (%c) : (tensor<4x2x!spike.count<max = 20>>) -> tensor<4x2xi1>
  %5 = spike.neuron #spike.li (%c) : (tensor<4x2x!spike.count<max = 20>>) -> tensor<4x2xf32>
  %th = spike.constant dense<[0.5, 1.5]> : tensor<2xf32>
  %6 = spike.neuron #spike.lif (%c) params(v_threshold = %th) axis 1 : (tensor<4x2x!spike.count<max = 20>>, tensor<2xf32>) -> tensor<4x2xi1>
  %v = spike.constant dense<[0.25, 0.0]> : tensor<2xf32>
  %7 = spike.neuron #spike.lif (%c) init(%v) : (tensor<4x2x!spike.count<max = 20>>, tensor<2xf32>) -> tensor<4x2xi1>
  return
}

// Weights on a grid, as in tests that want every sum to be exact.
// CHECK-LABEL: func.func @weights
func.func @weights(%x: tensor<4x2xi1>) {
  %w = spike.constant dense<[[0.5, -0.25], [1.0, 0.75]]> : tensor<2x2xf32>
  %y = spike.linear %x, %w : (tensor<4x2xi1>, tensor<2x2xf32>) -> tensor<4x2xf32>
  // CHECK: {spike.exact}
  %s = spike.neuron #spike.lif (%y) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  return
}

// Real currents; leaks that are no power of two; a threshold that is subtracted and has too many digits; a state or a
// parameter from outside; a membrane with more than 24 bits: one digit more per step. A mark that does not hold goes.
// CHECK-LABEL: func.func @inexact
func.func @inexact(%x: tensor<4x2xf32>, %c: tensor<4x2x!spike.count<max = 20>>, %p: tensor<2xf32>, %d: tensor<24x2x!spike.count<max = 20>>) {
  // CHECK-NOT: spike.exact
  %0 = spike.neuron #spike.lif (%x) {spike.exact} : (tensor<4x2xf32>) -> tensor<4x2xi1>
  %1 = spike.neuron #spike.lif<tau = 3.0> (%c) : (tensor<4x2x!spike.count<max = 20>>) -> tensor<4x2xi1>
  %2 = spike.neuron #spike.plif<decay = 0.3> (%c) : (tensor<4x2x!spike.count<max = 20>>) -> tensor<4x2xi1>
  %3 = spike.neuron #spike.if<v_threshold = 0.1, reset = soft> (%c) : (tensor<4x2x!spike.count<max = 20>>) -> tensor<4x2xi1>
  %4 = spike.neuron #spike.lif<v_reset = 0.1> (%c) : (tensor<4x2x!spike.count<max = 20>>) -> tensor<4x2xi1>
  %5 = spike.neuron #spike.if (%c) init(%p) : (tensor<4x2x!spike.count<max = 20>>, tensor<2xf32>) -> tensor<4x2xi1>
  %6 = spike.neuron #spike.if (%c) params(v_threshold = %p) axis 1 : (tensor<4x2x!spike.count<max = 20>>, tensor<2xf32>) -> tensor<4x2xi1>
  %7 = spike.neuron #spike.lif (%d) : (tensor<24x2x!spike.count<max = 20>>) -> tensor<24x2xi1>
  %tau = spike.constant dense<[2.0, 4.0]> : tensor<2xf32>
  %8 = spike.neuron #spike.lif (%c) params(tau = %tau) axis 1 : (tensor<4x2x!spike.count<max = 20>>, tensor<2xf32>) -> tensor<4x2xi1>
  return
}

// Without a leak, time adds no digits.
// CHECK-LABEL: func.func @long
func.func @long(%d: tensor<1000x2x!spike.count<max = 20>>) {
  // CHECK: {spike.exact}
  %0 = spike.neuron #spike.if (%d) : (tensor<1000x2x!spike.count<max = 20>>) -> tensor<1000x2xi1>
  return
}
