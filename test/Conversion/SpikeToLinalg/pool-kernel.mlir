// RUN: spike-opt %s --convert-spike-to-linalg | FileCheck %s

// Maxima of reals take the neurons behind them in; those of bytes stay bytes.
// CHECK-LABEL: func.func @maxima
// CHECK: kernel.pool {{.*}} kernel [3, 3] strides [2, 2] padding [1, 1] dilations [1, 1] neuron #spike.lif steps 2 : (tensor<2x6x6x4xf32>, tensor<2x3x3x4xi8>)
// CHECK: kernel.pool {{.*}} kernel [2, 2] {{.*}} : (tensor<2x6x6x4xi8>, tensor<2x3x3x4xi8>)
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @maxima(%x: tensor<2x6x6x4xf32>, %s: tensor<2x6x6x4xi1>) -> (tensor<2x3x3x4xi1>, tensor<2x3x3x4xi1>) {
  %0 = spike.pool max %x kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1] channels_last
      : tensor<2x6x6x4xf32> -> tensor<2x3x3x4xf32>
  %1 = spike.neuron #spike.lif (%0) : (tensor<2x3x3x4xf32>) -> tensor<2x3x3x4xi1>
  %2 = spike.pool max %s kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_last
      : tensor<2x6x6x4xi1> -> tensor<2x3x3x4xi1>
  return %1, %2 : tensor<2x3x3x4xi1>, tensor<2x3x3x4xi1>
}

// Does not apply: means, channels first, wide integers.
// CHECK-LABEL: func.func @others
// CHECK-NOT: kernel.pool
func.func @others(%x: tensor<2x6x6x4xf32>, %c: tensor<2x6x6x4x!spike.count<max = 300>>)
    -> (tensor<2x3x3x4xf32>, tensor<2x6x3x2xf32>, tensor<2x3x3x4x!spike.count<max = 300>>) {
  %0 = spike.pool avg %x kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_last
      : tensor<2x6x6x4xf32> -> tensor<2x3x3x4xf32>
  %1 = spike.pool max %x kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_first
      : tensor<2x6x6x4xf32> -> tensor<2x6x3x2xf32>
  %2 = spike.pool max %c kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_last
      : tensor<2x6x6x4x!spike.count<max = 300>> -> tensor<2x3x3x4x!spike.count<max = 300>>
  return %0, %1, %2 : tensor<2x3x3x4xf32>, tensor<2x6x3x2xf32>, tensor<2x3x3x4x!spike.count<max = 300>>
}
