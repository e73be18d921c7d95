// RUN: spike-opt %s --convert-spike-to-linalg="contractions=generic" | FileCheck %s

// The maximum of spikes starts at zero, that of real values at minus infinity.
// CHECK-LABEL: func.func @pool
// CHECK: iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "parallel"]
// CHECK: arith.maxui
// CHECK: arith.constant 0xFF800000 : f32
// CHECK: arith.maximumf
// CHECK: arith.addf
// CHECK: arith.divf
func.func @pool(%s: tensor<4x6x6x2xi1>, %x: tensor<4x2x6x6xf32>)
    -> (tensor<4x3x3x2xi1>, tensor<4x2x3x3xf32>, tensor<4x2x3x3xf32>) {
  %0 = spike.pool max %s kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1] channels_last
      : tensor<4x6x6x2xi1> -> tensor<4x3x3x2xi1>
  %1 = spike.pool max %x kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1] channels_first
      : tensor<4x2x6x6xf32> -> tensor<4x2x3x3xf32>
  %2 = spike.pool avg %x kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1] channels_first
      : tensor<4x2x6x6xf32> -> tensor<4x2x3x3xf32>
  return %0, %1, %2 : tensor<4x3x3x2xi1>, tensor<4x2x3x3xf32>, tensor<4x2x3x3xf32>
}

// CHECK-LABEL: func.func @reduce
// CHECK: arith.addi
// CHECK: arith.addf
// CHECK: arith.divf
// CHECK: arith.cmpf une
// CHECK: arith.addi
func.func @reduce(%s: tensor<4x8xi1>, %x: tensor<4x8xf32>) 
    -> (tensor<4x!spike.count<max = 8>>, tensor<4x1xf32>, tensor<4xi32>) {
  %0 = spike.reduce sum %s dims [1] : tensor<4x8xi1> -> tensor<4x!spike.count<max = 8>>
  %1 = spike.reduce mean %x dims [1] keep_dims : tensor<4x8xf32> -> tensor<4x1xf32>
  %2 = spike.reduce nonzero %x dims [1] : tensor<4x8xf32> -> tensor<4xi32>
  return %0, %1, %2 : tensor<4x!spike.count<max = 8>>, tensor<4x1xf32>, tensor<4xi32>
}

// CHECK-LABEL: func.func @decode
// CHECK: linalg.index 0
// CHECK: arith.minsi
// CHECK: tensor.extract_slice %{{.*}}[3, 0] [1, 8] [1, 1]
func.func @decode(%s: tensor<4x8xi1>) -> (tensor<8xf32>, tensor<8x!spike.count<max = 4>>, tensor<8xi1>) {
  %0 = spike.decode mean %s : tensor<4x8xi1> -> tensor<8xf32>
  %1 = spike.decode first_spike %s : tensor<4x8xi1> -> tensor<8x!spike.count<max = 4>>
  %2 = spike.decode last %s : tensor<4x8xi1> -> tensor<8xi1>
  return %0, %1, %2 : tensor<8xf32>, tensor<8x!spike.count<max = 4>>, tensor<8xi1>
}

// CHECK-LABEL: func.func @shapes
// CHECK: tensor.collapse_shape
// CHECK: tensor.expand_shape
// CHECK: linalg.transpose {{.*}} permutation = [1, 0]
// CHECK: tensor.extract_slice %{{.*}}[1, 0] [2, 4] [1, 1]
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
func.func @shapes(%x: tensor<2x2x3xf32>) -> tensor<5x2x4xf32> {
  %0 = spike.reshape %x : tensor<2x2x3xf32> -> tensor<4x3xf32>
  %1 = spike.transpose %0 [1, 0] : tensor<4x3xf32> -> tensor<3x4xf32>
  %2 = spike.slice %1 axis 0 offset 1 : tensor<3x4xf32> -> tensor<2x4xf32>
  %3 = spike.repeat_time %2 : tensor<2x4xf32> -> tensor<5x2x4xf32>
  return %3 : tensor<5x2x4xf32>
}
