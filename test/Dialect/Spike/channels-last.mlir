// RUN: spike-opt %s --spike-channels-last -split-input-file | FileCheck %s

// Two layers meet without a transpose between them; the bias and the neuron's channel axis follow.
// CHECK-LABEL: func.func @two_layers
// CHECK-SAME: %[[X:.*]]: tensor<4x2x3x8x8xf32>
// CHECK: %[[IN:.*]] = spike.transpose %[[X]] [0, 1, 3, 4, 2]
// CHECK: %[[C1:.*]] = spike.conv %[[IN]], {{.*}} channels_last
// CHECK: %[[P:.*]] = spike.pool max %[[C1]] {{.*}} channels_last
// CHECK: %[[S:.*]] = spike.neuron #spike.if path "a"(%[[P]]) params(v_threshold = %{{.*}}) axis 4
// CHECK: %[[C2:.*]] = spike.conv %[[S]], {{.*}} channels_last
// CHECK: %[[OUT:.*]] = spike.transpose %[[C2]] [0, 1, 4, 2, 3]
// CHECK: return %[[OUT]]
func.func @two_layers(%x: tensor<4x2x3x8x8xf32>, %th: tensor<6xf32>) -> tensor<4x2x5x4x4xf32> {
  %w1 = spike.constant dense<0.5> : tensor<6x3x3x3xf32>
  %b1 = spike.constant dense<0.25> : tensor<6xf32>
  %w2 = spike.constant dense<0.5> : tensor<5x6x3x3xf32>
  %0 = spike.conv %x, %w1, %b1 strides [1, 1] padding [1, 1, 1, 1] channels_first
      : (tensor<4x2x3x8x8xf32>, tensor<6x3x3x3xf32>, tensor<6xf32>) -> tensor<4x2x6x8x8xf32>
  %1 = spike.pool max %0 kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_first
      : tensor<4x2x6x8x8xf32> -> tensor<4x2x6x4x4xf32>
  %2 = spike.neuron #spike.if path "a" (%1) params(v_threshold = %th) axis 2
      : (tensor<4x2x6x4x4xf32>, tensor<6xf32>) -> tensor<4x2x6x4x4xf32>
  %3 = spike.conv %2, %w2 strides [1, 1] padding [1, 1, 1, 1] channels_first
      : (tensor<4x2x6x4x4xf32>, tensor<5x6x3x3xf32>) -> tensor<4x2x5x4x4xf32>
  return %3 : tensor<4x2x5x4x4xf32>
}

// -----

// A pointwise convolution is a linear layer; tokens merge before the transpose.
// CHECK-LABEL: func.func @pointwise
// CHECK-SAME: %[[X:.*]]: tensor<4x1x2x3x8xf32>
// CHECK: %[[R:.*]] = spike.reshape %[[X]] : tensor<4x1x2x3x8xf32> -> tensor<4x1x6x8xf32>
// CHECK: %[[Y:.*]] = spike.linear %[[R]], %{{.*}} : (tensor<4x1x6x8xf32>, tensor<5x8xf32>) -> tensor<4x1x6x5xf32>
// CHECK: spike.transpose %[[Y]] [0, 1, 3, 2]
func.func @pointwise(%x: tensor<4x1x2x3x8xf32>) -> tensor<4x1x5x6xf32> {
  %w = spike.constant dense<0.5> : tensor<5x8x1xf32>
  %0 = spike.transpose %x [0, 1, 4, 2, 3] : tensor<4x1x2x3x8xf32> -> tensor<4x1x8x2x3xf32>
  %1 = spike.reshape %0 : tensor<4x1x8x2x3xf32> -> tensor<4x1x8x6xf32>
  %2 = spike.conv %1, %w strides [1] padding [0, 0] channels_first
      : (tensor<4x1x8x6xf32>, tensor<5x8x1xf32>) -> tensor<4x1x5x6xf32>
  return %2 : tensor<4x1x5x6xf32>
}

// -----

// Both sides of a residual connection are transposed alike; a constant is transposed to match.
// CHECK-LABEL: func.func @residual
// CHECK: %[[A:.*]] = spike.add %[[C:.*]], %[[C]]
// CHECK: %[[POS:.*]] = spike.transpose %{{.*}} [0, 2, 3, 1]
// CHECK: %[[B:.*]] = spike.add %[[A]], %[[POS]]
// CHECK: spike.transpose %[[B]] [0, 3, 1, 2]
func.func @residual(%x: tensor<4x3x8x8xf32>) -> tensor<4x3x8x8xf32> {
  %w = spike.constant dense<0.5> : tensor<3x3x3x3xf32>
  %pos = spike.constant dense<0.5> : tensor<4x3x8x8xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] channels_first
      : (tensor<4x3x8x8xf32>, tensor<3x3x3x3xf32>) -> tensor<4x3x8x8xf32>
  %1 = spike.add %0, %0 : (tensor<4x3x8x8xf32>, tensor<4x3x8x8xf32>) -> tensor<4x3x8x8xf32>
  %2 = spike.add %1, %pos : (tensor<4x3x8x8xf32>, tensor<4x3x8x8xf32>) -> tensor<4x3x8x8xf32>
  return %2 : tensor<4x3x8x8xf32>
}

// -----

