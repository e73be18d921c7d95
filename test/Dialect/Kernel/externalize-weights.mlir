// RUN: spike-opt %s --pass-pipeline="builtin.module(func.func(kernel-externalize-weights))" -split-input-file -verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @weights
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>, %[[W:.*]]: tensor<2xf32> {kernel.weight = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>}
// CHECK-SAME: %[[R:.*]]: tensor<4xf32> {kernel.weight = dense_resource<w> : tensor<4xf32>})
// CHECK: %[[F:.*]] = linalg.fill ins(%{{.*}} : f32) outs(%{{.*}} : tensor<3xf32>)
// CHECK: return %[[X]], %[[W]], %[[R]], %[[F]]
func.func @weights(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<4xf32>, tensor<3xf32>) {
  %0 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %1 = arith.constant dense_resource<w> : tensor<4xf32>
  %2 = arith.constant dense<0.5> : tensor<3xf32>
  return %x, %0, %1, %2 : tensor<2xf32>, tensor<2xf32>, tensor<4xf32>, tensor<3xf32>
}

{-#
  dialect_resources: { builtin: { w: "0x040000000000803F000000400000404000008040" } }
#-}

// -----

// Does not apply: scalars.
// CHECK-LABEL: func.func @scalars() -> f32
// CHECK: arith.constant 1.000000e+00 : f32
func.func @scalars() -> f32 {
  %0 = arith.constant 1.0 : f32
  return %0 : f32
}

// -----

func.func @missing() -> tensor<4xf32> {
  // expected-error @below {{has no data of the size of 'tensor<4xf32>'; attach the weight before lowering}}
  %0 = arith.constant dense_resource<absent> : tensor<4xf32>
  return %0 : tensor<4xf32>
}
