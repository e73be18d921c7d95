// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --convert-torch-to-spike | FileCheck %s

// CHECK-LABEL: func @conv2d
func.func @conv2d(%x0: !torch.vtensor<[4,6,9,9],f32>) -> !torch.vtensor<[4,8,5,9],f32> {
  // CHECK-DAG: %[[W:.*]] = spike.constant dense_resource<block.conv.weight> : tensor<8x3x3x3xf32>
  // CHECK-DAG: %[[B:.*]] = spike.constant dense_resource<block.conv.bias> : tensor<8xf32>
  %w1 = torch.vtensor.literal {value = dense_resource<block.conv.weight> : tensor<8x3x3x3xf32>} : () -> !torch.vtensor<[8,3,3,3],f32>
  %w2 = torch.vtensor.literal {value = dense_resource<block.conv.bias> : tensor<8xf32>} : () -> !torch.vtensor<[8],f32>
  %c3 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %c4 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l5 = torch.prim.ListConstruct %c3, %c4 : (!torch.int, !torch.int) -> !torch.list<int>
  %c6 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c7 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %l8 = torch.prim.ListConstruct %c6, %c7 : (!torch.int, !torch.int) -> !torch.list<int>
  %c9 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c10 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %l11 = torch.prim.ListConstruct %c9, %c10 : (!torch.int, !torch.int) -> !torch.list<int>
  %c12 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  // CHECK: spike.conv %{{.*}}, %[[W]], %[[B]] strides [2, 1] padding [1, 1, 2, 2] dilations [1, 2] groups 2{{ *}}channels_first
  %r13 = torch.aten.conv2d %x0, %w1, %w2, %l5, %l8, %l11, %c12 : (!torch.vtensor<[4,6,9,9],f32>, !torch.vtensor<[8,3,3,3],f32>, !torch.vtensor<[8],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.int) -> !torch.vtensor<[4,8,5,9],f32>
  return %r13 : !torch.vtensor<[4,8,5,9],f32>
}

// CHECK-LABEL: func @conv1d
func.func @conv1d(%x0: !torch.vtensor<[4,6,9],f32>) -> !torch.vtensor<[4,8,9],f32> {
  %w1 = torch.vtensor.literal {value = dense_resource<q.weight> : tensor<8x6x1xf32>} : () -> !torch.vtensor<[8,6,1],f32>
  %c2 = torch.constant.none : () -> !torch.none
  %c3 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l4 = torch.prim.ListConstruct %c3 : (!torch.int) -> !torch.list<int>
  %c5 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %l6 = torch.prim.ListConstruct %c5 : (!torch.int) -> !torch.list<int>
  %c7 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l8 = torch.prim.ListConstruct %c7 : (!torch.int) -> !torch.list<int>
  %c9 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  // CHECK: spike.conv %{{.*}}, %{{.*}} strides [1] padding [0, 0]{{ *}}channels_first : (tensor<4x6x9xf32>, tensor<8x6x1xf32>) -> tensor<4x8x9xf32>
  %r10 = torch.aten.conv1d %x0, %w1, %c2, %l4, %l6, %l8, %c9 : (!torch.vtensor<[4,6,9],f32>, !torch.vtensor<[8,6,1],f32>, !torch.none, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.int) -> !torch.vtensor<[4,8,9],f32>
  return %r10 : !torch.vtensor<[4,8,9],f32>
}

// CHECK-LABEL: func @linear
func.func @linear(%x0: !torch.vtensor<[4,1,6],f32>) -> !torch.vtensor<[4,1,3],f32> {
  %w1 = torch.vtensor.literal {value = dense_resource<h.weight> : tensor<2x6xf32>} : () -> !torch.vtensor<[2,6],f32>
  %w2 = torch.vtensor.literal {value = dense<0.5> : tensor<2xf32>} : () -> !torch.vtensor<[2],f32>
  // CHECK: spike.linear %{{.*}}, %{{.*}}, %{{.*}} : (tensor<4x1x6xf32>, tensor<2x6xf32>, tensor<2xf32>) -> tensor<4x1x2xf32>
  %r3 = torch.aten.linear %x0, %w1, %w2 : (!torch.vtensor<[4,1,6],f32>, !torch.vtensor<[2,6],f32>, !torch.vtensor<[2],f32>) -> !torch.vtensor<[4,1,2],f32>
  %w4 = torch.vtensor.literal {value = dense<1.0> : tensor<3x2xf32>} : () -> !torch.vtensor<[3,2],f32>
  %c5 = torch.constant.none : () -> !torch.none
  // CHECK: spike.linear %{{.*}}, %{{.*}} : (tensor<4x1x2xf32>, tensor<3x2xf32>) -> tensor<4x1x3xf32>
  %r6 = torch.aten.linear %r3, %w4, %c5 : (!torch.vtensor<[4,1,2],f32>, !torch.vtensor<[3,2],f32>, !torch.none) -> !torch.vtensor<[4,1,3],f32>
  return %r6 : !torch.vtensor<[4,1,3],f32>
}

