// SPDX-License-Identifier: Apache-2.0
// Passes between linalg and LLVM.
#ifndef SPIKE_DIALECT_KERNEL_TRANSFORMS_PASSES_H
#define SPIKE_DIALECT_KERNEL_TRANSFORMS_PASSES_H

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace mlir::spike::kernel {

#define GEN_PASS_DECL
#include "spike/Dialect/Kernel/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "spike/Dialect/Kernel/Transforms/Passes.h.inc"

} // namespace mlir::spike::kernel

#endif // SPIKE_DIALECT_KERNEL_TRANSFORMS_PASSES_H
