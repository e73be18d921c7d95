// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --convert-torch-to-spike | FileCheck %s

// CHECK-LABEL: func @sums
func.func @sums(%x0: !torch.vtensor<[4,8],f32>, %x1: !torch.vtensor<[8],f32>) -> !torch.vtensor<[4,8],f32> {
  %c1 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  // CHECK: spike.add %{{.*}}, %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  %r2 = torch.aten.add.Tensor %x0, %x1, %c1 : (!torch.vtensor<[4,8],f32>, !torch.vtensor<[8],f32>, !torch.int) -> !torch.vtensor<[4,8],f32>
  // CHECK: %[[NEG:.*]] = spike.scale %{{.*}} by -1.0
  // CHECK: spike.add %{{.*}}, %[[NEG]]
  %r3 = torch.aten.sub.Tensor %r2, %x1, %c1 : (!torch.vtensor<[4,8],f32>, !torch.vtensor<[8],f32>, !torch.int) -> !torch.vtensor<[4,8],f32>
  // CHECK: %[[C:.*]] = spike.constant dense<2.500000e+00> : tensor<1xf32>
  %c4 = torch.constant.float {value = 2.5 : f64} : () -> !torch.float
  // CHECK: spike.add %{{.*}}, %[[C]]
  %r5 = torch.aten.add.Scalar %r3, %c4, %c1 : (!torch.vtensor<[4,8],f32>, !torch.float, !torch.int) -> !torch.vtensor<[4,8],f32>
  // CHECK: spike.constant dense<-3.000000e+00> : tensor<1xf32>
  %c6 = torch.constant.int {value = 3 : i64} : () -> !torch.int
  // CHECK: spike.add
  %r7 = torch.aten.sub.Scalar %r5, %c6, %c1 : (!torch.vtensor<[4,8],f32>, !torch.int, !torch.int) -> !torch.vtensor<[4,8],f32>
  return %r7 : !torch.vtensor<[4,8],f32>
}

// CHECK-LABEL: func @products
func.func @products(%x0: !torch.vtensor<[4,8],f32>, %x1: !torch.vtensor<[4,1],f32>) -> !torch.vtensor<[4,8],f32> {
  // CHECK: spike.mask %{{.*}}, %{{.*}} : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  %r1 = torch.aten.mul.Tensor %x0, %x1 : (!torch.vtensor<[4,8],f32>, !torch.vtensor<[4,1],f32>) -> !torch.vtensor<[4,8],f32>
  %c2 = torch.constant.float {value = 0.125 : f64} : () -> !torch.float
  // CHECK: spike.scale %{{.*}} by 0.125
  %r3 = torch.aten.mul.Scalar %r1, %c2 : (!torch.vtensor<[4,8],f32>, !torch.float) -> !torch.vtensor<[4,8],f32>
  %c4 = torch.constant.int {value = 3 : i64} : () -> !torch.int
  // CHECK: spike.scale %{{.*}} by 3.0
  %r5 = torch.aten.mul.Scalar %r3, %c4 : (!torch.vtensor<[4,8],f32>, !torch.int) -> !torch.vtensor<[4,8],f32>
  %w6 = torch.vtensor.literal {value = dense<5.0> : tensor<f32>} : () -> !torch.vtensor<[],f32>
  // CHECK: spike.scale %{{.*}} by 5.0
  %r7 = torch.aten.mul.Tensor %w6, %r5 : (!torch.vtensor<[],f32>, !torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,8],f32>
  %c8 = torch.constant.float {value = 3.0 : f64} : () -> !torch.float
  // CHECK: spike.scale %{{.*}} by 3.0 divide
  %r9 = torch.aten.div.Scalar %r7, %c8 : (!torch.vtensor<[4,8],f32>, !torch.float) -> !torch.vtensor<[4,8],f32>
  %w10 = torch.vtensor.literal {value = dense<7.0> : tensor<1xf32>} : () -> !torch.vtensor<[1],f32>
  // CHECK: spike.scale %{{.*}} by 7.0 divide
  %r11 = torch.aten.div.Tensor %r9, %w10 : (!torch.vtensor<[4,8],f32>, !torch.vtensor<[1],f32>) -> !torch.vtensor<[4,8],f32>
  return %r11 : !torch.vtensor<[4,8],f32>
}

// Nothing is left of what does nothing in evaluation mode.
// CHECK-LABEL: func @identities
func.func @identities(%x0: !torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,8],f32> {
  // CHECK-NEXT: return %arg0
  %c1 = torch.constant.none : () -> !torch.none
  %c2 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %r3 = torch.aten.contiguous %x0, %c2 : (!torch.vtensor<[4,8],f32>, !torch.int) -> !torch.vtensor<[4,8],f32>
  %r4 = torch.aten.clone %r3, %c1 : (!torch.vtensor<[4,8],f32>, !torch.none) -> !torch.vtensor<[4,8],f32>
  %r5 = torch.aten.detach %r4 : (!torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,8],f32>
  %r6 = torch.aten.alias %r5 : (!torch.vtensor<[4,8],f32>) -> !torch.vtensor<[4,8],f32>
  %c7 = torch.constant.float {value = 0.5 : f64} : () -> !torch.float
  %c8 = torch.constant.bool {value = false} : () -> !torch.bool
  %r9 = torch.aten.dropout %r6, %c7, %c8 : (!torch.vtensor<[4,8],f32>, !torch.float, !torch.bool) -> !torch.vtensor<[4,8],f32>
  %c10 = torch.constant.int {value = 6 : i64} : () -> !torch.int
  %c11 = torch.constant.bool {value = false} : () -> !torch.bool
  %c12 = torch.constant.bool {value = false} : () -> !torch.bool
  %r13 = torch.aten.to.dtype %r9, %c10, %c11, %c12, %c1 : (!torch.vtensor<[4,8],f32>, !torch.int, !torch.bool, !torch.bool, !torch.none) -> !torch.vtensor<[4,8],f32>
  return %r13 : !torch.vtensor<[4,8],f32>
}
