// RUN: spike-opt %s --kernel-outline-loops="min-work=100 grain-work=40" -split-input-file | FileCheck %s
// RUN: not spike-opt %s --kernel-outline-loops="min-work=0" 2>&1 | FileCheck %s --check-prefix=OPTION

// OPTION: expected min-work and grain-work of at least 1, got 0 and 16384

#id = affine_map<(t, r) -> (t, r)>
#state = affine_map<(t, r) -> (r)>

// A scan is split over the population, not over time; the constant is made again in the body.
// CHECK-LABEL: func.func @scan
// CHECK: %[[FRAME:.*]] = llvm.alloca
// CHECK: %[[F:.*]] = constant @scan_loop_0
// CHECK: %[[PTR:.*]] = builtin.unrealized_conversion_cast %[[F]]
// CHECK: %[[N:.*]] = llvm.mlir.constant(64 : i64)
// CHECK: %[[G:.*]] = llvm.mlir.constant(10 : i64)
// CHECK: call @spike_rt_parallel_for(%[[PTR]], %[[FRAME]], %[[N]], %[[G]])
// CHECK: func.func private @scan_loop_0(%{{.*}}: !llvm.ptr, %[[BEGIN:.*]]: i64, %[[END:.*]]: i64)
// CHECK: %[[HALF:.*]] = arith.constant 5.000000e-01 : f32
// CHECK: memref.subview %{{.*}}[0, %{{.*}}] [4, %{{.*}}] [1, 1] : memref<4x64xf32>
// CHECK: linalg.generic
// CHECK: arith.mulf %{{.*}}, %[[HALF]]
func.func @scan(%x: memref<4x64xf32>, %s: memref<4x64xf32>, %v: memref<64xf32>) {
  %half = arith.constant 0.5 : f32
  linalg.generic {indexing_maps = [#id, #id, #state], iterator_types = ["reduction", "parallel"]}
      ins(%x : memref<4x64xf32>) outs(%s, %v : memref<4x64xf32>, memref<64xf32>) {
  ^bb0(%in: f32, %out: f32, %state: f32):
    %0 = arith.mulf %state, %half : f32
    %1 = arith.addf %0, %in : f32
    linalg.yield %1, %1 : f32, f32
  }
  return
}

// -----

// Two equal loops share one body.
// CHECK-LABEL: func.func @equal
// CHECK: constant @equal_loop_0
// CHECK: constant @equal_loop_0
// CHECK-NOT: @equal_loop_1
func.func @equal(%a: memref<200xf32>, %b: memref<200xf32>, %v: f32) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%a : memref<200xf32>)
  linalg.fill ins(%zero : f32) outs(%b : memref<200xf32>)
  return
}

// -----

// A copy becomes a loop nest. Does not apply: a small loop, and a loop that reads a value of the function.
// CHECK-LABEL: func.func @stay
// CHECK: linalg.fill
// CHECK: linalg.fill
// CHECK: linalg.generic
// CHECK-NOT: memref.copy
// CHECK-NOT: call @spike_rt_parallel_for
func.func @stay(%a: memref<20xf32>, %b: memref<200xf32>, %c: memref<20xf32>, %v: f32) {
  linalg.fill ins(%v : f32) outs(%a : memref<20xf32>)
  linalg.fill ins(%v : f32) outs(%b : memref<200xf32>)
  memref.copy %a, %c : memref<20xf32> to memref<20xf32>
  return
}
