// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --convert-torch-to-spike | FileCheck %s

// CHECK-LABEL: func @max_pool
func.func @max_pool(%x0: !torch.vtensor<[4,3,9,9],f32>) -> !torch.vtensor<[4,3,5,5],f32> {
  %c1 = torch.constant.int {value = 3 : i64} : () -> !torch.int
  %c2 = torch.constant.int {value = 3 : i64} : () -> !torch.int
  %l3 = torch.prim.ListConstruct %c1, %c2 : (!torch.int, !torch.int) -> !torch.list<int>
  %c4 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %c5 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %l6 = torch.prim.ListConstruct %c4, %c5 : (!torch.int, !torch.int) -> !torch.list<int>
  %c7 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c8 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l9 = torch.prim.ListConstruct %c7, %c8 : (!torch.int, !torch.int) -> !torch.list<int>
  %c10 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c11 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l12 = torch.prim.ListConstruct %c10, %c11 : (!torch.int, !torch.int) -> !torch.list<int>
  %c13 = torch.constant.bool {value = false} : () -> !torch.bool
  // CHECK: spike.pool max %{{.*}} kernel [3, 3] strides [2, 2] padding [1, 1, 1, 1]{{ *}}channels_first
  %r14 = torch.aten.max_pool2d %x0, %l3, %l6, %l9, %l12, %c13 : (!torch.vtensor<[4,3,9,9],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool) -> !torch.vtensor<[4,3,5,5],f32>
  return %r14 : !torch.vtensor<[4,3,5,5],f32>
}

// One number stands for both axes, no stride for the kernel; ceil_mode changes nothing where the windows fit.
// CHECK-LABEL: func @max_pool_defaults
func.func @max_pool_defaults(%x0: !torch.vtensor<[4,3,9,9],f32>) -> !torch.vtensor<[4,3,3,3],f32> {
  %c1 = torch.constant.int {value = 3 : i64} : () -> !torch.int
  %l2 = torch.prim.ListConstruct %c1 : (!torch.int) -> !torch.list<int>
  %l3 = torch.prim.ListConstruct : () -> !torch.list<int>
  %c4 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %l5 = torch.prim.ListConstruct %c4 : (!torch.int) -> !torch.list<int>
  %c6 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l7 = torch.prim.ListConstruct %c6 : (!torch.int) -> !torch.list<int>
  %c8 = torch.constant.bool {value = true} : () -> !torch.bool
  // CHECK: spike.pool max %{{.*}} kernel [3, 3] strides [3, 3] padding [0, 0, 0, 0]{{ *}}channels_first
  %r9 = torch.aten.max_pool2d %x0, %l2, %l3, %l5, %l7, %c8 : (!torch.vtensor<[4,3,9,9],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool) -> !torch.vtensor<[4,3,3,3],f32>
  return %r9 : !torch.vtensor<[4,3,3,3],f32>
}

// CHECK-LABEL: func @avg_pool
func.func @avg_pool(%x0: !torch.vtensor<[4,3,8,8],f32>) -> !torch.vtensor<[4,3,1,1],f32> {
  %c1 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %c2 = torch.constant.int {value = 4 : i64} : () -> !torch.int
  %l3 = torch.prim.ListConstruct %c1, %c2 : (!torch.int, !torch.int) -> !torch.list<int>
  %l4 = torch.prim.ListConstruct : () -> !torch.list<int>
  %c5 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %c6 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %l7 = torch.prim.ListConstruct %c5, %c6 : (!torch.int, !torch.int) -> !torch.list<int>
  %c8 = torch.constant.bool {value = false} : () -> !torch.bool
  %c9 = torch.constant.bool {value = true} : () -> !torch.bool
  %c10 = torch.constant.none : () -> !torch.none
  // CHECK: spike.pool avg %{{.*}} kernel [2, 4] strides [2, 4] padding [0, 0, 0, 0]{{ *}}count_include_pad{{ *}}channels_first
  %r11 = torch.aten.avg_pool2d %x0, %l3, %l4, %l7, %c8, %c9, %c10 : (!torch.vtensor<[4,3,8,8],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool, !torch.bool, !torch.none) -> !torch.vtensor<[4,3,4,2],f32>
  %c12 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c13 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l14 = torch.prim.ListConstruct %c12, %c13 : (!torch.int, !torch.int) -> !torch.list<int>
  // CHECK: spike.pool avg %{{.*}} kernel [4, 2] strides [4, 2] padding [0, 0, 0, 0]{{ *}}channels_first
  %r15 = torch.aten.adaptive_avg_pool2d %r11, %l14 : (!torch.vtensor<[4,3,4,2],f32>, !torch.list<int>) -> !torch.vtensor<[4,3,1,1],f32>
  return %r15 : !torch.vtensor<[4,3,1,1],f32>
}

