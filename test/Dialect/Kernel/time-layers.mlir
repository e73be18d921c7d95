// RUN: spike-opt %s --kernel-time-layers -split-input-file -verify-diagnostics | FileCheck %s

// Each op that works on memory, and the end; what it is, and for which module of the source.
// CHECK: func.func private @spike_rt_stamp(i64)
// CHECK-LABEL: func.func @layers
// CHECK-SAME: kernel.timed = [{bytes = 192 : i64, layer = "fc", multiplications = 256 : i64, planes = false, work = "kernel.matmul"},
// CHECK-SAME: {bytes = 512 : i64, layer = "", multiplications = 64 : i64, planes = false, work = "linalg.fill"}]
// CHECK: %[[FIRST:.*]] = llvm.mlir.constant(0 : i64)
// CHECK-NEXT: call @spike_rt_stamp(%[[FIRST]])
// CHECK-NEXT: kernel.matmul
// CHECK: %[[SECOND:.*]] = llvm.mlir.constant(1 : i64)
// CHECK-NEXT: call @spike_rt_stamp(%[[SECOND]])
// CHECK-NEXT: linalg.fill
// CHECK: %[[END:.*]] = llvm.mlir.constant(2 : i64)
// CHECK-NEXT: call @spike_rt_stamp(%[[END]])
// CHECK-NEXT: return
func.func @layers(%a: memref<2x4x8xi8>, %c: memref<2x4x4xi16>, %f: memref<64xf64>) {
  kernel.matmul ins(%a, %a) outs(%c) transpose_rhs
      : (memref<2x4x8xi8>, memref<2x4x8xi8>, memref<2x4x4xi16>) -> () loc("fc")
  %zero = arith.constant 0.0 : f64
  linalg.fill ins(%zero : f64) outs(%f : memref<64xf64>)
  return
}

// -----

// expected-error @below {{expected one block, got 2}}
func.func @two_blocks() {
  cf.br ^end
^end:
  return
}
