// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --convert-torch-to-spike | FileCheck %s

// CHECK-LABEL: func @reshapes
func.func @reshapes(%x0: !torch.vtensor<[4,1,6],f32>) -> (!torch.vtensor<[4,1,6,1],f32>, !torch.vtensor<[4,6,1],f32>, !torch.vtensor<[4,2,3,1],f32>, !torch.vtensor<[4,2,3],f32>, !torch.vtensor<[4,6],f32>, !torch.vtensor<[4,1,6],f32>) {
  %c1 = torch.constant.int {value = -1 : i64} : () -> !torch.int
  // CHECK: spike.reshape %arg0 : tensor<4x1x6xf32> -> tensor<4x1x6x1xf32>
  %r2 = torch.aten.unsqueeze %x0, %c1 : (!torch.vtensor<[4,1,6],f32>, !torch.int) -> !torch.vtensor<[4,1,6,1],f32>
  // A reshape of a reshape is one.
  %c3 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %c4 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  // CHECK: spike.reshape %arg0 : tensor<4x1x6xf32> -> tensor<4x6x1xf32>
  %r5 = torch.aten.flatten.using_ints %r2, %c3, %c4 : (!torch.vtensor<[4,1,6,1],f32>, !torch.int, !torch.int) -> !torch.vtensor<[4,6,1],f32>
  %c6 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c7 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %c8 = torch.constant.int {value = -1 : i64} : () -> !torch.int
  %l9 = torch.prim.ListConstruct %c7, %c8 : (!torch.int, !torch.int) -> !torch.list<int>
  // CHECK: spike.reshape %arg0 : tensor<4x1x6xf32> -> tensor<4x2x3x1xf32>
  %r10 = torch.aten.unflatten.int %r5, %c6, %l9 : (!torch.vtensor<[4,6,1],f32>, !torch.int, !torch.list<int>) -> !torch.vtensor<[4,2,3,1],f32>
  // CHECK: spike.reshape %arg0 : tensor<4x1x6xf32> -> tensor<4x2x3xf32>
  %r11 = torch.aten.squeeze %r10 : (!torch.vtensor<[4,2,3,1],f32>) -> !torch.vtensor<[4,2,3],f32>
  %c12 = torch.constant.int {value = 4 : i64} : () -> !torch.int
  %c13 = torch.constant.int {value = 6 : i64} : () -> !torch.int
  %l14 = torch.prim.ListConstruct %c12, %c13 : (!torch.int, !torch.int) -> !torch.list<int>
  // CHECK: spike.reshape %arg0 : tensor<4x1x6xf32> -> tensor<4x6xf32>
  %r15 = torch.aten.view %r11, %l14 : (!torch.vtensor<[4,2,3],f32>, !torch.list<int>) -> !torch.vtensor<[4,6],f32>
  // Back where it was.
  // CHECK: return %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %arg0
  %c16 = torch.constant.int {value = 4 : i64} : () -> !torch.int
  %c17 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c18 = torch.constant.int {value = 6 : i64} : () -> !torch.int
  %l19 = torch.prim.ListConstruct %c16, %c17, %c18 : (!torch.int, !torch.int, !torch.int) -> !torch.list<int>
  %r20 = torch.aten.reshape %r15, %l19 : (!torch.vtensor<[4,6],f32>, !torch.list<int>) -> !torch.vtensor<[4,1,6],f32>
  return %r2, %r5, %r10, %r11, %r15, %r20 : !torch.vtensor<[4,1,6,1],f32>, !torch.vtensor<[4,6,1],f32>, !torch.vtensor<[4,2,3,1],f32>, !torch.vtensor<[4,2,3],f32>, !torch.vtensor<[4,6],f32>, !torch.vtensor<[4,1,6],f32>
}

