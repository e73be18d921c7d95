// SPDX-License-Identifier: Apache-2.0
// Passes between linalg and LLVM: the entry point's arguments, the arena, the threads.
#ifndef SPIKE_KERNEL_PASSES
#define SPIKE_KERNEL_PASSES

include "mlir/Pass/PassBase.td"

def KernelExternalizeWeightsPass : Pass<"kernel-externalize-weights", "::mlir::func::FuncOp"> {
  let summary = "Pass constant tensors as arguments";
  let description = [{
    Every constant tensor that is not a splat becomes an argument with the constant in `kernel.weight`, so that compiled
    code reads weights through pointers and none enters LLVM IR. A splat is filled in place.

    ```mlir
    func.func @forward(%x: tensor<4x8xf32>) -> tensor<4x5xf32> {
      %w = arith.constant dense_resource<w> : tensor<1x8x64xf32>
    // becomes
    func.func @forward(%x: tensor<4x8xf32>, %w: tensor<1x8x64xf32> {kernel.weight = dense_resource<w> : ...}) -> ...
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def KernelOutputsToArgumentsPass : Pass<"kernel-outputs-to-arguments", "::mlir::func::FuncOp"> {
  let summary = "Write results to memory that the caller gives";
  let description = [{
    Every result becomes a memref argument marked `kernel.output` that the result is materialised in; every tensor
    argument is marked read-only. Attributes of a result move to its argument.

    ```mlir
    func.func @forward(%x: tensor<4xf32>) -> tensor<4xf32> { ... return %y }
    // becomes
    func.func @forward(%x: tensor<4xf32> {bufferization.writable = false}, %out: memref<4xf32> {kernel.output}) {
      ...
      bufferization.materialize_in_destination %y in restrict writable %out
      return
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect"];
}

def KernelPlanArenaPass : Pass<"kernel-plan-arena", "::mlir::func::FuncOp"> {
  let summary = "Place all buffers in one arena, sharing memory between buffers that are never alive together";
  let description = [{
    A buffer is alive from its first to its last use in the straight-line body, through all its views. Buffers are placed
    largest first at the lowest offset free for their whole life, at multiples of 64 bytes. The arena is the last argument, marked
    `kernel.arena`; its size is in its type.

    ```mlir
    %b = memref.alloc() : memref<4x8xf32>
    // becomes
    %b = memref.view %arena[%offset][] : memref<4096xi8> to memref<4x8xf32>
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect"];
}

def KernelTimeLayersPass : Pass<"kernel-time-layers", "::mlir::ModuleOp"> {
  let summary = "Take the time before every piece of work";
  let description = [{
    Before each op that works on memory, and at the end, the time is taken by a call of `spike_rt_stamp`. What each
    piece of work is goes to the attribute `kernel.timed` of the function: the layer of the source model (from the op's
    location), the op, its multiplications (iterations for loops), whether they are of digit planes, and the bytes of the
    memory that it names.

    ```mlir
    kernel.linear ins(%x, %w) outs(%y) ... loc("blocks.0.mlp.fc1")
    // becomes
    call @spike_rt_stamp(%c3) : (i64) -> ()
    kernel.linear ins(%x, %w) outs(%y) ...
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def KernelOutlineLoopsPass : Pass<"kernel-outline-loops", "::mlir::ModuleOp"> {
  let summary = "Give large loop nests to the thread pool";
  let description = [{
    A linalg op on memrefs with at least `min-work` iterations moves to a function over a range of one parallel loop, which
    the runtime calls from its threads in pieces of about `grain-work` iterations. Pieces write different elements, so the
    number of threads changes no result. Smaller ops stay where they are; copies become linalg ops.

    ```mlir
    linalg.generic ... ins(%x : memref<4x4096xf32>) outs(%s, %v : ...)
    // becomes
    func.call @spike_rt_parallel_for(%body, %frame, %extent, %grain)
    ```
  }];
  let options = [
    Option<"minWork", "min-work", "int64_t", "32768", "smallest number of iterations worth a call of the pool">,
    Option<"grainWork", "grain-work", "int64_t", "16384", "iterations in one piece">
  ];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect", "::mlir::affine::AffineDialect"];
}

#endif // SPIKE_KERNEL_PASSES
