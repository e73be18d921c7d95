// RUN: spike-opt %s --spike-fold-rep-conv | FileCheck %s

// 1x1 with a bias, then a depthwise 3 with one: weights [2 * [1, 0, 3], 5 * [0, 1, 0]], biases 7 * (1 + 0 + 3) and 11 * 1 + 1.
// CHECK-LABEL: func.func @joined
// CHECK-DAG: %[[W:.*]] = spike.constant dense<{{\[\[\[}}2.000000e+00, 0.000000e+00, 6.000000e+00], [0.000000e+00, 0.000000e+00, 0.000000e+00]], {{\[\[}}0.000000e+00, 0.000000e+00, 0.000000e+00], [0.000000e+00, 5.000000e+00, 0.000000e+00]]]>
// CHECK-DAG: %[[B:.*]] = spike.constant dense<[2.800000e+01, 1.200000e+01]>
// CHECK: spike.conv %arg0, %[[W]], %[[B]] strides [2] padding [1, 1] channels_first : (tensor<4x2x8xi1>, tensor<2x2x3xf32>, tensor<2xf32>) -> tensor<4x2x4xf32>
func.func @joined(%x: tensor<4x2x8xi1>) -> tensor<4x2x4xf32> {
  %w = spike.constant dense<[[[2.0], [0.0]], [[0.0], [5.0]]]> : tensor<2x2x1xf32>
  %b = spike.constant dense<[7.0, 11.0]> : tensor<2xf32>
  %v = spike.constant dense<[[[1.0, 0.0, 3.0]], [[0.0, 1.0, 0.0]]]> : tensor<2x1x3xf32>
  %c = spike.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %0 = spike.conv %x, %w, %b strides [1] padding [1, 1] channels_first : (tensor<4x2x8xi1>, tensor<2x2x1xf32>, tensor<2xf32>) -> tensor<4x2x10xf32>
  %1 = spike.conv %0, %v, %c strides [2] padding [0, 0] groups 2 channels_first : (tensor<4x2x10xf32>, tensor<2x1x3xf32>, tensor<2xf32>) -> tensor<4x2x4xf32>
  return %1 : tensor<4x2x4xf32>
}

// The second one pads with zero where the first one has its bias.
// CHECK-LABEL: func.func @padded_between
// CHECK-COUNT-2: spike.conv
func.func @padded_between(%x: tensor<4x2x8xi1>) -> tensor<4x2x8xf32> {
  %w = spike.constant dense<1.0> : tensor<2x2x1xf32>
  %b = spike.constant dense<[7.0, 11.0]> : tensor<2xf32>
  %v = spike.constant dense<1.0> : tensor<2x2x3xf32>
  %0 = spike.conv %x, %w, %b strides [1] padding [0, 0] channels_first : (tensor<4x2x8xi1>, tensor<2x2x1xf32>, tensor<2xf32>) -> tensor<4x2x8xf32>
  %1 = spike.conv %0, %v strides [1] padding [1, 1] channels_first : (tensor<4x2x8xf32>, tensor<2x2x3xf32>) -> tensor<4x2x8xf32>
  return %1 : tensor<4x2x8xf32>
}

// Something else reads the value between.
// CHECK-LABEL: func.func @read_twice
// CHECK-COUNT-2: spike.conv
func.func @read_twice(%x: tensor<4x2x8xi1>) -> (tensor<4x2x8xf32>, tensor<4x2x8xf32>) {
  %w = spike.constant dense<1.0> : tensor<2x2x1xf32>
  %0 = spike.conv %x, %w strides [1] padding [0, 0] channels_first : (tensor<4x2x8xi1>, tensor<2x2x1xf32>) -> tensor<4x2x8xf32>
  %1 = spike.conv %0, %w strides [1] padding [0, 0] channels_first : (tensor<4x2x8xf32>, tensor<2x2x1xf32>) -> tensor<4x2x8xf32>
  return %0, %1 : tensor<4x2x8xf32>, tensor<4x2x8xf32>
}