// CHECK-LABEL: func @permutations
func.func @permutations(%x0: !torch.vtensor<[4,2,3],f32>) -> (!torch.vtensor<[4,3,2],f32>, !torch.vtensor<[3,4,2],f32>, !torch.vtensor<[4,2,3],f32>) {
  %c1 = torch.constant.int {value = -1 : i64} : () -> !torch.int
  %c2 = torch.constant.int {value = -2 : i64} : () -> !torch.int
  // CHECK: spike.transpose %arg0 [0, 2, 1]
  %r3 = torch.aten.transpose.int %x0, %c1, %c2 : (!torch.vtensor<[4,2,3],f32>, !torch.int, !torch.int) -> !torch.vtensor<[4,3,2],f32>
  %c4 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %c5 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %c6 = torch.constant.int {value = -2 : i64} : () -> !torch.int
  %l7 = torch.prim.ListConstruct %c4, %c5, %c6 : (!torch.int, !torch.int, !torch.int) -> !torch.list<int>
  // CHECK: spike.transpose %arg0 [2, 0, 1]
  %r8 = torch.aten.permute %x0, %l7 : (!torch.vtensor<[4,2,3],f32>, !torch.list<int>) -> !torch.vtensor<[3,4,2],f32>
  // CHECK: return %{{.*}}, %{{.*}}, %arg0
  %c9 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %c10 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c11 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %l12 = torch.prim.ListConstruct %c9, %c10, %c11 : (!torch.int, !torch.int, !torch.int) -> !torch.list<int>
  %r13 = torch.aten.permute %x0, %l12 : (!torch.vtensor<[4,2,3],f32>, !torch.list<int>) -> !torch.vtensor<[4,2,3],f32>
  return %r3, %r8, %r13 : !torch.vtensor<[4,3,2],f32>, !torch.vtensor<[3,4,2],f32>, !torch.vtensor<[4,2,3],f32>
}

// A new leading axis that repeats is time, however the source writes it.
// CHECK-LABEL: func @time
func.func @time(%x0: !torch.vtensor<[1,3,8,8],f32>) -> (!torch.vtensor<[4,1,3,8,8],f32>, !torch.vtensor<[4,1,3,8,8],f32>, !torch.vtensor<[4,1,3,8,8],f32>, !torch.vtensor<[4,1,3,8,8],f32>) {
  %c1 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %r2 = torch.aten.unsqueeze %x0, %c1 : (!torch.vtensor<[1,3,8,8],f32>, !torch.int) -> !torch.vtensor<[1,1,3,8,8],f32>
  %c3 = torch.constant.int {value = 4 : i64} : () -> !torch.int
  %c4 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c5 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c6 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c7 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l8 = torch.prim.ListConstruct %c3, %c4, %c5, %c6, %c7 : (!torch.int, !torch.int, !torch.int, !torch.int, !torch.int) -> !torch.list<int>
  // CHECK: spike.repeat_time %arg0 : tensor<1x3x8x8xf32> -> tensor<4x1x3x8x8xf32>
  %r9 = torch.aten.repeat %r2, %l8 : (!torch.vtensor<[1,1,3,8,8],f32>, !torch.list<int>) -> !torch.vtensor<[4,1,3,8,8],f32>
  %c10 = torch.constant.int {value = 4 : i64} : () -> !torch.int
  %c11 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c12 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c13 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c14 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l15 = torch.prim.ListConstruct %c10, %c11, %c12, %c13, %c14 : (!torch.int, !torch.int, !torch.int, !torch.int, !torch.int) -> !torch.list<int>
  // CHECK: spike.repeat_time %arg0 : tensor<1x3x8x8xf32> -> tensor<4x1x3x8x8xf32>
  %r16 = torch.aten.repeat %x0, %l15 : (!torch.vtensor<[1,3,8,8],f32>, !torch.list<int>) -> !torch.vtensor<[4,1,3,8,8],f32>
  %c17 = torch.constant.int {value = 4 : i64} : () -> !torch.int
  %c18 = torch.constant.int {value = -1 : i64} : () -> !torch.int
  %c19 = torch.constant.int {value = -1 : i64} : () -> !torch.int
  %c20 = torch.constant.int {value = -1 : i64} : () -> !torch.int
  %c21 = torch.constant.int {value = -1 : i64} : () -> !torch.int
  %l22 = torch.prim.ListConstruct %c17, %c18, %c19, %c20, %c21 : (!torch.int, !torch.int, !torch.int, !torch.int, !torch.int) -> !torch.list<int>
  %c23 = torch.constant.bool {value = false} : () -> !torch.bool
  // CHECK: spike.repeat_time %arg0 : tensor<1x3x8x8xf32> -> tensor<4x1x3x8x8xf32>
  %r24 = torch.aten.expand %r2, %l22, %c23 : (!torch.vtensor<[1,1,3,8,8],f32>, !torch.list<int>, !torch.bool) -> !torch.vtensor<[4,1,3,8,8],f32>
  %c25 = torch.constant.int {value = 4 : i64} : () -> !torch.int
  %c26 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c27 = torch.constant.int {value = 3 : i64} : () -> !torch.int
  %c28 = torch.constant.int {value = 8 : i64} : () -> !torch.int
  %c29 = torch.constant.int {value = 8 : i64} : () -> !torch.int
  %l30 = torch.prim.ListConstruct %c25, %c26, %c27, %c28, %c29 : (!torch.int, !torch.int, !torch.int, !torch.int, !torch.int) -> !torch.list<int>
  %c31 = torch.constant.bool {value = false} : () -> !torch.bool
  // CHECK: spike.repeat_time %arg0 : tensor<1x3x8x8xf32> -> tensor<4x1x3x8x8xf32>
  %r32 = torch.aten.expand %x0, %l30, %c31 : (!torch.vtensor<[1,3,8,8],f32>, !torch.list<int>, !torch.bool) -> !torch.vtensor<[4,1,3,8,8],f32>
  return %r9, %r16, %r24, %r32 : !torch.vtensor<[4,1,3,8,8],f32>, !torch.vtensor<[4,1,3,8,8],f32>, !torch.vtensor<[4,1,3,8,8],f32>, !torch.vtensor<[4,1,3,8,8],f32>
}

