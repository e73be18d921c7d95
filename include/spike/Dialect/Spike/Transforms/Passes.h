// SPDX-License-Identifier: Apache-2.0
// Passes from the spike dialect to the spike dialect.
#ifndef SPIKE_DIALECT_SPIKE_TRANSFORMS_PASSES_H
#define SPIKE_DIALECT_SPIKE_TRANSFORMS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

#define GEN_PASS_DECL
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

} // namespace mlir::spike

#endif // SPIKE_DIALECT_SPIKE_TRANSFORMS_PASSES_H
