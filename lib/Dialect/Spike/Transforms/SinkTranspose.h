// SPDX-License-Identifier: Apache-2.0
// Transposes move behind the ops that read them.
#ifndef SPIKE_LIB_TRANSFORMS_SINKTRANSPOSE_H
#define SPIKE_LIB_TRANSFORMS_SINKTRANSPOSE_H

#include "mlir/IR/PatternMatch.h"
#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

SmallVector<int64_t> invertPermutation(ArrayRef<int64_t> permutation);

/// The type whose axis `i` is axis `permutation[i]` of `type`.
RankedTensorType permuteType(RankedTensorType type, ArrayRef<int64_t> permutation);

Value createTranspose(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> permutation);

/// op(transpose(x))  ->  transpose(op(x)) for every op that allows it without a change of any result.
void populateSinkTransposePatterns(RewritePatternSet &patterns);

} // namespace mlir::spike

#endif // SPIKE_LIB_TRANSFORMS_SINKTRANSPOSE_H
