// RUN: spike-opt %s --spike-fold-border | FileCheck %s

// The border is beta - mean * gamma / sqrt(var) = 1 - 2 * 3 / 2 = -2 and 5.
// CHECK-LABEL: func.func @border
// CHECK: %[[C:.*]] = spike.conv %arg0, %{{.*}} strides [1, 1] padding [1, 1, 1, 1] channels_first : (tensor<3x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<3x2x6x6xf32>
// CHECK-NEXT: %[[N:.*]] = spike.batch_norm %[[C]]
// CHECK-NEXT: return %[[N]]
func.func @border(%x: tensor<3x2x4x4xf32>) -> tensor<3x2x6x6xf32> {
  %w = spike.constant dense<1.0> : tensor<2x2x1x1xf32>
  %mean = spike.constant dense<[2.0, 0.0]> : tensor<2xf32>
  %var = spike.constant dense<4.0> : tensor<2xf32>
  %gamma = spike.constant dense<3.0> : tensor<2xf32>
  %beta = spike.constant dense<[1.0, 5.0]> : tensor<2xf32>
  %border = spike.constant dense<[[[-2.0]], [[5.0]]]> : tensor<2x1x1xf32>
  %rows = spike.constant dense<[[1.0], [0.0], [0.0], [0.0], [0.0], [1.0]]> : tensor<6x1xf32>
  %columns = spike.constant dense<[1.0, 0.0, 0.0, 0.0, 0.0, 1.0]> : tensor<6xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<3x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<3x2x4x4xf32>
  %1 = spike.batch_norm %0 mean %mean var %var gamma %gamma beta %beta eps 0.0 axis 1 : (tensor<3x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<3x2x4x4xf32>
  %2 = spike.pad %1 padding [1, 1, 1, 1] : tensor<3x2x4x4xf32> -> tensor<3x2x6x6xf32>
  %3 = spike.map select %rows, %border, %2 : (tensor<6x1xf32>, tensor<2x1x1xf32>, tensor<3x2x6x6xf32>) -> tensor<3x2x6x6xf32>
  %4 = spike.map select %columns, %border, %3 : (tensor<6xf32>, tensor<2x1x1xf32>, tensor<3x2x6x6xf32>) -> tensor<3x2x6x6xf32>
  return %4 : tensor<3x2x6x6xf32>
}

// A border of other numbers stays.
// CHECK-LABEL: func.func @other
// CHECK: spike.pad
func.func @other(%x: tensor<3x2x4x4xf32>) -> tensor<3x2x6x6xf32> {
  %w = spike.constant dense<1.0> : tensor<2x2x1x1xf32>
  %mean = spike.constant dense<[2.0, 0.0]> : tensor<2xf32>
  %var = spike.constant dense<4.0> : tensor<2xf32>
  %border = spike.constant dense<[[[-1.0]], [[0.001]]]> : tensor<2x1x1xf32>
  %rows = spike.constant dense<[[1.0], [0.0], [0.0], [0.0], [0.0], [1.0]]> : tensor<6x1xf32>
  %columns = spike.constant dense<[1.0, 0.0, 0.0, 0.0, 0.0, 1.0]> : tensor<6xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<3x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<3x2x4x4xf32>
  %1 = spike.batch_norm %0 mean %mean var %var eps 0.0 axis 1 : (tensor<3x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<3x2x4x4xf32>
  %2 = spike.pad %1 padding [1, 1, 1, 1] : tensor<3x2x4x4xf32> -> tensor<3x2x6x6xf32>
  %3 = spike.map select %rows, %border, %2 : (tensor<6x1xf32>, tensor<2x1x1xf32>, tensor<3x2x6x6xf32>) -> tensor<3x2x6x6xf32>
  %4 = spike.map select %columns, %border, %3 : (tensor<6xf32>, tensor<2x1x1xf32>, tensor<3x2x6x6xf32>) -> tensor<3x2x6x6xf32>
  return %4 : tensor<3x2x6x6xf32>
}

// So does one that leaves a side as it was.
// CHECK-LABEL: func.func @rows_only
// CHECK: spike.pad
func.func @rows_only(%x: tensor<3x2x4x4xf32>) -> tensor<3x2x6x6xf32> {
  %w = spike.constant dense<1.0> : tensor<2x2x1x1xf32>
  %mean = spike.constant dense<[2.0, 0.0]> : tensor<2xf32>
  %var = spike.constant dense<4.0> : tensor<2xf32>
  %border = spike.constant dense<[[[-1.0]], [[0.0]]]> : tensor<2x1x1xf32>
  %rows = spike.constant dense<[[1.0], [0.0], [0.0], [0.0], [0.0], [1.0]]> : tensor<6x1xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<3x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<3x2x4x4xf32>
  %1 = spike.batch_norm %0 mean %mean var %var eps 0.0 axis 1 : (tensor<3x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<3x2x4x4xf32>
  %2 = spike.pad %1 padding [1, 1, 1, 1] : tensor<3x2x4x4xf32> -> tensor<3x2x6x6xf32>
  %3 = spike.map select %rows, %border, %2 : (tensor<6x1xf32>, tensor<2x1x1xf32>, tensor<3x2x6x6xf32>) -> tensor<3x2x6x6xf32>
  return %3 : tensor<3x2x6x6xf32>
}
