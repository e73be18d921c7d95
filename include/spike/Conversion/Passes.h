// SPDX-License-Identifier: Apache-2.0
// Conversions between dialects.
#ifndef SPIKE_CONVERSION_PASSES_H
#define SPIKE_CONVERSION_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

#define GEN_PASS_DECL
#include "spike/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "spike/Conversion/Passes.h.inc"

} // namespace mlir::spike

#endif // SPIKE_CONVERSION_PASSES_H