// A model of one time step repeats its input once: the axis is time, not a batch that the input already has.
// CHECK-LABEL: func @one_step
func.func @one_step(%x0: !torch.vtensor<[1,3],f32>) -> !torch.vtensor<[1,1,3],f32> {
  %c1 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %r2 = torch.aten.unsqueeze %x0, %c1 : (!torch.vtensor<[1,3],f32>, !torch.int) -> !torch.vtensor<[1,1,3],f32>
  %c3 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l4 = torch.prim.ListConstruct %c3, %c3, %c3 : (!torch.int, !torch.int, !torch.int) -> !torch.list<int>
  // CHECK: spike.repeat_time %arg0 : tensor<1x3xf32> -> tensor<1x1x3xf32>
  %r5 = torch.aten.repeat %r2, %l4 : (!torch.vtensor<[1,1,3],f32>, !torch.list<int>) -> !torch.vtensor<[1,1,3],f32>
  return %r5 : !torch.vtensor<[1,1,3],f32>
}

// The leading axis repeats as a whole: 0 1 0 1, not 0 0 1 1.
// CHECK-LABEL: func @tile
func.func @tile(%x0: !torch.vtensor<[2,3],f32>) -> (!torch.vtensor<[8,3],f32>, !torch.vtensor<[2,3],f32>, !torch.vtensor<[2,3],f32>) {
  // CHECK: %[[R:.*]] = spike.repeat_time %arg0 : tensor<2x3xf32> -> tensor<4x2x3xf32>
  %c1 = torch.constant.int {value = 4 : i64} : () -> !torch.int
  %c2 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l3 = torch.prim.ListConstruct %c1, %c2 : (!torch.int, !torch.int) -> !torch.list<int>
  // CHECK: spike.reshape %[[R]] : tensor<4x2x3xf32> -> tensor<8x3xf32>
  %r4 = torch.aten.repeat %x0, %l3 : (!torch.vtensor<[2,3],f32>, !torch.list<int>) -> !torch.vtensor<[8,3],f32>
  // CHECK: return %{{.*}}, %arg0, %arg0
  %c5 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c6 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %l7 = torch.prim.ListConstruct %c5, %c6 : (!torch.int, !torch.int) -> !torch.list<int>
  %r8 = torch.aten.repeat %x0, %l7 : (!torch.vtensor<[2,3],f32>, !torch.list<int>) -> !torch.vtensor<[2,3],f32>
  %c9 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %c10 = torch.constant.int {value = 3 : i64} : () -> !torch.int
  %l11 = torch.prim.ListConstruct %c9, %c10 : (!torch.int, !torch.int) -> !torch.list<int>
  %c12 = torch.constant.bool {value = false} : () -> !torch.bool
  %r13 = torch.aten.expand %x0, %l11, %c12 : (!torch.vtensor<[2,3],f32>, !torch.list<int>, !torch.bool) -> !torch.vtensor<[2,3],f32>
  return %r4, %r8, %r13 : !torch.vtensor<[8,3],f32>, !torch.vtensor<[2,3],f32>, !torch.vtensor<[2,3],f32>
}

