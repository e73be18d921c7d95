// RUN: spike-opt %s --spike-unroll-time=factor=2 | FileCheck %s
// RUN: not spike-opt %s --spike-unroll-time=factor=0 2>&1 | FileCheck %s --check-prefix=ZERO
// ZERO: error: spike-unroll-time: expected a factor of at least 1, got 0

// CHECK-LABEL: func.func @five(
// CHECK-SAME: %[[X:[^:]*]]: tensor<5x8xf32>, %[[TH:[^:]*]]: tensor<8xf32>, %[[V:[^:]*]]: tensor<8xf32>
func.func @five(%x: tensor<5x8xf32>, %th: tensor<8xf32>, %v: tensor<8xf32>) -> (tensor<5x8xi1>, tensor<8xf32>) {
  // CHECK: %[[X0:.*]] = spike.slice %[[X]] axis 0 offset 0 : tensor<5x8xf32> -> tensor<2x8xf32>
  // CHECK: %[[S0:.*]], %[[V0:.*]] = spike.neuron #spike.lif path "lif[0:2]"(%[[X0]]) init(%[[V]]) params(v_threshold = %[[TH]]) axis 1
  // CHECK: %[[X1:.*]] = spike.slice %[[X]] axis 0 offset 2 : tensor<5x8xf32> -> tensor<2x8xf32>
  // CHECK: %[[S1:.*]], %[[V1:.*]] = spike.neuron #spike.lif path "lif[2:4]"(%[[X1]]) init(%[[V0]])
  // CHECK: %[[X2:.*]] = spike.slice %[[X]] axis 0 offset 4 : tensor<5x8xf32> -> tensor<1x8xf32>
  // CHECK: %[[S2:.*]], %[[V2:.*]] = spike.neuron #spike.lif path "lif[4:5]"(%[[X2]]) init(%[[V1]])
  // CHECK: %[[S:.*]] = spike.concat %[[S0]], %[[S1]], %[[S2]] axis 0 : (tensor<2x8xi1>, tensor<2x8xi1>, tensor<1x8xi1>) -> tensor<5x8xi1>
  %s, %v1 = spike.neuron #spike.lif path "lif" (%x) init(%v) params(v_threshold = %th) axis 1
      : (tensor<5x8xf32>, tensor<8xf32>, tensor<8xf32>) -> (tensor<5x8xi1>, tensor<8xf32>)
  // CHECK: return %[[S]], %[[V2]]
  return %s, %v1 : tensor<5x8xi1>, tensor<8xf32>
}

// The last piece gives no state that nobody asked for.
// CHECK-LABEL: func.func @no_state
func.func @no_state(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: spike.neuron #spike.li(%{{.*}}) : (tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<8xf32>)
  // CHECK: spike.neuron #spike.li(%{{.*}}) init(%{{.*}}) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %s = spike.neuron #spike.li (%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %s : tensor<4x8xf32>
}

// Traces of the pieces follow each other; the last step of one is the start of the next.
// CHECK-LABEL: func.func @trace
func.func @trace(%x: tensor<4x8xf32>) -> (tensor<4x8xi1>, tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK: %[[AS:.*]], %[[A:.*]]:2 = spike.neuron #spike.synaptic trace(%{{.*}}) : (tensor<2x8xf32>) -> (tensor<2x8xi1>, tensor<2x8xf32>, tensor<2x8xf32>)
  // CHECK: %[[V:.*]] = spike.slice %[[A]]#0 axis 0 offset 1
  // CHECK: %[[V0:.*]] = spike.reshape %[[V]] : tensor<1x8xf32> -> tensor<8xf32>
  // CHECK: %[[I:.*]] = spike.slice %[[A]]#1 axis 0 offset 1
  // CHECK: %[[I0:.*]] = spike.reshape %[[I]] : tensor<1x8xf32> -> tensor<8xf32>
  // CHECK: %[[BS:.*]], %[[B:.*]]:2 = spike.neuron #spike.synaptic trace(%{{.*}}) init(%[[V0]], %[[I0]])
  // CHECK: %[[S:.*]] = spike.concat %[[AS]], %[[BS]] axis 0
  // CHECK: %[[VS:.*]] = spike.concat %[[A]]#0, %[[B]]#0 axis 0
  // CHECK: %[[IS:.*]] = spike.concat %[[A]]#1, %[[B]]#1 axis 0
  %s, %v, %i = spike.neuron #spike.synaptic trace (%x) : (tensor<4x8xf32>) -> (tensor<4x8xi1>, tensor<4x8xf32>, tensor<4x8xf32>)
  // CHECK: return %[[S]], %[[VS]], %[[IS]]
  return %s, %v, %i : tensor<4x8xi1>, tensor<4x8xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: func.func @stays
func.func @stays(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<2x8xf32>) {
  // CHECK-NOT: spike.concat
  %s = spike.neuron #spike.lif (%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %t = spike.neuron #spike.lif single_step (%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %s, %t : tensor<2x8xf32>, tensor<2x8xf32>
}
