// SPDX-License-Identifier: Apache-2.0
// RUN: spike-opt %s --verify-roundtrip | FileCheck %s
// RUN: spike-opt %s --mlir-print-op-generic | spike-opt | FileCheck %s

// The form in which an exported program arrives.

// CHECK-LABEL: func @constants
func.func @constants() {
  // CHECK: torch.constant.int {value = 4 : i64} : () -> !torch.int
  %0 = "torch.constant.int"() <{value = 4 : i64}> : () -> !torch.int
  // CHECK: torch.constant.float {value = 1.000000e-01 : f64} : () -> !torch.float
  %1 = "torch.constant.float"() <{value = 1.000000e-01 : f64}> : () -> !torch.float
  // CHECK: torch.constant.bool {value = false} : () -> !torch.bool
  %2 = "torch.constant.bool"() <{value = false}> : () -> !torch.bool
  // CHECK: torch.constant.str {value = "a"} : () -> !torch.str
  %3 = "torch.constant.str"() <{value = "a"}> : () -> !torch.str
  // CHECK: torch.constant.none : () -> !torch.none
  %4 = "torch.constant.none"() : () -> !torch.none
  // CHECK: torch.constant.device {value = "cpu"} : () -> !torch.Device
  %5 = "torch.constant.device"() <{value = "cpu"}> : () -> !torch.Device
  // CHECK: torch.prim.ListConstruct %{{.*}}, %{{.*}} : (!torch.int, !torch.int) -> !torch.list<int>
  %6 = "torch.prim.ListConstruct"(%0, %0) : (!torch.int, !torch.int) -> !torch.list<int>
  // CHECK: torch.vtensor.literal {value = dense_resource<head.weight> : tensor<2x2xf32>} : () -> !torch.vtensor<[2,2],f32>
  %7 = "torch.vtensor.literal"() <{value = dense_resource<head.weight> : tensor<2x2xf32>}> : () -> !torch.vtensor<[2,2],f32>
  return
}

// CHECK-LABEL: func @neuron
func.func @neuron(%x: !torch.vtensor<[4,1,8],f32>, %m: !torch.str, %p: !torch.str, %s: !torch.bool) {
  // CHECK: torch.operator "torch.spike.neuron"(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) : (!torch.vtensor<[4,1,8],f32>, !torch.str, !torch.str, !torch.bool) -> !torch.vtensor<[4,1,8],f32>
  %0 = "torch.operator"(%x, %m, %p, %s) <{name = "torch.spike.neuron"}> : (!torch.vtensor<[4,1,8],f32>, !torch.str, !torch.str, !torch.bool) -> !torch.vtensor<[4,1,8],f32>
  return
}

// CHECK-LABEL: func @parts
func.func @parts(%x: !torch.vtensor<[4,6],f32>, %n: !torch.int, %d: !torch.int) {
  // CHECK: %[[LIST:.*]] = torch.aten.chunk %{{.*}} -> !torch.list<vtensor>
  %0 = "torch.aten.chunk"(%x, %n, %d) : (!torch.vtensor<[4,6],f32>, !torch.int, !torch.int) -> !torch.list<vtensor>
  // CHECK: torch.prim.ListUnpack %[[LIST]] : (!torch.list<vtensor>) -> (!torch.vtensor<[4,3],f32>, !torch.vtensor<[4,3],f32>)
  %1:2 = "torch.prim.ListUnpack"(%0) : (!torch.list<vtensor>) -> (!torch.vtensor<[4,3],f32>, !torch.vtensor<[4,3],f32>)
  return
}

// An operation without a definition is kept.
// CHECK-LABEL: func @unknown
func.func @unknown(%x: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
  // CHECK: "torch.aten.sin"(%{{.*}}) : (!torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32>
  %0 = "torch.aten.sin"(%x) : (!torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32>
  return %0 : !torch.vtensor<[4],f32>
}
