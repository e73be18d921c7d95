// RUN: spike-opt %s --spike-remove-dead-modules --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: spike.constant
  // CHECK: spike.neuron {{.*}} path "kept"
  // CHECK-NOT: spike
  // CHECK: return
  %w = spike.constant dense<1.0> : tensor<8x8xf32>
  %k = spike.neuron #spike.lif path "kept" (%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = spike.linear %k, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  // expected-remark @+1 {{removed dead module 'aux.lif'}}
  %s = spike.neuron #spike.lif path "aux.lif" (%y) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // expected-remark @+1 {{removed dead module 'aux.out'}}
  %t = spike.neuron #spike.li path "aux.out" (%s) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %k : tensor<4x8xf32>
}

// A module of which something is left is no dead module; ops of other dialects are left alone.
// CHECK-LABEL: func.func @left
func.func @left(%x: tensor<4x8xf32>, %a: f32) -> tensor<4x8xf32> {
  // CHECK: arith.addf
  %b = arith.addf %a, %a : f32
  // CHECK: spike.scale
  %0 = spike.scale %x by 2.0 : tensor<4x8xf32> -> tensor<4x8xf32> loc("head")
  // CHECK-NOT: spike.scale
  %1 = spike.scale %x by 3.0 : tensor<4x8xf32> -> tensor<4x8xf32> loc("head")
  return %0 : tensor<4x8xf32>
}
