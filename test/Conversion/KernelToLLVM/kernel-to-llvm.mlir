// RUN: spike-opt %s --convert-kernel-to-llvm -split-input-file -verify-diagnostics | FileCheck %s

// CHECK: func.func private @spike_rt_conv(!llvm.ptr)
// CHECK-LABEL: func.func @linear
// A struct of 36 fields; the absent scale, bias and neuron are null pointers.
// CHECK-COUNT-3: llvm.mlir.zero : !llvm.ptr
// CHECK: %[[N:.*]] = llvm.mlir.constant(36 : i64)
// CHECK: %[[FRAME:.*]] = llvm.alloca %[[N]] x i64
// CHECK: call @spike_rt_conv(%[[FRAME]])
// CHECK-NOT: kernel.linear
func.func @linear(%x: memref<4x8xi8>, %w: memref<1x8x64xf32>, %y: memref<4x5xf32>) {
  kernel.linear ins(%x, %w) outs(%y) binary : (memref<4x8xi8>, memref<1x8x64xf32>, memref<4x5xf32>) -> ()
  return
}

// -----

// CHECK-LABEL: func.func @conv
// CHECK: llvm.alloca
// CHECK: call @spike_rt_conv
func.func @conv(%x: memref<2x6x6x3xf32>, %w: memref<1x27x64xf32>, %b: memref<4xf32>, %y: memref<2x6x6x4xf32>) {
  kernel.conv ins(%x, %w, %b) outs(%y) kernel [3, 3] strides [1, 1] padding [1, 1] dilations [1, 1]
      : (memref<2x6x6x3xf32>, memref<1x27x64xf32>, memref<4xf32>, memref<2x6x6x4xf32>) -> ()
  return
}

// -----

// A neuron becomes one function, however many kernels it stands behind: a loop over the tile, its steps one after the other.
// CHECK-LABEL: func.func @fused
// CHECK-COUNT-2: constant @spike_neuron_0 : (memref<2x512xf32>, memref<2x512xi8>) -> ()
// CHECK-LABEL: func.func private @spike_neuron_0(
// CHECK-SAME: %[[X:.*]]: memref<2x512xf32> {llvm.noalias}, %[[Y:.*]]: memref<2x512xi8> {llvm.noalias})
// CHECK: scf.for
// CHECK: memref.load %[[X]]
// CHECK: arith.cmpf oge
// CHECK: memref.store %{{.*}}, %[[Y]]
// CHECK: memref.load %[[X]]
// CHECK: memref.store %{{.*}}, %[[Y]]
// CHECK-NOT: spike_neuron_1
func.func @fused(%x: memref<4x8xi8>, %w: memref<1x1x3x16x16x4xi8>, %s: memref<16xf32>, %y: memref<4x5xi8>) {
  kernel.linear ins(%x, %w) scale(%s) outs(%y) binary exact neuron #spike.lif steps 2
      : (memref<4x8xi8>, memref<1x1x3x16x16x4xi8>, memref<16xf32>, memref<4x5xi8>) -> ()
  kernel.linear ins(%y, %w) scale(%s) outs(%y) binary exact neuron #spike.lif steps 2
      : (memref<4x5xi8>, memref<1x1x3x16x16x4xi8>, memref<16xf32>, memref<4x5xi8>) -> ()
  return
}

// -----

func.func @no_model(%x: memref<4x8xi8>, %w: memref<1x1x3x16x16x4xi8>, %s: memref<16xf32>, %y: memref<4x5xi8>) {
  // expected-error @below {{expected a neuron model, got 7 : i64}}
  kernel.linear ins(%x, %w) scale(%s) outs(%y) neuron 7 : i64 steps 2
      : (memref<4x8xi8>, memref<1x1x3x16x16x4xi8>, memref<16xf32>, memref<4x5xi8>) -> ()
  return
}

// -----

// Pointers, three element types, four sizes, two flags.
// CHECK-LABEL: func.func @matmul
// CHECK: %[[N:.*]] = llvm.mlir.constant(12 : i64)
// CHECK: llvm.alloca %[[N]] x i64
// CHECK: call @spike_rt_matmul
func.func @matmul(%a: memref<2x4x8xi8>, %c: memref<2x4x4xi16>) {
  kernel.matmul ins(%a, %a) outs(%c) transpose_rhs
      : (memref<2x4x8xi8>, memref<2x4x8xi8>, memref<2x4x4xi16>) -> ()
  return
}

// -----

// Does not apply: no kernels.
// CHECK-LABEL: func.func @none
// CHECK-NEXT: return
func.func @none() {
  return
}

// -----

func.func @tensor(%x: tensor<4x8xi8>, %w: tensor<1x8x64xf32>, %y: tensor<4x5xf32>) -> tensor<4x5xf32> {
  // expected-error @below {{expected contiguous memrefs, got 'tensor<4x8xi8>'; run one-shot-bufferize first}}
  %0 = kernel.linear ins(%x, %w) outs(%y) : (tensor<4x8xi8>, tensor<1x8x64xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}

// -----

// Pointers, neuron and steps, seven sizes, four pairs.
// CHECK-LABEL: func.func @pool
// CHECK: constant @spike_neuron_0
// CHECK: %[[N:.*]] = llvm.mlir.constant(19 : i64)
// CHECK: llvm.alloca %[[N]] x i64
// CHECK: call @spike_rt_pool
func.func @pool(%x: memref<4x6x6x3xf32>, %y: memref<4x3x3x3xi8>) {
  kernel.pool ins(%x) outs(%y) kernel [3, 3] strides [2, 2] padding [1, 1] dilations [1, 1] neuron #spike.lif steps 4
      : (memref<4x6x6x3xf32>, memref<4x3x3x3xi8>) -> ()
  return
}

// -----

// Pointers, neuron and steps, six sizes, four times six strides, the bits of the scale.
// CHECK-LABEL: func.func @attention
// CHECK: llvm.mlir.constant(1048576000 : i64)
// CHECK: %[[N:.*]] = llvm.mlir.constant(37 : i64)
// CHECK: llvm.alloca %[[N]] x i64
// CHECK: call @spike_rt_attention
func.func @attention(%qkv: memref<2x4x24xi8>, %y: memref<2x4x8xi8>) {
  kernel.attention ins(%qkv, %qkv, %qkv) outs(%y) sizes [2, 1, 2, 4, 4, 4, 4] strides [0, 96, 0, 4, 24, 1]
      [8, 96, 0, 4, 1, 24] [16, 96, 0, 4, 24, 1] [0, 32, 0, 4, 8, 1] neuron #spike.lif scale 2.500000e-01
      : (memref<2x4x24xi8>, memref<2x4x24xi8>, memref<2x4x24xi8>, memref<2x4x8xi8>) -> ()
  return
}
