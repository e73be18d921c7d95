// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --convert-torch-to-spike | FileCheck %s

// CHECK-LABEL: func @pad
func.func @pad(%x: !torch.vtensor<[2,3,4,4],f32>) -> !torch.vtensor<[2,3,5,5],f32> {
  %m1 = torch.constant.int {value = -1 : i64} : () -> !torch.int
  %zero = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %one = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %two = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %pads = torch.prim.ListConstruct %m1, %two, %one, %zero : (!torch.int, !torch.int, !torch.int, !torch.int) -> !torch.list<int>
  // The last axis comes first: one column less on the left, two more on the right, one row more above.
  // CHECK: %[[PART:.*]] = spike.slice %{{.*}} axis 3 offset 1 : tensor<2x3x4x4xf32> -> tensor<2x3x4x3xf32>
  // CHECK: spike.pad %[[PART]] padding [1, 0, 0, 2] : tensor<2x3x4x3xf32> -> tensor<2x3x5x5xf32>
  %0 = torch.aten.constant_pad_nd %x, %pads, %zero : (!torch.vtensor<[2,3,4,4],f32>, !torch.list<int>, !torch.int) -> !torch.vtensor<[2,3,5,5],f32>
  return %0 : !torch.vtensor<[2,3,5,5],f32>
}

// Numbers of the model are selected; they need no copy for each sample.
// CHECK-LABEL: func @assign_parameters
func.func @assign_parameters(%x: !torch.vtensor<[2,3,4,4],f32>) -> !torch.vtensor<[2,3,4,4],f32> {
  // CHECK-DAG: %[[WHERE:.*]] = spike.constant dense<{{\[\[}}1.000000e+00], [0.000000e+00], [0.000000e+00], [0.000000e+00]]> : tensor<4x1xf32>
  // CHECK-DAG: %[[WHAT:.*]] = spike.constant dense<{{\[\[\[}}5.000000e+00]], {{\[\[}}6.000000e+00]], {{\[\[}}7.000000e+00]]]> : tensor<3x1x1xf32>
  // CHECK: spike.map select %[[WHERE]], %[[WHAT]], %{{.*}} : (tensor<4x1xf32>, tensor<3x1x1xf32>, tensor<2x3x4x4xf32>) -> tensor<2x3x4x4xf32>
  %b = torch.vtensor.literal {value = dense<[[[[5.0, 5.0, 5.0, 5.0]], [[6.0, 6.0, 6.0, 6.0]], [[7.0, 7.0, 7.0, 7.0]]], [[[5.0, 5.0, 5.0, 5.0]], [[6.0, 6.0, 6.0, 6.0]], [[7.0, 7.0, 7.0, 7.0]]]]> : tensor<2x3x1x4xf32>} : () -> !torch.vtensor<[2,3,1,4],f32>
  %zero = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %one = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %two = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %0 = torch.aten.slice_scatter %x, %b, %two, %zero, %one, %one : (!torch.vtensor<[2,3,4,4],f32>, !torch.vtensor<[2,3,1,4],f32>, !torch.int, !torch.int, !torch.int, !torch.int) -> !torch.vtensor<[2,3,4,4],f32>
  return %0 : !torch.vtensor<[2,3,4,4],f32>
}

// CHECK-LABEL: func @assign_values
// CHECK-SAME: %[[X:.*]]: tensor<3x4xf32>, %[[Y:.*]]: tensor<4xf32>
func.func @assign_values(%x: !torch.vtensor<[3,4],f32>, %y: !torch.vtensor<[4],f32>) -> !torch.vtensor<[3,4],f32> {
  %zero = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %one = torch.constant.int {value = 1 : i64} : () -> !torch.int
  // CHECK: %[[ROW:.*]] = spike.reshape %[[Y]] : tensor<4xf32> -> tensor<1x4xf32>
  // CHECK: %[[FIRST:.*]] = spike.slice %[[X]] axis 0 offset 0
  // CHECK: %[[LAST:.*]] = spike.slice %[[X]] axis 0 offset 2
  // CHECK: spike.concat %[[FIRST]], %[[ROW]], %[[LAST]] axis 0
  %0 = torch.aten.select_scatter %x, %y, %zero, %one : (!torch.vtensor<[3,4],f32>, !torch.vtensor<[4],f32>, !torch.int, !torch.int) -> !torch.vtensor<[3,4],f32>
  return %0 : !torch.vtensor<[3,4],f32>
}