// CHECK-LABEL: func @reduce
func.func @reduce(%x0: !torch.vtensor<[4,3,8,5],f32>) -> (!torch.vtensor<[4,3,1,5],f32>, !torch.vtensor<[4,8],f32>, !torch.vtensor<[],f32>, !torch.vtensor<[3,8,5],f32>) {
  %c1 = torch.constant.none : () -> !torch.none
  %c2 = torch.constant.int {value = -2 : i64} : () -> !torch.int
  %l3 = torch.prim.ListConstruct %c2 : (!torch.int) -> !torch.list<int>
  %c4 = torch.constant.bool {value = true} : () -> !torch.bool
  // CHECK: spike.reduce sum %{{.*}} dims [2] keep_dims
  %r5 = torch.aten.sum.dim_IntList %x0, %l3, %c4, %c1 : (!torch.vtensor<[4,3,8,5],f32>, !torch.list<int>, !torch.bool, !torch.none) -> !torch.vtensor<[4,3,1,5],f32>
  %c6 = torch.constant.int {value = 3 : i64} : () -> !torch.int
  %c7 = torch.constant.int {value = -3 : i64} : () -> !torch.int
  %l8 = torch.prim.ListConstruct %c6, %c7 : (!torch.int, !torch.int) -> !torch.list<int>
  %c9 = torch.constant.bool {value = false} : () -> !torch.bool
  // CHECK: spike.reduce mean %{{.*}} dims [1, 3] : tensor<4x3x8x5xf32> -> tensor<4x8xf32>
  %r10 = torch.aten.mean.dim %x0, %l8, %c9, %c1 : (!torch.vtensor<[4,3,8,5],f32>, !torch.list<int>, !torch.bool, !torch.none) -> !torch.vtensor<[4,8],f32>
  %c11 = torch.constant.bool {value = false} : () -> !torch.bool
  // CHECK: spike.reduce mean %{{.*}} dims [0, 1, 2, 3] : tensor<4x3x8x5xf32> -> tensor<f32>
  %r12 = torch.aten.mean.dim %x0, %c1, %c11, %c1 : (!torch.vtensor<[4,3,8,5],f32>, !torch.none, !torch.bool, !torch.none) -> !torch.vtensor<[],f32>
  %c13 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %l14 = torch.prim.ListConstruct %c13 : (!torch.int) -> !torch.list<int>
  %c15 = torch.constant.bool {value = false} : () -> !torch.bool
  // CHECK: spike.reduce max %{{.*}} dims [0]
  %r16 = torch.aten.amax %x0, %l14, %c15 : (!torch.vtensor<[4,3,8,5],f32>, !torch.list<int>, !torch.bool) -> !torch.vtensor<[3,8,5],f32>
  return %r5, %r10, %r12, %r16 : !torch.vtensor<[4,3,1,5],f32>, !torch.vtensor<[4,8],f32>, !torch.vtensor<[],f32>, !torch.vtensor<[3,8,5],f32>
}

// CHECK-LABEL: func @reduce_all
func.func @reduce_all(%x0: !torch.vtensor<[4,3],f32>) -> (!torch.vtensor<[],f32>, !torch.vtensor<[],f32>) {
  %none = torch.constant.none : () -> !torch.none
  // CHECK: spike.reduce sum %{{.*}} dims [0, 1] : tensor<4x3xf32> -> tensor<f32>
  %0 = torch.aten.sum %x0, %none : (!torch.vtensor<[4,3],f32>, !torch.none) -> !torch.vtensor<[],f32>
  // CHECK: spike.reduce mean %{{.*}} dims [0, 1] : tensor<4x3xf32> -> tensor<f32>
  %1 = torch.aten.mean %x0, %none : (!torch.vtensor<[4,3],f32>, !torch.none) -> !torch.vtensor<[],f32>
  return %0, %1 : !torch.vtensor<[],f32>, !torch.vtensor<[],f32>
}
