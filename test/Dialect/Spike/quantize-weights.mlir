// RUN: spike-opt %s --spike-quantize-weights=bits=4 | FileCheck %s
// RUN: spike-opt %s --spike-quantize-weights=bits=4 --spike-fix-weights --convert-spike-to-linalg | FileCheck %s --check-prefix=PLANES
// RUN: not spike-opt %s --spike-quantize-weights=bits=1 2>&1 | FileCheck %s --check-prefix=BITS

// BITS: error: spike-quantize-weights expects 2 to 16 bits, got 1

// Seven eighths and one eighth: the unit that cuts 0.9 has the smaller error.
// CHECK-LABEL: func.func @linear
// CHECK: %[[W:.*]] = spike.constant dense<{{.*}}8.750000e-01, 1.250000e-01]]>
// CHECK: spike.linear %{{.*}}, %[[W]]
// PLANES-LABEL: func.func @linear
// PLANES: tensor<1x1x1x16x16x4xi8>
func.func @linear(%s: tensor<4x2xi1>) -> tensor<4x1xf32> {
  %w = spike.constant dense<[[0.9, 0.1]]> : tensor<1x2xf32>
  %y = spike.linear %s, %w : (tensor<4x2xi1>, tensor<1x2xf32>) -> tensor<4x1xf32>
  return %y : tensor<4x1xf32>
}

// Each output has a unit of its own, whatever the input is.
// CHECK-LABEL: func.func @conv
// CHECK: spike.constant dense<{{.*}}6.000000e+00{{.*}}-3.000000e+00{{.*}}3.906250e-02
func.func @conv(%x: tensor<4x2x3x3xf32>) -> tensor<4x2x3x3xf32> {
  %w = spike.constant dense<[[[[6.1]], [[-2.9]]], [[[0.04]], [[0.0]]]]> : tensor<2x2x1x1xf32>
  %y = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<4x2x3x3xf32>, tensor<2x2x1x1xf32>) -> tensor<4x2x3x3xf32>
  return %y : tensor<4x2x3x3xf32>
}

// CHECK-LABEL: func.func @not_constant
// CHECK-NOT: spike.constant
func.func @not_constant(%s: tensor<4x2xi1>, %w: tensor<1x2xf32>) -> tensor<4x1xf32> {
  %y = spike.linear %s, %w : (tensor<4x2xi1>, tensor<1x2xf32>) -> tensor<4x1xf32>
  return %y : tensor<4x1xf32>
}
