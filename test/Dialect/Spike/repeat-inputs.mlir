// RUN: spike-opt %s --spike-repeat-inputs | FileCheck %s

// CHECK-LABEL: func.func @chain
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x4x4xf32>)
func.func @chain(%x: tensor<2x3x4x4xf32>) -> tensor<5x2x4x16xf32> {
  %w = spike.constant dense<1.0> : tensor<4x3x1x1xf32>
  // CHECK: %[[R:.*]] = spike.repeat_time %[[X]] : tensor<2x3x4x4xf32> -> tensor<5x2x3x4x4xf32>
  // CHECK: %[[C:.*]] = spike.conv %[[R]], {{.*}} -> tensor<5x2x4x4x4xf32>
  %0 = spike.conv %x, %w strides [1, 1] padding [0, 0, 0, 0] channels_first : (tensor<2x3x4x4xf32>, tensor<4x3x1x1xf32>) -> tensor<2x4x4x4xf32>
  // CHECK: %[[S:.*]] = spike.reshape %[[C]] : tensor<5x2x4x4x4xf32> -> tensor<5x2x4x16xf32>
  %1 = spike.reshape %0 : tensor<2x4x4x4xf32> -> tensor<2x4x16xf32>
  // CHECK: return %[[S]]
  %2 = spike.repeat_time %1 : tensor<2x4x16xf32> -> tensor<5x2x4x16xf32>
  return %2 : tensor<5x2x4x16xf32>
}

// CHECK-LABEL: func.func @sum
func.func @sum(%x: tensor<2x3xf32>, %y: tensor<2x3xf32>) -> tensor<5x3x2xf32> {
  // CHECK-DAG: %[[X:.*]] = spike.repeat_time %{{.*}} : tensor<2x3xf32> -> tensor<5x2x3xf32>
  // CHECK-DAG: %[[Y:.*]] = spike.repeat_time %{{.*}} : tensor<2x3xf32> -> tensor<5x2x3xf32>
  // CHECK: %[[A:.*]] = spike.add %[[X]], %[[Y]]
  // CHECK: spike.transpose %[[A]] [0, 2, 1]
  %0 = spike.add %x, %y : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = spike.transpose %0 [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %2 = spike.repeat_time %1 : tensor<3x2xf32> -> tensor<5x3x2xf32>
  return %2 : tensor<5x3x2xf32>
}

// A value that something else reads, and one whose first axis is no batch, are repeated themselves.
// CHECK-LABEL: func.func @stays
func.func @stays(%x: tensor<2x3xf32>, %row: tensor<1x3xf32>) -> (tensor<2x3xf32>, tensor<5x2x3xf32>, tensor<5x3xf32>, tensor<5x2x3xf32>) {
  %0 = spike.scale %x by 2.0 : tensor<2x3xf32> -> tensor<2x3xf32>
  // CHECK: %[[S:.*]] = spike.scale
  // CHECK: spike.repeat_time %[[S]]
  %1 = spike.repeat_time %0 : tensor<2x3xf32> -> tensor<5x2x3xf32>
  // CHECK: %[[R:.*]] = spike.reduce
  // CHECK: spike.repeat_time %[[R]]
  %2 = spike.reduce sum %x dims [0] : tensor<2x3xf32> -> tensor<3xf32>
  %3 = spike.repeat_time %2 : tensor<3xf32> -> tensor<5x3xf32>
  // CHECK: %[[A:.*]] = spike.add
  // CHECK: spike.repeat_time %[[A]]
  %4 = spike.add %x, %row : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %5 = spike.repeat_time %4 : tensor<2x3xf32> -> tensor<5x2x3xf32>
  return %0, %1, %3, %5 : tensor<2x3xf32>, tensor<5x2x3xf32>, tensor<5x3xf32>, tensor<5x2x3xf32>
}
