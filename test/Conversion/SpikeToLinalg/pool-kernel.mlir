// RUN: spike-opt %s --convert-spike-to-linalg --canonicalize | FileCheck %s

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

// Currents of digit planes are pooled where they are computed; those of the convolution alone are computed by nobody.
// CHECK-LABEL: func.func @behind_planes
// CHECK: %[[S:.*]] = kernel.conv {{.*}} exact narrow pool [8, 16, 3, 3, 2, 2, 1, 1] neuron #spike.lif steps 2 : {{.*}} -> tensor<2x4x8x4xi8>
// CHECK-NOT: kernel.
// CHECK: return
func.func @behind_planes(%x: tensor<2x1x8x16x64xi1>) -> tensor<2x1x4x8x4xi1> {
  %w = spike.constant dense<0.5> : tensor<4x64x3x3xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] channels_last exact
      : (tensor<2x1x8x16x64xi1>, tensor<4x64x3x3xf32>) -> tensor<2x1x8x16x4xf32>
  %1 = spike.pool max %0 kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1] channels_last
      : tensor<2x1x8x16x4xf32> -> tensor<2x1x4x8x4xf32>
  %2 = spike.neuron #spike.lif (%1) : (tensor<2x1x4x8x4xf32>) -> tensor<2x1x4x8x4xi1>
  return %2 : tensor<2x1x4x8x4xi1>
}

// Currents that something else reads, a stride, and inputs whose lines do not fill blocks.
// CHECK-LABEL: func.func @apart
// CHECK-COUNT-3: kernel.pool
// CHECK: return
func.func @apart(%x: tensor<2x8x16x64xi1>, %y: tensor<2x8x16x8xi1>)
    -> (tensor<2x8x16x4xf32>, tensor<2x4x8x4xi1>, tensor<2x2x4x4xi1>, tensor<2x4x8x4xi1>) {
  %w = spike.constant dense<0.5> : tensor<4x64x3x3xf32>
  %v = spike.constant dense<0.5> : tensor<4x8x3x3xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] channels_last exact
      : (tensor<2x8x16x64xi1>, tensor<4x64x3x3xf32>) -> tensor<2x8x16x4xf32>
  %1 = spike.pool max %0 kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_last
      : tensor<2x8x16x4xf32> -> tensor<2x4x8x4xf32>
  %2 = spike.neuron #spike.lif (%1) : (tensor<2x4x8x4xf32>) -> tensor<2x4x8x4xi1>
  %3 = spike.conv %x, %w strides [2, 2] padding [1, 1, 1, 1] channels_last exact
      : (tensor<2x8x16x64xi1>, tensor<4x64x3x3xf32>) -> tensor<2x4x8x4xf32>
  %4 = spike.pool max %3 kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_last
      : tensor<2x4x8x4xf32> -> tensor<2x2x4x4xf32>
  %5 = spike.neuron #spike.lif (%4) : (tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xi1>
  %6 = spike.conv %y, %v strides [1, 1] padding [1, 1, 1, 1] channels_last exact
      : (tensor<2x8x16x8xi1>, tensor<4x8x3x3xf32>) -> tensor<2x8x16x4xf32>
  %7 = spike.pool max %6 kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_last
      : tensor<2x8x16x4xf32> -> tensor<2x4x8x4xf32>
  %8 = spike.neuron #spike.lif (%7) : (tensor<2x4x8x4xf32>) -> tensor<2x4x8x4xi1>
  return %0, %2, %5, %8 : tensor<2x8x16x4xf32>, tensor<2x4x8x4xi1>, tensor<2x2x4x4xi1>, tensor<2x4x8x4xi1>
}