// CHECK-LABEL: func @slices
func.func @slices(%x0: !torch.vtensor<[4,9],f32>) -> (!torch.vtensor<[4,5],f32>, !torch.vtensor<[4,3],f32>, !torch.vtensor<[9],f32>, !torch.vtensor<[4,9],f32>) {
  %c1 = torch.constant.none : () -> !torch.none
  %c2 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %c3 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %c4 = torch.constant.int {value = 7 : i64} : () -> !torch.int
  %c5 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  // CHECK: spike.slice %arg0 axis 1 offset 2 : tensor<4x9xf32> -> tensor<4x5xf32>
  %r6 = torch.aten.slice.Tensor %x0, %c2, %c3, %c4, %c5 : (!torch.vtensor<[4,9],f32>, !torch.int, !torch.int, !torch.int, !torch.int) -> !torch.vtensor<[4,5],f32>
  %c7 = torch.constant.int {value = -1 : i64} : () -> !torch.int
  %c8 = torch.constant.int {value = -3 : i64} : () -> !torch.int
  %c9 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  // CHECK: spike.slice %arg0 axis 1 offset 6 : tensor<4x9xf32> -> tensor<4x3xf32>
  %r10 = torch.aten.slice.Tensor %x0, %c7, %c8, %c1, %c9 : (!torch.vtensor<[4,9],f32>, !torch.int, !torch.int, !torch.none, !torch.int) -> !torch.vtensor<[4,3],f32>
  // CHECK: %[[ROW:.*]] = spike.slice %arg0 axis 0 offset 3 : tensor<4x9xf32> -> tensor<1x9xf32>
  %c11 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %c12 = torch.constant.int {value = -1 : i64} : () -> !torch.int
  // CHECK: spike.reshape %[[ROW]] : tensor<1x9xf32> -> tensor<9xf32>
  %r13 = torch.aten.select.int %x0, %c11, %c12 : (!torch.vtensor<[4,9],f32>, !torch.int, !torch.int) -> !torch.vtensor<[9],f32>
  // CHECK: return %{{.*}}, %{{.*}}, %{{.*}}, %arg0
  %c14 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %c15 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %c16 = torch.constant.int {value = 9223372036854775807 : i64} : () -> !torch.int
  %c17 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %r18 = torch.aten.slice.Tensor %x0, %c14, %c15, %c16, %c17 : (!torch.vtensor<[4,9],f32>, !torch.int, !torch.int, !torch.int, !torch.int) -> !torch.vtensor<[4,9],f32>
  return %r6, %r10, %r13, %r18 : !torch.vtensor<[4,5],f32>, !torch.vtensor<[4,3],f32>, !torch.vtensor<[9],f32>, !torch.vtensor<[4,9],f32>
}