// CHECK-LABEL: func @batch_norm
func.func @batch_norm(%x0: !torch.vtensor<[4,5,7],f32>) -> !torch.vtensor<[4,5,7],f32> {
  // CHECK-DAG: %[[G:.*]] = spike.constant dense<1.0
  // CHECK-DAG: %[[B:.*]] = spike.constant dense<2.0
  // CHECK-DAG: %[[M:.*]] = spike.constant dense<3.0
  // CHECK-DAG: %[[V:.*]] = spike.constant dense<4.0
  %w1 = torch.vtensor.literal {value = dense<1.0> : tensor<5xf32>} : () -> !torch.vtensor<[5],f32>
  %w2 = torch.vtensor.literal {value = dense<2.0> : tensor<5xf32>} : () -> !torch.vtensor<[5],f32>
  %w3 = torch.vtensor.literal {value = dense<3.0> : tensor<5xf32>} : () -> !torch.vtensor<[5],f32>
  %w4 = torch.vtensor.literal {value = dense<4.0> : tensor<5xf32>} : () -> !torch.vtensor<[5],f32>
  %c5 = torch.constant.bool {value = false} : () -> !torch.bool
  %c6 = torch.constant.float {value = 1.0e-01 : f64} : () -> !torch.float
  %c7 = torch.constant.float {value = 2.5e-01 : f64} : () -> !torch.float
  %c8 = torch.constant.bool {value = false} : () -> !torch.bool
  // CHECK: spike.batch_norm %{{.*}} mean %[[M]] var %[[V]] gamma %[[G]] beta %[[B]] eps 0.25 axis 1
  %r9 = torch.aten.batch_norm %x0, %w1, %w2, %w3, %w4, %c5, %c6, %c7, %c8 : (!torch.vtensor<[4,5,7],f32>, !torch.vtensor<[5],f32>, !torch.vtensor<[5],f32>, !torch.vtensor<[5],f32>, !torch.vtensor<[5],f32>, !torch.bool, !torch.float, !torch.float, !torch.bool) -> !torch.vtensor<[4,5,7],f32>
  %c10 = torch.constant.none : () -> !torch.none
  %c11 = torch.constant.none : () -> !torch.none
  %c12 = torch.constant.bool {value = false} : () -> !torch.bool
  %c13 = torch.constant.float {value = 1.0e-01 : f64} : () -> !torch.float
  %c14 = torch.constant.float {value = 2.5e-01 : f64} : () -> !torch.float
  %c15 = torch.constant.bool {value = false} : () -> !torch.bool
  // CHECK: spike.batch_norm %{{.*}} mean %[[M]] var %[[V]] eps 0.25 axis 1
  %r16 = torch.aten.batch_norm %r9, %c10, %c11, %w3, %w4, %c12, %c13, %c14, %c15 : (!torch.vtensor<[4,5,7],f32>, !torch.none, !torch.none, !torch.vtensor<[5],f32>, !torch.vtensor<[5],f32>, !torch.bool, !torch.float, !torch.float, !torch.bool) -> !torch.vtensor<[4,5,7],f32>
  return %r16 : !torch.vtensor<[4,5,7],f32>
}

// CHECK-LABEL: func @matmul
func.func @matmul(%x0: !torch.vtensor<[4,2,3,5],f32>, %x1: !torch.vtensor<[4,2,5,7],f32>) -> !torch.vtensor<[4,2,3,7],f32> {
  // CHECK: spike.matmul %{{.*}}, %{{.*}} : (tensor<4x2x3x5xf32>, tensor<4x2x5x7xf32>) -> tensor<4x2x3x7xf32>
  %r1 = torch.aten.matmul %x0, %x1 : (!torch.vtensor<[4,2,3,5],f32>, !torch.vtensor<[4,2,5,7],f32>) -> !torch.vtensor<[4,2,3,7],f32>
  return %r1 : !torch.vtensor<[4,2,3,7],f32>
}
