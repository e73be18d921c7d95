// SPDX-License-Identifier: Apache-2.0
// Conversions between dialects.
#ifndef SPIKE_CONVERSION_PASSES_H
#define SPIKE_CONVERSION_PASSES_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"
#include "spike/Dialect/Kernel/IR/Kernel.h"
#include "spike/Dialect/Loihi/IR/Loihi.h"
#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

#define GEN_PASS_DECL
#include "spike/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "spike/Conversion/Passes.h.inc"

} // namespace mlir::spike

#endif // SPIKE_CONVERSION_PASSES_H