// A mean over the image keeps the order of its sum, with and without the reduced axes; slices, scales, repetitions and
// batch normalisations only rename their axis.
// CHECK-LABEL: func.func @other_ops
// CHECK: %[[C:.*]] = spike.conv {{.*}} channels_last
// CHECK: %[[N:.*]] = spike.batch_norm %[[C]] {{.*}} axis 3
// CHECK: %[[S:.*]] = spike.slice %[[N]] axis 3 offset 2
// CHECK: %[[F:.*]] = spike.scale %[[S]] by 0.5
// CHECK: %[[R:.*]] = spike.repeat_time %[[F]] : tensor<4x8x8x4xf32> -> tensor<2x4x8x8x4xf32>
// CHECK: %[[M:.*]] = spike.reduce mean %[[R]] dims [2, 3] : tensor<2x4x8x8x4xf32> -> tensor<2x4x4xf32>
// CHECK: return %[[M]]
func.func @other_ops(%x: tensor<4x3x8x8xf32>) -> tensor<2x4x4xf32> {
  %w = spike.constant dense<0.5> : tensor<6x3x3x3xf32>
  %m = spike.constant dense<0.5> : tensor<6xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] channels_first
      : (tensor<4x3x8x8xf32>, tensor<6x3x3x3xf32>) -> tensor<4x6x8x8xf32>
  %1 = spike.batch_norm %0 mean %m var %m eps 1.0e-05 axis 1
      : (tensor<4x6x8x8xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<4x6x8x8xf32>
  %2 = spike.slice %1 axis 1 offset 2 : tensor<4x6x8x8xf32> -> tensor<4x4x8x8xf32>
  %3 = spike.scale %2 by 0.5 : tensor<4x4x8x8xf32> -> tensor<4x4x8x8xf32>
  %4 = spike.repeat_time %3 : tensor<4x4x8x8xf32> -> tensor<2x4x4x8x8xf32>
  %5 = spike.reduce mean %4 dims [3, 4] : tensor<2x4x4x8x8xf32> -> tensor<2x4x4xf32>
  return %5 : tensor<2x4x4xf32>
}

// -----

// The order of the axes does not matter to an integer.
// CHECK-LABEL: func.func @integers
// CHECK: spike.reduce nonzero %arg0 dims [1, 2] : tensor<4x3x3x5xi1> -> tensor<4x5x!spike.count<max = 9>>
func.func @integers(%x: tensor<4x3x3x5xi1>) -> tensor<4x5x!spike.count<max = 9>> {
  %0 = spike.transpose %x [0, 2, 1, 3] : tensor<4x3x3x5xi1> -> tensor<4x3x3x5xi1>
  %1 = spike.reduce nonzero %0 dims [1, 2] : tensor<4x3x3x5xi1> -> tensor<4x5x!spike.count<max = 9>>
  return %1 : tensor<4x5x!spike.count<max = 9>>
}

// -----

// Does not apply: images that are channels last already, and a program without images.
// CHECK-LABEL: func.func @nothing_to_do
// CHECK-NOT: spike.transpose
// CHECK: spike.conv {{.*}} groups 3 channels_last
// CHECK: spike.linear
func.func @nothing_to_do(%x: tensor<4x8x8x3xf32>) -> tensor<4x8x8x5xf32> {
  %w = spike.constant dense<0.5> : tensor<3x1x1x1xf32>
  %l = spike.constant dense<0.5> : tensor<5x3xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] groups 3 channels_last
      : (tensor<4x8x8x3xf32>, tensor<3x1x1x1xf32>) -> tensor<4x8x8x3xf32>
  %1 = spike.linear %0, %l : (tensor<4x8x8x3xf32>, tensor<5x3xf32>) -> tensor<4x8x8x5xf32>
  return %1 : tensor<4x8x8x5xf32>
}

// -----

// Does not apply: a transpose stays where it would change the order of a sum, move time, separate merged axes, or meet
// an operand of another layout.
// CHECK-LABEL: func.func @stays
// CHECK: spike.transpose
// CHECK-NEXT: spike.reduce sum
// CHECK: spike.transpose
// CHECK-NEXT: spike.neuron
// CHECK: spike.transpose
// CHECK-NEXT: spike.reshape
// CHECK: spike.transpose
// CHECK-NEXT: spike.add
func.func @stays(%x: tensor<4x3x3x5xf32>)
    -> (tensor<4x5xf32>, tensor<3x4x3x5xf32>, tensor<4x15x3xf32>, tensor<4x3x3x5xf32>) {
  %0 = spike.transpose %x [0, 2, 1, 3] : tensor<4x3x3x5xf32> -> tensor<4x3x3x5xf32>
  %1 = spike.reduce sum %0 dims [1, 2] : tensor<4x3x3x5xf32> -> tensor<4x5xf32>
  %2 = spike.transpose %x [1, 0, 2, 3] : tensor<4x3x3x5xf32> -> tensor<3x4x3x5xf32>
  %3 = spike.neuron #spike.if (%2) : (tensor<3x4x3x5xf32>) -> tensor<3x4x3x5xf32>
  %4 = spike.transpose %x [0, 1, 3, 2] : tensor<4x3x3x5xf32> -> tensor<4x3x5x3xf32>
  %5 = spike.reshape %4 : tensor<4x3x5x3xf32> -> tensor<4x15x3xf32>
  %6 = spike.transpose %x [0, 2, 1, 3] : tensor<4x3x3x5xf32> -> tensor<4x3x3x5xf32>
  %7 = spike.add %6, %x : (tensor<4x3x3x5xf32>, tensor<4x3x3x5xf32>) -> tensor<4x3x3x5xf32>
  return %1, %3, %5, %7 : tensor<4x5xf32>, tensor<3x4x3x5xf32>, tensor<4x15x3xf32>, tensor<4x3x3x5xf32>
}
