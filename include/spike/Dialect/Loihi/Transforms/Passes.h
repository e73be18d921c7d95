// SPDX-License-Identifier: Apache-2.0
// Passes that map a network to a chip.
#ifndef SPIKE_DIALECT_LOIHI_TRANSFORMS_PASSES_H
#define SPIKE_DIALECT_LOIHI_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"
#include "spike/Dialect/Loihi/IR/Loihi.h"
#include "spike/Mapping/Partition.h"

namespace mlir::spike::loihi {

using ::spike::chip::Objective;

#define GEN_PASS_DECL
#include "spike/Dialect/Loihi/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "spike/Dialect/Loihi/Transforms/Passes.h.inc"

} // namespace mlir::spike::loihi

#endif // SPIKE_DIALECT_LOIHI_TRANSFORMS_PASSES_H
