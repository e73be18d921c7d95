// RUN: spike-opt %s --pass-pipeline="builtin.module(func.func(kernel-outputs-to-arguments))" -split-input-file -verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @results
// CHECK-SAME: (%[[X:.*]]: tensor<2xf32> {bufferization.writable = false},
// CHECK-SAME: %[[A:.*]]: memref<2xf32> {kernel.output}, %[[B:.*]]: memref<2xf32> {kernel.output, spike.path = "lif"})
// CHECK: bufferization.materialize_in_destination %[[X]] in restrict writable %[[A]]
// CHECK: bufferization.materialize_in_destination %[[X]] in restrict writable %[[B]]
// CHECK: return{{$}}
func.func @results(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32> {spike.path = "lif"}) {
  return %x, %x : tensor<2xf32>, tensor<2xf32>
}

// -----

// Does not apply: a function without results, and a declaration.
// CHECK-LABEL: func.func @nothing(%{{.*}}: memref<2xf32>) {
func.func @nothing(%x: memref<2xf32>) {
  return
}
// CHECK: func.func private @declared(tensor<2xf32>) -> tensor<2xf32>
func.func private @declared(tensor<2xf32>) -> tensor<2xf32>

// -----

// expected-error @below {{expected tensor results, got 'f32'}}
func.func @scalar(%x: f32) -> f32 {
  return %x : f32
}

// -----

// expected-error @below {{expected one block, got 2}}
func.func @blocks(%x: tensor<2xf32>) -> tensor<2xf32> {
  cf.br ^bb1
^bb1:
  return %x : tensor<2xf32>
}
