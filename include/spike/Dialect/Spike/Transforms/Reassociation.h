// SPDX-License-Identifier: Apache-2.0
// Attention multiplies three factors; in which order is a choice where both orders are exact.
#ifndef SPIKE_DIALECT_SPIKE_TRANSFORMS_REASSOCIATION_H
#define SPIKE_DIALECT_SPIKE_TRANSFORMS_REASSOCIATION_H

#include "spike/Analysis/RangeAnalysis.h"

namespace mlir::spike {

/// A factor of a product, as it is or with its last two axes swapped.
struct Factor {
  Value value;
  bool swapped;

  ArrayRef<int64_t> shape() const { return cast<RankedTensorType>(value.getType()).getShape(); }
  int64_t rows() const { return shape()[shape().size() - (swapped ? 1 : 2)]; }
  int64_t columns() const { return shape()[shape().size() - (swapped ? 2 : 1)]; }
  bool isReal() const;
};

/// Three factors and how they are multiplied now: the inner product, perhaps scaled, is read by the outer one only.
struct ProductChain {
  Factor a, b, c;
  bool leftFirst;
  MatmulOp inner;
  ScaleOp scale;

  static std::optional<ProductChain> match(MatmulOp outer);
};

/// Rewrites products one after the other. What they replace lives until the end: range analysis knows values by their
/// address, which must not be given to a new one.
class Reassociation {
public:
  explicit Reassociation(Operation *root) : ranges(root) {}
  ~Reassociation();

  /// If `outer` ends a chain of which both orders are exact, it is multiplied in the order that `wantsLeftFirst` asks
  /// for.
  void run(MatmulOp outer, function_ref<bool(const ProductChain &)> wantsLeftFirst);

private:
  void rewrite(MatmulOp op, ProductChain &chain, bool left, const GridRange &innerRange, const GridRange &outerRange);
  std::optional<uint64_t> getMax(const Factor &factor) const { return ranges.getRange(factor.value).getMaxCount(); }

  RangeAnalysis ranges;
  SmallVector<Operation *> replaced;
};

} // namespace mlir::spike

#endif // SPIKE_DIALECT_SPIKE_TRANSFORMS_REASSOCIATION_H
