// RUN: spike-opt %s --spike-teacher-force --split-input-file | FileCheck %s
// RUN: spike-opt %s --spike-teacher-force --spike-teacher-force --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @two(
// CHECK-SAME: %[[X:.*]]: tensor<4x2xf32>
// CHECK-SAME: %[[GA:.*]]: tensor<4x2xi1> {spike.name = "a", spike.path = "a"}
// CHECK-SAME: %[[GB:.*]]: tensor<4x2xi1> {spike.name = "b", spike.path = "b"}
// CHECK-SAME: -> (tensor<4x2xi1>, tensor<4x2xf32> {spike.path = "a"}, tensor<4x2xi1> {spike.path = "b"})
func.func @two(%x: tensor<4x2xf32>) -> tensor<4x2xi1> {
  // CHECK: %[[A:.*]] = spike.neuron #spike.lif path "a"(%[[X]])
  // CHECK: %[[F:.*]] = spike.cast %[[GA]] : tensor<4x2xi1> -> tensor<4x2xf32>
  %a = spike.neuron #spike.lif path "a" (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: %[[B:.*]] = spike.neuron #spike.if path "b"(%[[F]])
  %b = spike.neuron #spike.if path "b" (%a) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: return %[[GB]], %[[A]], %[[B]]
  return %b : tensor<4x2xi1>
}

// -----

// A readout has no spikes to force.
// CHECK-LABEL: func.func @readout(
// CHECK-SAME: %[[X:[^:]*]]: tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32> {spike.path = "v"})
func.func @readout(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // CHECK: %[[V:.*]] = spike.neuron
  %v = spike.neuron #spike.li path "v" (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: return %[[V]], %[[V]]
  return %v : tensor<4x2xf32>
}

// -----

// Counts and spikes with a sign are given as plain integers.
// CHECK-LABEL: func.func @counts(
// CHECK-SAME: %[[GA:[a-z0-9]*]]: tensor<4x2xi32> {spike.name = "a", spike.path = "a"}
// CHECK-SAME: %[[GB:[a-z0-9]*]]: tensor<4x2xi32> {spike.name = "b", spike.path = "b"}
func.func @counts(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // CHECK: %[[A:.*]] = spike.neuron #spike.ilif path "a"
  // CHECK: %[[C:.*]] = spike.cast %[[GA]] : tensor<4x2xi32> -> tensor<4x2x!spike.count<max = 4>>
  %a = spike.neuron #spike.ilif path "a" (%x) : (tensor<4x2xf32>) -> tensor<4x2x!spike.count<max = 4>>
  // CHECK: %[[B:.*]] = spike.neuron #spike.ternary_if path "b"(%[[C]])
  // CHECK: %[[F:.*]] = spike.cast %[[GB]] : tensor<4x2xi32> -> tensor<4x2xf32>
  %b = spike.neuron #spike.ternary_if path "b" (%a) : (tensor<4x2x!spike.count<max = 4>>) -> tensor<4x2xf32>
  // CHECK: return %[[F]], %[[A]], %[[B]]
  return %b : tensor<4x2xf32>
}
