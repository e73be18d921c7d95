// RUN: spike-opt %s --spike-cancel-reshape | FileCheck %s

// CHECK-LABEL: func.func @layers(
// CHECK-SAME: %[[X:[^:]*]]: tensor<4x2x3x8x8xf32>
func.func @layers(%x: tensor<4x2x3x8x8xf32>) -> tensor<4x2x6x4x4xf32> {
  %w = spike.constant dense<1.0> : tensor<6x3x3x3xf32>
  %m = spike.constant dense<1.0> : tensor<6xf32>
  // CHECK-NOT: spike.reshape
  %0 = spike.reshape %x : tensor<4x2x3x8x8xf32> -> tensor<8x3x8x8xf32>
  // CHECK: %[[C:.*]] = spike.conv %[[X]], %{{.*}} -> tensor<4x2x6x8x8xf32>
  %1 = spike.conv %0, %w strides [1, 1] padding [1, 1, 1, 1] channels_first : (tensor<8x3x8x8xf32>, tensor<6x3x3x3xf32>) -> tensor<8x6x8x8xf32>
  // CHECK: %[[N:.*]] = spike.batch_norm %[[C]] {{.*}} axis 2
  %2 = spike.batch_norm %1 mean %m var %m eps 0.0 axis 1 : (tensor<8x6x8x8xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<8x6x8x8xf32>
  // CHECK: %[[P:.*]] = spike.pool max %[[N]] {{.*}} -> tensor<4x2x6x4x4xf32>
  %3 = spike.pool max %2 kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_first : tensor<8x6x8x8xf32> -> tensor<8x6x4x4xf32>
  %4 = spike.reshape %3 : tensor<8x6x4x4xf32> -> tensor<4x2x6x4x4xf32>
  // CHECK: return %[[P]]
  return %4 : tensor<4x2x6x4x4xf32>
}

// The merge also moves through ops that flatten space, transpose, slice, scale and reduce behind the batch.
// CHECK-LABEL: func.func @tokens(
// CHECK-SAME: %[[X:[^:]*]]: tensor<4x2x3x2x2xf32>
func.func @tokens(%x: tensor<4x2x3x2x2xf32>) -> tensor<4x2x5xf32> {
  %w = spike.constant dense<1.0> : tensor<5x3xf32>
  // CHECK: %[[R:.*]] = spike.reshape %[[X]] : tensor<4x2x3x2x2xf32> -> tensor<4x2x3x4xf32>
  %0 = spike.reshape %x : tensor<4x2x3x2x2xf32> -> tensor<8x3x4xf32>
  // CHECK: %[[T:.*]] = spike.transpose %[[R]] [0, 1, 3, 2]
  %1 = spike.transpose %0 [0, 2, 1] : tensor<8x3x4xf32> -> tensor<8x4x3xf32>
  // CHECK: %[[L:.*]] = spike.linear %[[T]]
  %2 = spike.linear %1, %w : (tensor<8x4x3xf32>, tensor<5x3xf32>) -> tensor<8x4x5xf32>
  // CHECK: %[[S:.*]] = spike.slice %[[L]] axis 2 offset 1
  %3 = spike.slice %2 axis 1 offset 1 : tensor<8x4x5xf32> -> tensor<8x2x5xf32>
  // CHECK: %[[H:.*]] = spike.scale %[[S]]
  %4 = spike.scale %3 by 0.5 : tensor<8x2x5xf32> -> tensor<8x2x5xf32>
  // CHECK: %[[M:.*]] = spike.reduce sum %[[H]] dims [2]
  %5 = spike.reduce sum %4 dims [1] : tensor<8x2x5xf32> -> tensor<8x5xf32>
  %6 = spike.reshape %5 : tensor<8x5xf32> -> tensor<4x2x5xf32>
  // CHECK: return %[[M]]
  return %6 : tensor<4x2x5xf32>
}

// Two operands: both merged, one merged, one stretched along the batch, one with an axis of one.
// CHECK-LABEL: func.func @two_operands
func.func @two_operands(%x: tensor<4x2x3x5xf32>, %y: tensor<4x2x5x3xf32>, %z: tensor<8x3x3xf32>, %b: tensor<3xf32>, %c: tensor<1x3x3xf32>) -> tensor<4x2x3x3xf32> {
  %0 = spike.reshape %x : tensor<4x2x3x5xf32> -> tensor<8x3x5xf32>
  %1 = spike.reshape %y : tensor<4x2x5x3xf32> -> tensor<8x5x3xf32>
  // CHECK: spike.matmul %{{.*}}, %{{.*}} : (tensor<4x2x3x5xf32>, tensor<4x2x5x3xf32>)
  %2 = spike.matmul %0, %1 : (tensor<8x3x5xf32>, tensor<8x5x3xf32>) -> tensor<8x3x3xf32>
  // CHECK: spike.add %{{.*}}, %{{.*}} : (tensor<4x2x3x3xf32>, tensor<4x2x3x3xf32>)
  %3 = spike.add %2, %z : (tensor<8x3x3xf32>, tensor<8x3x3xf32>) -> tensor<8x3x3xf32>
  // CHECK: spike.mask %{{.*}}, %{{.*}} : (tensor<3xf32>, tensor<4x2x3x3xf32>)
  %4 = spike.mask %b, %3 : (tensor<3xf32>, tensor<8x3x3xf32>) -> tensor<8x3x3xf32>
  // CHECK: spike.add %{{.*}}, %{{.*}} : (tensor<4x2x3x3xf32>, tensor<3x3xf32>) -> tensor<4x2x3x3xf32>
  %5 = spike.add %4, %c : (tensor<8x3x3xf32>, tensor<1x3x3xf32>) -> tensor<8x3x3xf32>
  %6 = spike.reshape %5 : tensor<8x3x3xf32> -> tensor<4x2x3x3xf32>
  return %6 : tensor<4x2x3x3xf32>
}

// Not over the merged axis, not where the merged operand is the stretched one, and not where nothing was merged in front.
// CHECK-LABEL: func.func @stays
func.func @stays(%x: tensor<4x2x3xf32>, %y: tensor<5x8x3xf32>, %z: tensor<4x1x8x3xf32>) -> (tensor<8x3xf32>, tensor<3xf32>, tensor<5x8x3xf32>, tensor<4x1x2xf32>) {
  // CHECK: %[[R:.*]] = spike.reshape %{{.*}} : tensor<4x2x3xf32> -> tensor<8x3xf32>
  %0 = spike.reshape %x : tensor<4x2x3xf32> -> tensor<8x3xf32>
  // CHECK: spike.neuron #spike.lif(%[[R]])
  %1 = spike.neuron #spike.lif (%0) : (tensor<8x3xf32>) -> tensor<8x3xf32>
  // CHECK: spike.reduce sum %[[R]] dims [0]
  %2 = spike.reduce sum %0 dims [0] : tensor<8x3xf32> -> tensor<3xf32>
  // CHECK: spike.add %[[R]], %{{.*}} -> tensor<5x8x3xf32>
  %3 = spike.add %0, %y : (tensor<8x3xf32>, tensor<5x8x3xf32>) -> tensor<5x8x3xf32>
  // CHECK: spike.reshape %{{.*}} : tensor<4x1x8x3xf32> -> tensor<4x1x24xf32>
  %w = spike.constant dense<1.0> : tensor<2x24xf32>
  %4 = spike.reshape %z : tensor<4x1x8x3xf32> -> tensor<4x1x24xf32>
  // CHECK: spike.linear %{{.*}} -> tensor<4x1x2xf32>
  %5 = spike.linear %4, %w : (tensor<4x1x24xf32>, tensor<2x24xf32>) -> tensor<4x1x2xf32>
  return %1, %2, %3, %5 : tensor<8x3xf32>, tensor<3xf32>, tensor<5x8x3xf32>, tensor<4x1x2xf32>
}
