// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --convert-torch-to-spike | FileCheck %s

// CHECK-LABEL: func @functions
func.func @functions(%x: !torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,8],f32> {
  %zero = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %one = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %four = torch.constant.int {value = 4 : i64} : () -> !torch.int
  %none = torch.constant.none : () -> !torch.none
  // CHECK: %[[ZERO:.*]] = spike.constant dense<0.000000e+00> : tensor<1xf32>
  // CHECK: spike.map max %{{.*}}, %[[ZERO]] : (tensor<4x8xf32>, tensor<1xf32>) -> tensor<4x8xf32>
  %0 = torch.aten.relu %x : (!torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,8],f32>
  // CHECK: spike.map max
  // CHECK: spike.map min
  %1 = torch.aten.clamp %0, %zero, %four : (!torch.vtensor<[4,8],f32>, !torch.int, !torch.int) -> !torch.vtensor<[4,8],f32>
  // CHECK-NOT: spike.map max
  // CHECK: spike.map min
  %2 = torch.aten.clamp %1, %none, %four : (!torch.vtensor<[4,8],f32>, !torch.none, !torch.int) -> !torch.vtensor<[4,8],f32>
  // CHECK: spike.map round
  %3 = torch.aten.round %2 : (!torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,8],f32>
  // CHECK: spike.map sigmoid
  %4 = torch.aten.sigmoid %3 : (!torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,8],f32>
  // 1 - x is (-x) + 1.
  // CHECK: %[[NEG:.*]] = spike.scale %{{.*}} by -1.0
  // CHECK: spike.add %[[NEG]]
  %5 = torch.aten.rsub.Scalar %4, %one, %one : (!torch.vtensor<[4,8],f32>, !torch.int, !torch.int) -> !torch.vtensor<[4,8],f32>
  // CHECK: %[[ROOT:.*]] = spike.map sqrt
  // CHECK: spike.map div %{{.*}}, %[[ROOT]]
  %6 = torch.aten.rsqrt %5 : (!torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,8],f32>
  // CHECK: %[[SQUARE:.*]] = spike.mask %[[X:.*]], %[[X]]
  // CHECK: spike.mask %[[SQUARE]], %[[X]]
  %three = torch.constant.int {value = 3 : i64} : () -> !torch.int
  %7 = torch.aten.pow.Tensor_Scalar %6, %three : (!torch.vtensor<[4,8],f32>, !torch.int) -> !torch.vtensor<[4,8],f32>
  return %7 : !torch.vtensor<[4,8],f32>
}

// A truth value is 0 or 1 in f32; converting it to a number changes nothing.
// CHECK-LABEL: func @truth
func.func @truth(%x: !torch.vtensor<[4,8],f32>, %y: !torch.vtensor<[8],f32>) -> !torch.vtensor<[4,8],f32> {
  // CHECK: %[[GE:.*]] = spike.map ge %{{.*}}, %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  %0 = torch.aten.ge.Tensor %x, %y : (!torch.vtensor<[4,8],f32>, !torch.vtensor<[8],f32>) -> !torch.vtensor<[4,8],i1>
  %six = torch.constant.int {value = 6 : i64} : () -> !torch.int
  %false = torch.constant.bool {value = false} : () -> !torch.bool
  %none = torch.constant.none : () -> !torch.none
  %1 = torch.aten.to.dtype %0, %six, %false, %false, %none : (!torch.vtensor<[4,8],i1>, !torch.int, !torch.bool, !torch.bool, !torch.none) -> !torch.vtensor<[4,8],f32>
  // CHECK: %[[W:.*]] = spike.map select %[[GE]], %{{.*}}, %[[GE]]
  %2 = torch.aten.where.self %0, %x, %1 : (!torch.vtensor<[4,8],i1>, !torch.vtensor<[4,8],f32>, !torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,8],f32>
  // CHECK: return %[[W]]
  return %2 : !torch.vtensor<[4,8],f32>
}
