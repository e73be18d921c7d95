// RUN: spike-opt %s --spike-hoist-time-invariant | FileCheck %s

// The whole stem, with time and batch merged as the source writes it, moves before the repetition.
// CHECK-LABEL: func.func @stem(
// CHECK-SAME: %[[X:[^:]*]]: tensor<2x3x8x8xf32>
func.func @stem(%x: tensor<2x3x8x8xf32>) -> tensor<4x2x6x4x4xf32> {
  %w = spike.constant dense<1.0> : tensor<6x3x3x3xf32>
  %m = spike.constant dense<1.0> : tensor<6xf32>
  %r = spike.repeat_time %x : tensor<2x3x8x8xf32> -> tensor<4x2x3x8x8xf32>
  %0 = spike.reshape %r : tensor<4x2x3x8x8xf32> -> tensor<8x3x8x8xf32>
  // CHECK: %[[C:.*]] = spike.conv %[[X]], %{{.*}} -> tensor<2x6x8x8xf32>
  %1 = spike.conv %0, %w strides [1, 1] padding [1, 1, 1, 1] channels_first : (tensor<8x3x8x8xf32>, tensor<6x3x3x3xf32>) -> tensor<8x6x8x8xf32>
  // CHECK: %[[N:.*]] = spike.batch_norm %[[C]] {{.*}} axis 1
  %2 = spike.batch_norm %1 mean %m var %m eps 0.0 axis 1 : (tensor<8x6x8x8xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<8x6x8x8xf32>
  // CHECK: %[[P:.*]] = spike.pool max %[[N]]
  %3 = spike.pool max %2 kernel [2, 2] strides [2, 2] padding [0, 0, 0, 0] channels_first : tensor<8x6x8x8xf32> -> tensor<8x6x4x4xf32>
  %4 = spike.reshape %3 : tensor<8x6x4x4xf32> -> tensor<4x2x6x4x4xf32>
  // CHECK: %[[R:.*]] = spike.repeat_time %[[P]] : tensor<2x6x4x4xf32> -> tensor<4x2x6x4x4xf32>
  // CHECK: spike.neuron #spike.lif(%[[R]])
  %s = spike.neuron #spike.lif (%4) : (tensor<4x2x6x4x4xf32>) -> tensor<4x2x6x4x4xf32>
  return %s : tensor<4x2x6x4x4xf32>
}

// CHECK-LABEL: func.func @ops(
// CHECK-SAME: %[[X:[^:]*]]: tensor<2x6xf32>, %[[Y:[^:]*]]: tensor<2x6xf32>, %[[B:[^:]*]]: tensor<6xf32>, %[[C:[^:]*]]: tensor<1x2x6xf32>
func.func @ops(%x: tensor<2x6xf32>, %y: tensor<2x6xf32>, %b: tensor<6xf32>, %c: tensor<1x2x6xf32>) -> (tensor<4x3xf32>, tensor<2x6xf32>, tensor<4x6x6xf32>) {
  %0 = spike.encode #spike.direct (%x) steps 4 : tensor<2x6xf32> -> tensor<4x2x6xf32>
  %1 = spike.repeat_time %y : tensor<2x6xf32> -> tensor<4x2x6xf32>
  // CHECK: spike.add %[[X]], %[[Y]]
  %2 = spike.add %0, %1 : (tensor<4x2x6xf32>, tensor<4x2x6xf32>) -> tensor<4x2x6xf32>
  // CHECK: spike.mask %[[B]], %{{.*}} : (tensor<6xf32>, tensor<2x6xf32>)
  %3 = spike.mask %b, %2 : (tensor<6xf32>, tensor<4x2x6xf32>) -> tensor<4x2x6xf32>
  // CHECK: spike.add %{{.*}}, %[[C]] : (tensor<1x2x6xf32>, tensor<1x2x6xf32>)
  %4 = spike.add %3, %c : (tensor<4x2x6xf32>, tensor<1x2x6xf32>) -> tensor<4x2x6xf32>
  // CHECK: spike.transpose %{{.*}} [1, 0]
  %5 = spike.transpose %4 [0, 2, 1] : tensor<4x2x6xf32> -> tensor<4x6x2xf32>
  // CHECK: spike.matmul %{{.*}}, %{{.*}} -> tensor<6x6xf32>
  %m = spike.matmul %5, %4 : (tensor<4x6x2xf32>, tensor<4x2x6xf32>) -> tensor<4x6x6xf32>
  // CHECK: spike.slice %{{.*}} axis 0 offset 3
  %6 = spike.slice %5 axis 1 offset 3 : tensor<4x6x2xf32> -> tensor<4x3x2xf32>
  // CHECK: spike.reduce max %{{.*}} dims [1]
  // CHECK: spike.repeat_time
  %7 = spike.reduce max %6 dims [2] : tensor<4x3x2xf32> -> tensor<4x3xf32>
  // CHECK-NOT: spike.decode
  %8 = spike.decode last %4 : tensor<4x2x6xf32> -> tensor<2x6xf32>
  return %7, %8, %m : tensor<4x3xf32>, tensor<2x6xf32>, tensor<4x6x6xf32>
}

// Not through neurons and ops over time, not where the other operand changes over time, not where time leaves its place.
// CHECK-LABEL: func.func @stays(
// CHECK-SAME: %[[X:[^:]*]]: tensor<2x6xf32>, %[[Y:[^:]*]]: tensor<4x2x6xf32>
func.func @stays(%x: tensor<2x6xf32>, %y: tensor<4x2x6xf32>) -> (tensor<4x2x6xf32>, tensor<2x6xf32>, tensor<2x4x6xf32>, tensor<4x2x6xi1>) {
  // CHECK: %[[R:.*]] = spike.repeat_time %[[X]]
  %r = spike.repeat_time %x : tensor<2x6xf32> -> tensor<4x2x6xf32>
  // CHECK: spike.add %[[R]], %[[Y]]
  %0 = spike.add %r, %y : (tensor<4x2x6xf32>, tensor<4x2x6xf32>) -> tensor<4x2x6xf32>
  // CHECK: spike.reduce mean %[[R]]
  %1 = spike.reduce mean %r dims [0] : tensor<4x2x6xf32> -> tensor<2x6xf32>
  // CHECK: spike.transpose %[[R]]
  %2 = spike.transpose %r [1, 0, 2] : tensor<4x2x6xf32> -> tensor<2x4x6xf32>
  // CHECK: spike.encode #spike.rate
  %3 = spike.encode #spike.rate (%x) steps 4 : tensor<2x6xf32> -> tensor<4x2x6xi1>
  return %0, %1, %2, %3 : tensor<4x2x6xf32>, tensor<2x6xf32>, tensor<2x4x6xf32>, tensor<4x2x6xi1>
}
