// RUN: spike-opt %s --spike-fix-weights | FileCheck %s

// 0.1 is no multiple of 2^-23, the unit beside 1.0.
// CHECK-LABEL: func.func @spikes
// CHECK: %[[W:.*]] = spike.constant dense<{{.*}}1.000000e+00, 0.0999999046]]>
// CHECK: spike.linear %{{.*}}, %[[W]] exact :
func.func @spikes(%s: tensor<4x2xi1>) -> tensor<4x1xf32> {
  %w = spike.constant dense<[[1.0, 0.1]]> : tensor<1x2xf32>
  %y = spike.linear %s, %w : (tensor<4x2xi1>, tensor<1x2xf32>) -> tensor<4x1xf32>
  return %y : tensor<4x1xf32>
}

// Weights that are on the grid stay the same constant.
// CHECK-LABEL: func.func @conv
// CHECK: %[[W:.*]] = spike.constant dense<5.000000e-01>
// CHECK-NOT: spike.constant
// CHECK: spike.conv %{{.*}}, %[[W]] strides [1, 1] padding [1, 1, 1, 1] channels_last exact :
func.func @conv(%s: tensor<4x6x6x2x!spike.count<max = 255>>) -> tensor<4x6x6x3xf32> {
  %w = spike.constant dense<0.5> : tensor<3x2x3x3xf32>
  %y = spike.conv %s, %w strides [1, 1] padding [1, 1, 1, 1] channels_last
      : (tensor<4x6x6x2x!spike.count<max = 255>>, tensor<3x2x3x3xf32>) -> tensor<4x6x6x3xf32>
  return %y : tensor<4x6x6x3xf32>
}

// Values that range analysis knows to be integers count as such.
// CHECK-LABEL: func.func @integers_in_f32
// CHECK: spike.linear {{.*}} exact :
func.func @integers_in_f32(%x: tensor<4x2xf32>) -> tensor<4x1xf32> {
  %w = spike.constant dense<[[1.0, 0.1]]> : tensor<1x2xf32>
  %s = spike.neuron #spike.if (%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %y = spike.linear %s, %w : (tensor<4x2xf32>, tensor<1x2xf32>) -> tensor<4x1xf32>
  return %y : tensor<4x1xf32>
}

// Groups: every output has the unit of its own largest weight.
// CHECK-LABEL: func.func @groups
// CHECK: %[[W:.*]] = spike.constant dense<{{.*}}1.000000e+00, 0.0999999046{{.*}}2.500000e-01, 0.100000024{{.*}}>
// CHECK: spike.conv %{{.*}}, %[[W]] strides [1, 1] padding [0, 0, 0, 0] groups 2 channels_last exact :
func.func @groups(%s: tensor<4x6x6x2xi1>) -> tensor<4x6x5x2xf32> {
  %w = spike.constant dense<[[[[1.0, 0.1]]], [[[0.25, 0.1]]]]> : tensor<2x1x1x2xf32>
  %y = spike.conv %s, %w strides [1, 1] padding [0, 0, 0, 0] groups 2 channels_last
      : (tensor<4x6x6x2xi1>, tensor<2x1x1x2xf32>) -> tensor<4x6x5x2xf32>
  return %y : tensor<4x6x5x2xf32>
}

// Real inputs, large counts, weights that are no constants.
// CHECK-LABEL: func.func @others
// CHECK-NOT: exact
func.func @others(%x: tensor<4x2xf32>, %c: tensor<4x2x!spike.count<max = 256>>, %s: tensor<4x6x6x2xi1>, %v: tensor<1x2xf32>,
                  %r: tensor<4x6x6x2xf32>)
    -> (tensor<4x1xf32>, tensor<4x1xf32>, tensor<4x6x6x2xf32>, tensor<4x6x6x1xf32>) {
  %w = spike.constant dense<[[1.0, 0.1]]> : tensor<1x2xf32>
  %k = spike.constant dense<0.5> : tensor<2x1x1x1xf32>
  %a = spike.linear %x, %w : (tensor<4x2xf32>, tensor<1x2xf32>) -> tensor<4x1xf32>
  %b = spike.linear %c, %w : (tensor<4x2x!spike.count<max = 256>>, tensor<1x2xf32>) -> tensor<4x1xf32>
  %d = spike.conv %r, %k strides [1, 1] padding [0, 0, 0, 0] groups 2 channels_last
      : (tensor<4x6x6x2xf32>, tensor<2x1x1x1xf32>) -> tensor<4x6x6x2xf32>
  %e = spike.linear %s, %v : (tensor<4x6x6x2xi1>, tensor<1x2xf32>) -> tensor<4x6x6x1xf32>
  return %a, %b, %d, %e : tensor<4x1xf32>, tensor<4x1xf32>, tensor<4x6x6x2xf32>, tensor<4x6x6x1xf32>
}

// One weight a million times the others would take all of their digits.
// CHECK-LABEL: func.func @outlier
// CHECK-NOT: exact
func.func @outlier(%s: tensor<4x4xi1>) -> tensor<4x1xf32> {
  %w = spike.constant dense<[[1.0e6, 0.1, 0.2, 0.3]]> : tensor<1x4xf32>
  %y = spike.linear %s, %w : (tensor<4x4xi1>, tensor<1x4xf32>) -> tensor<4x1xf32>
  return %y : tensor<4x1xf32>
}

// 2^-23 beside 1: every sum is exact in f32 already, and rounding would lose the small weight.
// CHECK-LABEL: func.func @exact_before
// CHECK-NOT: exact :
func.func @exact_before(%s: tensor<4x2xi1>) -> tensor<4x1xf32> {
  %w = spike.constant dense<[[1.0, 0x34000000]]> : tensor<1x2xf32>
  %y = spike.linear %s, %w : (tensor<4x2xi1>, tensor<1x2xf32>) -> tensor<4x1xf32>
  return %y : tensor<4x1xf32>
}
