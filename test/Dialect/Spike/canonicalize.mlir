// Canonicalisation patterns, each with a case to which it does not apply.
// RUN: spike-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @reshape_of_reshape
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x4xf32>)
func.func @reshape_of_reshape(%x: tensor<2x3x4xf32>) -> tensor<4x6xf32> {
  // CHECK-NEXT: %[[Y:.*]] = spike.reshape %[[X]] : tensor<2x3x4xf32> -> tensor<4x6xf32>
  // CHECK-NEXT: return %[[Y]]
  %0 = spike.reshape %x : tensor<2x3x4xf32> -> tensor<24xf32>
  %1 = spike.reshape %0 : tensor<24xf32> -> tensor<4x6xf32>
  return %1 : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @reshape_of_transpose
func.func @reshape_of_transpose(%x: tensor<2x3xf32>) -> tensor<6xf32> {
  // CHECK: spike.transpose
  // CHECK: spike.reshape
  %0 = spike.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %1 = spike.reshape %0 : tensor<3x2xf32> -> tensor<6xf32>
  return %1 : tensor<6xf32>
}

// CHECK-LABEL: func.func @transpose_of_transpose
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x4xf32>)
func.func @transpose_of_transpose(%x: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
  // CHECK-NEXT: %[[Y:.*]] = spike.transpose %[[X]] [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
  // CHECK-NEXT: return %[[Y]]
  %0 = spike.transpose %x [1, 2, 0] : tensor<2x3x4xf32> -> tensor<3x4x2xf32>
  %1 = spike.transpose %0 [1, 2, 0] : tensor<3x4x2xf32> -> tensor<4x2x3xf32>
  return %1 : tensor<4x2x3xf32>
}

// CHECK-LABEL: func.func @transpose_and_back
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x4xf32>)
func.func @transpose_and_back(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = spike.transpose %x [1, 2, 0] : tensor<2x3x4xf32> -> tensor<3x4x2xf32>
  %1 = spike.transpose %0 [2, 0, 1] : tensor<3x4x2xf32> -> tensor<2x3x4xf32>
  return %1 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @transpose_of_scale
func.func @transpose_of_scale(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK-COUNT-2: spike.transpose
  %0 = spike.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %1 = spike.scale %0 by 3.0 : tensor<3x2xf32> -> tensor<3x2xf32>
  %2 = spike.transpose %1 [1, 0] : tensor<3x2xf32> -> tensor<2x3xf32>
  return %2 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @transpose_of_unit_dims
// CHECK-SAME: (%[[X:.*]]: tensor<2x1x3xf32>)
func.func @transpose_of_unit_dims(%x: tensor<2x1x3xf32>) -> tensor<1x2x3xf32> {
  // CHECK-NEXT: spike.reshape %[[X]] : tensor<2x1x3xf32> -> tensor<1x2x3xf32>
  %0 = spike.transpose %x [1, 0, 2] : tensor<2x1x3xf32> -> tensor<1x2x3xf32>
  return %0 : tensor<1x2x3xf32>
}

// CHECK-LABEL: func.func @transpose_of_others
func.func @transpose_of_others(%x: tensor<2x1x3xf32>) -> tensor<3x1x2xf32> {
  // CHECK: spike.transpose
  %0 = spike.transpose %x [2, 1, 0] : tensor<2x1x3xf32> -> tensor<3x1x2xf32>
  return %0 : tensor<3x1x2xf32>
}

// CHECK-LABEL: func.func @scale_of_scale
// CHECK-SAME: (%[[X:.*]]: tensor<2xf32>)
func.func @scale_of_scale(%x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK-NEXT: %[[Y:.*]] = spike.scale %[[X]] by -0.0625 : tensor<2xf32> -> tensor<2xf32>
  // CHECK-NEXT: return %[[Y]]
  %0 = spike.scale %x by 0.125 : tensor<2xf32> -> tensor<2xf32>
  %1 = spike.scale %0 by -2.0 divide : tensor<2xf32> -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// 3 is no power of two: the first product is rounded.
// CHECK-LABEL: func.func @scale_rounds
func.func @scale_rounds(%x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK-COUNT-2: spike.scale
  %0 = spike.scale %x by 3.0 : tensor<2xf32> -> tensor<2xf32>
  %1 = spike.scale %0 by 0.5 : tensor<2xf32> -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// CHECK-LABEL: func.func @matmul_of_transpose
// CHECK-SAME: (%[[A:.*]]: tensor<2x3x4xf32>, %[[B:.*]]: tensor<2x3x5xf32>)
func.func @matmul_of_transpose(%a: tensor<2x3x4xf32>, %b: tensor<2x3x5xf32>) -> (tensor<2x4x5xf32>, tensor<2x4x4xf32>) {
  // CHECK: spike.matmul %[[A]], %[[B]] transpose_lhs : (tensor<2x3x4xf32>, tensor<2x3x5xf32>) -> tensor<2x4x5xf32>
  %0 = spike.transpose %a [0, 2, 1] : tensor<2x3x4xf32> -> tensor<2x4x3xf32>
  %1 = spike.matmul %0, %b : (tensor<2x4x3xf32>, tensor<2x3x5xf32>) -> tensor<2x4x5xf32>
  // CHECK: spike.matmul %[[A]], %[[A]] transpose_lhs : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x4x4xf32>
  %2 = spike.matmul %0, %0 transpose_rhs : (tensor<2x4x3xf32>, tensor<2x4x3xf32>) -> tensor<2x4x4xf32>
  return %1, %2 : tensor<2x4x5xf32>, tensor<2x4x4xf32>
}

// Other axes move too.
// CHECK-LABEL: func.func @matmul_of_other_transpose
func.func @matmul_of_other_transpose(%a: tensor<3x2x4xf32>, %b: tensor<2x4x5xf32>) -> tensor<2x3x5xf32> {
  // CHECK: spike.transpose
  // CHECK: spike.matmul %{{.*}}, %{{.*}} : (tensor<2x3x4xf32>, tensor<2x4x5xf32>)
  %0 = spike.transpose %a [1, 0, 2] : tensor<3x2x4xf32> -> tensor<2x3x4xf32>
  %1 = spike.matmul %0, %b : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
  return %1 : tensor<2x3x5xf32>
}
