// SPDX-License-Identifier: Apache-2.0
// spike-reassociate-attention: (A B) C or A (B C), whichever takes fewer multiply-adds.
#include "mlir/IR/TypeUtilities.h"
#include "spike/Analysis/RangeAnalysis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_REASSOCIATEATTENTIONPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

/// A factor of a product, as it is or with its last two axes swapped.
struct Factor {
  Value value;
  bool swapped;

  ArrayRef<int64_t> shape() const { return cast<RankedTensorType>(value.getType()).getShape(); }
  int64_t rows() const { return shape()[shape().size() - (swapped ? 1 : 2)]; }
  int64_t columns() const { return shape()[shape().size() - (swapped ? 2 : 1)]; }
  bool isReal() const { return getElementTypeOrSelf(value.getType()).isF32(); }
};

/// Three factors and how they are multiplied now: the inner product, perhaps scaled, is read by the outer one only.
struct Chain {
  Factor a, b, c;
  bool leftFirst;
  MatmulOp inner;
  ScaleOp scale;

  static std::optional<Chain> match(MatmulOp outer) {
    for (bool left : {true, false}) {
      Value product = left ? outer.getLhs() : outer.getRhs();
      bool swapped = left ? outer.getTransposeLhs() : outer.getTransposeRhs();
      auto scale = product.getDefiningOp<ScaleOp>();
      auto inner = (scale ? scale.getInput() : product).getDefiningOp<MatmulOp>();
      if (!inner || !inner->hasOneUse() || (scale && !scale->hasOneUse()))
        continue;
      Factor first{inner.getLhs(), inner.getTransposeLhs()}, second{inner.getRhs(), inner.getTransposeRhs()};
      if (swapped) {
        std::swap(first, second);
        first.swapped = !first.swapped;
        second.swapped = !second.swapped;
      }
      if (left)
        return Chain{first, second, {outer.getRhs(), outer.getTransposeRhs()}, true, inner, scale};
      return Chain{{outer.getLhs(), outer.getTransposeLhs()}, first, second, false, inner, scale};
    }
    return std::nullopt;
  }

  /// Multiply-adds of one batch element, as f64: dimensions may be large.
  double cost(bool left) const {
    double m = a.rows(), k = b.rows(), n = b.columns(), p = c.columns();
    return left ? m * k * n + m * n * p : k * n * p + m * k * p;
  }
};

/// Rewrites products one after the other. What they replace lives until the end: range analysis knows values by their
/// address, which must not be given to a new one.
class Reassociation {
public:
  explicit Reassociation(Operation *root) : ranges(root) {}
  ~Reassociation() {
    for (Operation *op : replaced)
      op->erase();
  }

  void run(MatmulOp op) {
    std::optional<Chain> chain = Chain::match(op);
    if (!chain)
      return;
    bool left = !chain->leftFirst;
    if (chain->cost(left) >= chain->cost(!left) || (chain->scale && !isPowerOfTwo(chain->scale)))
      return;

    // Both orders must be exact. Factors are integers of at least zero, so that no zero changes its sign.
    std::optional<uint64_t> a = getMax(chain->a), b = getMax(chain->b), c = getMax(chain->c);
    if (!a || !b || !c)
      return;
    GridRange rangeA = count(*a), rangeB = count(*b), rangeC = count(*c);
    int64_t k = chain->b.rows(), n = chain->b.columns();
    GridRange innerLeft = (rangeA * rangeB).sumOf(k), innerRight = (rangeB * rangeC).sumOf(n);
    GridRange outerLeft = (innerLeft * rangeC).sumOf(n), outerRight = (rangeA * innerRight).sumOf(k);
    if (!innerLeft.isGrid() || !innerRight.isGrid() || !outerLeft.isGrid() || !outerRight.isGrid())
      return;
    rewrite(op, *chain, left, left ? innerLeft : innerRight, left ? outerLeft : outerRight);
  }

private:
  void rewrite(MatmulOp op, Chain &chain, bool left, const GridRange &innerRange, const GridRange &outerRange) {
    OpBuilder builder(op);
    auto type = [&](const Factor &x, const Factor &y, const GridRange &range) {
      SmallVector<int64_t> shape(x.shape());
      shape[shape.size() - 2] = x.rows();
      shape.back() = y.columns();
      bool real = x.isReal() || y.isReal();
      return RankedTensorType::get(shape, real ? Type(builder.getF32Type())
                                               : getCountElementType(builder.getContext(), *range.getMaxCount()));
    };
    auto multiply = [&](const Factor &x, const Factor &y, RankedTensorType result) -> Factor {
      return {MatmulOp::create(builder, op.getLoc(), result, x.value, y.value, x.swapped, y.swapped), false};
    };
    Factor inner = left ? multiply(chain.a, chain.b, type(chain.a, chain.b, innerRange))
                        : multiply(chain.b, chain.c, type(chain.b, chain.c, innerRange));
    Factor x = left ? inner : chain.a, y = left ? chain.c : inner;
    // Without a scale the product's type stays: it is real, or all factors are counts.
    Value result = multiply(x, y, chain.scale ? type(x, y, outerRange) : op.getType()).value;
    if (chain.scale)
      result = ScaleOp::create(builder, op.getLoc(), op.getType(), result, chain.scale.getFactorAttr(),
                               chain.scale.getDivideAttr());
    op.getResult().replaceAllUsesWith(result);
    for (Operation *dead : {op.getOperation(), chain.scale.getOperation(), chain.inner.getOperation()})
      if (dead) {
        dead->dropAllReferences();
        replaced.push_back(dead);
      }
  }

  static GridRange count(uint64_t max) { return GridRange::get(0, max, 0); }

  std::optional<uint64_t> getMax(const Factor &factor) const { return ranges.getRange(factor.value).getMaxCount(); }

  /// A positive power of two that leaves integers below 2^24 far from the ends of f32.
  static bool isPowerOfTwo(ScaleOp op) {
    int exponent;
    return std::frexp(op.getFactor().convertToFloat(), &exponent) == 0.5f && std::abs(exponent) < 60;
  }

  RangeAnalysis ranges;
  SmallVector<Operation *> replaced;
};

struct ReassociateAttentionPass : impl::ReassociateAttentionPassBase<ReassociateAttentionPass> {
  using ReassociateAttentionPassBase::ReassociateAttentionPassBase;

  void runOnOperation() override {
    SmallVector<MatmulOp> products;
    getOperation().walk([&](MatmulOp op) { products.push_back(op); });
    Reassociation reassociation(getOperation());
    for (MatmulOp op : products)
      reassociation.run(op);
  }
};

} // namespace
} // namespace mlir::spike
