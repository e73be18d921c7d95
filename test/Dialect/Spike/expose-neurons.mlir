// RUN: spike-opt %s --spike-expose-neurons --split-input-file --verify-diagnostics | FileCheck %s
// RUN: spike-opt %s --spike-expose-neurons --spike-expose-neurons --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @two(
// CHECK-SAME: -> (tensor<4x2xf32>, tensor<4x2xf32> {spike.path = "a.lif"}, tensor<4x2xi1> {spike.path = "b.lif"})
func.func @two(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // CHECK: %[[A:.*]] = spike.neuron #spike.lif path "a.lif"
  %a = spike.neuron #spike.lif path "a.lif" (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: %[[B:.*]] = spike.neuron #spike.if path "b.lif"
  %b = spike.neuron #spike.if path "b.lif" (%a) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: return %[[A]], %[[A]], %[[B]]
  return %a : tensor<4x2xf32>
}

// -----

// A readout is returned as well; neurons without a path of their own are given one.
// CHECK-LABEL: func.func @paths(
// CHECK-SAME: {spike.path = "neuron#1"}, {{.*}}{spike.path = "neuron"}, {{.*}}{spike.path = "neuron#2"})
func.func @paths(%x: tensor<4x2xf32>) {
  %a = spike.neuron #spike.lif (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %b = spike.neuron #spike.li path "neuron" (%a) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %c = spike.neuron #spike.lif path "neuron" (%b) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

// CHECK-LABEL: func.func @no_neuron(
// CHECK-SAME: -> tensor<4x2xf32> {
func.func @no_neuron(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  return %x : tensor<4x2xf32>
}

// CHECK: func.func private @declaration(tensor<4x2xf32>) -> tensor<4x2xf32>
func.func private @declaration(tensor<4x2xf32>) -> tensor<4x2xf32>

// -----

// expected-error @+1 {{is called, so its neurons cannot be returned; inline the call first}}
func.func @callee(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %a = spike.neuron #spike.lif (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %a : tensor<4x2xf32>
}
func.func @caller(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %a = func.call @callee(%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %a : tensor<4x2xf32>
}

// -----

// expected-error @+1 {{expected one block to expose its neurons, got 2}}
func.func @blocks(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %a = spike.neuron #spike.lif (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  cf.br ^next
^next:
  return %a : tensor<4x2xf32>
}
