// A kernel writes to its destination without a copy; a strided operand becomes contiguous first.
// RUN: spike-opt %s --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" | FileCheck %s

// CHECK-LABEL: func.func @in_place
// CHECK: %[[Y:.*]] = memref.alloc() {{.*}} : memref<4x5xf32>
// CHECK-NOT: memref.copy
// CHECK: kernel.linear ins(%{{.*}}, %{{.*}}) outs(%[[Y]]) binary : (memref<4x8xi8>, memref<1x8x64xf32>, memref<4x5xf32>) -> ()
// CHECK: return %[[Y]]
func.func @in_place(%x: tensor<4x8xi8>, %w: tensor<1x8x64xf32>) -> tensor<4x5xf32> {
  %e = tensor.empty() : tensor<4x5xf32>
  %0 = kernel.linear ins(%x, %w) outs(%e) binary
      : (tensor<4x8xi8>, tensor<1x8x64xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}

// CHECK-LABEL: func.func @strided
// CHECK: %[[V:.*]] = memref.subview
// CHECK: %[[C:.*]] = memref.alloc() : memref<4x8xi8>
// CHECK: memref.copy %[[V]], %[[C]]
// CHECK: kernel.linear ins(%[[C]],
func.func @strided(%x: tensor<4x16xi8>, %w: tensor<1x8x64xf32>) -> tensor<4x5xf32> {
  %s = tensor.extract_slice %x[0, 8] [4, 8] [1, 1] : tensor<4x16xi8> to tensor<4x8xi8>
  %e = tensor.empty() : tensor<4x5xf32>
  %0 = kernel.linear ins(%s, %w) outs(%e)
      : (tensor<4x8xi8>, tensor<1x8x64xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}
