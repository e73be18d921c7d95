// SPDX-License-Identifier: Apache-2.0
// Ops that treat their first axis as a batch, and the same ops with other axes in its place. Shared by
// spike-cancel-reshape ([T*B, ...] becomes [T, B, ...]) and spike-hoist-time-invariant ([T, ...] becomes [...]).
#ifndef SPIKE_LIB_TRANSFORMS_LEADINGAXES_H
#define SPIKE_LIB_TRANSFORMS_LEADINGAXES_H

#include "mlir/IR/PatternMatch.h"
#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

/// Number of operands of `op` that carry its batch: the first of a synapse, both of an addition; zero if `op` does not
/// treat its first axis as a batch. Every op it accepts has one result.
unsigned getNumBatchedOperands(Operation *op);

/// A copy of `op` in which `leading` takes the place of the first axis of the result; `operands` replace the batched
/// operands and have the axes to match.
Value cloneWithLeadingAxes(PatternRewriter &rewriter, Operation *op, ValueRange operands, ArrayRef<int64_t> leading);

/// The rewrites of spike-cancel-reshape.
void populateCancelReshapePatterns(RewritePatternSet &patterns);

} // namespace mlir::spike

#endif // SPIKE_LIB_TRANSFORMS_LEADINGAXES_H
