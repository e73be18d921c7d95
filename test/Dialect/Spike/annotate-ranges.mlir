// RUN: spike-opt %s --spike-annotate-ranges | FileCheck %s

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: spike.neuron {{.*}} {spike.range = "[0, 1], real"}
  %s, %v = spike.neuron #spike.lif (%x) : (tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<8xf32>)
  // CHECK: spike.scale {{.*}} {spike.range = "[0, 1] * 2^-3"}
  %y = spike.scale %s by 0.125 : tensor<4x8xf32> -> tensor<4x8xf32>
  // CHECK: return %{{.*}} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// Ops of other dialects stay as they are.
// CHECK-LABEL: func.func @other
func.func @other(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NOT: spike.range
  %y = arith.addf %x, %x : tensor<4xf32>
  return %y : tensor<4xf32>
}
