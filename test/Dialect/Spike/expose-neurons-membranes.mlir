// Membranes of every layer after every step, behind its output.
// RUN: spike-opt %s --spike-expose-neurons=membranes=true --split-input-file --verify-diagnostics | FileCheck %s
// RUN: spike-opt %s --spike-expose-neurons=membranes=true --spike-expose-neurons=membranes=true --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @two(
// CHECK-SAME: -> (tensor<4x2xi1> {spike.path = "a"}, tensor<4x2xf32> {spike.name = "v", spike.path = "a"}, tensor<4x2xi1> {spike.path = "b"})
func.func @two(%x: tensor<4x2xf32>) {
  // CHECK: %[[S:.*]], %[[V:.*]]:2 = spike.neuron #spike.fixed_lif path "a" trace(%{{.*}}) params(threshold = %{{.*}}) axis 1
  %t = spike.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %a = spike.neuron #spike.fixed_lif path "a" (%x) params(threshold = %t) axis 1 : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xi1>
  // CHECK: %[[T:.*]] = spike.neuron #spike.threshold path "b"
  %b = spike.neuron #spike.threshold path "b" (%x) : (tensor<4x2xf32>) -> tensor<4x2xi1>
  // CHECK: return %[[S]], %[[V]]#0, %[[T]]
  return
}

// -----

func.func @final(%x: tensor<4x2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{neuron 'l' cannot give its membranes after every step, because it gives its last state}}
  %a, %v = spike.neuron #spike.lif path "l" (%x) : (tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<2xf32>)
  return %v : tensor<2xf32>
}
