// SPDX-License-Identifier: Apache-2.0
// Exchanging the order of two products.
#include "spike/Dialect/Spike/Transforms/Reassociation.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::spike;

bool Factor::isReal() const { return getElementTypeOrSelf(value.getType()).isF32(); }

std::optional<ProductChain> ProductChain::match(MatmulOp outer) {
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
      return ProductChain{first, second, {outer.getRhs(), outer.getTransposeRhs()}, true, inner, scale};
    return ProductChain{{outer.getLhs(), outer.getTransposeLhs()}, first, second, false, inner, scale};
  }
  return std::nullopt;
}

Reassociation::~Reassociation() {
  for (Operation *op : replaced)
    op->erase();
}

static GridRange count(uint64_t max) { return GridRange::get(0, max, 0); }

/// A positive power of two that leaves integers below 2^24 far from the ends of f32.
static bool isPowerOfTwo(ScaleOp op) {
  int exponent;
  return std::frexp(op.getFactor().convertToFloat(), &exponent) == 0.5f && std::abs(exponent) < 60;
}

void Reassociation::run(MatmulOp op, function_ref<bool(const ProductChain &)> wantsLeftFirst) {
  std::optional<ProductChain> chain = ProductChain::match(op);
  if (!chain || (chain->scale && !isPowerOfTwo(chain->scale)))
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
  bool left = wantsLeftFirst(*chain);
  if (left != chain->leftFirst)
    rewrite(op, *chain, left, left ? innerLeft : innerRight, left ? outerLeft : outerRight);
}

void Reassociation::rewrite(MatmulOp op, ProductChain &chain, bool left, const GridRange &innerRange,
                            const GridRange &outerRange) {
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