// CHECK-LABEL: func @parts
func.func @parts(%x0: !torch.vtensor<[4,9],f32>) -> (!torch.vtensor<[4,4],f32>, !torch.vtensor<[4,4],f32>, !torch.vtensor<[4,1],f32>, !torch.vtensor<[4,3],f32>, !torch.vtensor<[4,3],f32>, !torch.vtensor<[4,2],f32>, !torch.vtensor<[4,7],f32>, !torch.vtensor<[9],f32>, !torch.vtensor<[9],f32>, !torch.vtensor<[9],f32>, !torch.vtensor<[9],f32>) {
  // CHECK: spike.slice %arg0 axis 1 offset 0 : tensor<4x9xf32> -> tensor<4x4xf32>
  // CHECK: spike.slice %arg0 axis 1 offset 4 : tensor<4x9xf32> -> tensor<4x4xf32>
  // CHECK: spike.slice %arg0 axis 1 offset 8 : tensor<4x9xf32> -> tensor<4x1xf32>
  %c1 = torch.constant.int {value = 4 : i64} : () -> !torch.int
  %c2 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %p3 = torch.aten.split.Tensor %x0, %c1, %c2 : (!torch.vtensor<[4,9],f32>, !torch.int, !torch.int) -> !torch.list<vtensor>
  %q4:3 = torch.prim.ListUnpack %p3 : (!torch.list<vtensor>) -> (!torch.vtensor<[4,4],f32>, !torch.vtensor<[4,4],f32>, !torch.vtensor<[4,1],f32>)
  // CHECK: spike.slice %arg0 axis 1 offset 3
  // CHECK: spike.slice %arg0 axis 1 offset 6
  %c5 = torch.constant.int {value = 3 : i64} : () -> !torch.int
  %c6 = torch.constant.int {value = -1 : i64} : () -> !torch.int
  %p7 = torch.aten.chunk %x0, %c5, %c6 : (!torch.vtensor<[4,9],f32>, !torch.int, !torch.int) -> !torch.list<vtensor>
  %q8:3 = torch.prim.ListUnpack %p7 : (!torch.list<vtensor>) -> (!torch.vtensor<[4,3],f32>, !torch.vtensor<[4,3],f32>, !torch.vtensor<[4,3],f32>)
  // CHECK: spike.slice %arg0 axis 1 offset 2 : tensor<4x9xf32> -> tensor<4x7xf32>
  %c9 = torch.constant.int {value = 2 : i64} : () -> !torch.int
  %c10 = torch.constant.int {value = 7 : i64} : () -> !torch.int
  %l11 = torch.prim.ListConstruct %c9, %c10 : (!torch.int, !torch.int) -> !torch.list<int>
  %c12 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %p13 = torch.aten.split_with_sizes %x0, %l11, %c12 : (!torch.vtensor<[4,9],f32>, !torch.list<int>, !torch.int) -> !torch.list<vtensor>
  %q14:2 = torch.prim.ListUnpack %p13 : (!torch.list<vtensor>) -> (!torch.vtensor<[4,2],f32>, !torch.vtensor<[4,7],f32>)
  // CHECK: spike.slice %arg0 axis 0 offset 3
  %c15 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %p16 = torch.aten.unbind.int %x0, %c15 : (!torch.vtensor<[4,9],f32>, !torch.int) -> !torch.list<vtensor>
  %q17:4 = torch.prim.ListUnpack %p16 : (!torch.list<vtensor>) -> (!torch.vtensor<[9],f32>, !torch.vtensor<[9],f32>, !torch.vtensor<[9],f32>, !torch.vtensor<[9],f32>)
  return %q4#0, %q4#1, %q4#2, %q8#1, %q8#2, %q14#0, %q14#1, %q17#0, %q17#1, %q17#2, %q17#3 : !torch.vtensor<[4,4],f32>, !torch.vtensor<[4,4],f32>, !torch.vtensor<[4,1],f32>, !torch.vtensor<[4,3],f32>, !torch.vtensor<[4,3],f32>, !torch.vtensor<[4,2],f32>, !torch.vtensor<[4,7],f32>, !torch.vtensor<[9],f32>, !torch.vtensor<[9],f32>, !torch.vtensor<[9],f32>, !torch.vtensor<[9],f32>
}

// CHECK-LABEL: func @joins
func.func @joins(%x: !torch.vtensor<[4,9],f32>, %y: !torch.vtensor<[4,9],f32>) -> (!torch.vtensor<[4,18],f32>, !torch.vtensor<[2,4,9],f32>, !torch.vtensor<[4,9,2],f32>) {
  %0 = torch.constant.int {value = 0 : i64} : () -> !torch.int
  %1 = torch.constant.int {value = 1 : i64} : () -> !torch.int
  %last = torch.constant.int {value = -1 : i64} : () -> !torch.int
  %list = torch.prim.ListConstruct %x, %y : (!torch.vtensor<[4,9],f32>, !torch.vtensor<[4,9],f32>) -> !torch.list<vtensor>
  // CHECK: spike.concat %arg0, %arg1 axis 1 : (tensor<4x9xf32>, tensor<4x9xf32>) -> tensor<4x18xf32>
  %c = torch.aten.cat %list, %1 : (!torch.list<vtensor>, !torch.int) -> !torch.vtensor<[4,18],f32>
  // CHECK: %[[X:.*]] = spike.reshape %arg0 : tensor<4x9xf32> -> tensor<1x4x9xf32>
  // CHECK: %[[Y:.*]] = spike.reshape %arg1 : tensor<4x9xf32> -> tensor<1x4x9xf32>
  // CHECK: spike.concat %[[X]], %[[Y]] axis 0 : (tensor<1x4x9xf32>, tensor<1x4x9xf32>) -> tensor<2x4x9xf32>
  %s = torch.aten.stack %list, %0 : (!torch.list<vtensor>, !torch.int) -> !torch.vtensor<[2,4,9],f32>
  // CHECK: spike.concat {{.*}} axis 2 : (tensor<4x9x1xf32>, tensor<4x9x1xf32>) -> tensor<4x9x2xf32>
  %t = torch.aten.stack %list, %last : (!torch.list<vtensor>, !torch.int) -> !torch.vtensor<[4,9,2],f32>
  return %c, %s, %t : !torch.vtensor<[4,18],f32>, !torch.vtensor<[2,4,9],f32>, !torch.vtensor<[4,9,2],f32>
}
