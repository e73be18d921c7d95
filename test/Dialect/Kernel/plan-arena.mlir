// RUN: spike-opt %s --pass-pipeline="builtin.module(func.func(kernel-plan-arena))" -split-input-file -verify-diagnostics | FileCheck %s

// The second buffer dies before the third is made, so they share memory; the first lives on through its view.
// CHECK-LABEL: func.func @share
// CHECK-SAME: %[[ARENA:[a-z0-9]+]]: memref<256xi8> {kernel.arena}
// CHECK: arith.constant 0 : index
// CHECK: %[[C0:.*]] = arith.constant 0 : index
// CHECK: memref.view %[[ARENA]][%[[C0]]][] : memref<256xi8> to memref<32xf32>
// CHECK: %[[C128:.*]] = arith.constant 128 : index
// CHECK: memref.view %[[ARENA]][%[[C128]]][] : memref<256xi8> to memref<20xf32>
// CHECK: %[[D128:.*]] = arith.constant 128 : index
// CHECK: memref.view %[[ARENA]][%[[D128]]][] : memref<256xi8> to memref<30xf32>
func.func @share(%v: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %a = memref.alloc() : memref<32xf32>
  %s = memref.subview %a[0] [4] [1] : memref<32xf32> to memref<4xf32, strided<[1]>>
  %b = memref.alloc() : memref<20xf32>
  linalg.fill ins(%v : f32) outs(%b : memref<20xf32>)
  %c = memref.alloc() : memref<30xf32>
  linalg.fill ins(%v : f32) outs(%c : memref<30xf32>)
  %r = memref.load %s[%c0] : memref<4xf32, strided<[1]>>
  return %r : f32
}

// -----

// Does not apply: no buffers, an empty arena.
// CHECK-LABEL: func.func @none(%{{.*}}: memref<4xf32>, %{{.*}}: memref<0xi8> {kernel.arena})
func.func @none(%x: memref<4xf32>) {
  return
}

// -----

func.func @dynamic(%n: index) {
  // expected-error @below {{expected a buffer of static shape and identity layout, got 'memref<?xf32>'}}
  %0 = memref.alloc(%n) : memref<?xf32>
  return
}
