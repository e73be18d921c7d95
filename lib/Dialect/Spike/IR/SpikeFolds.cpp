// SPDX-License-Identifier: Apache-2.0
// Folders and canonicalisation patterns of the spike ops.
#include "spike/Dialect/Spike/IR/Spike.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::spike;

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

// In a graph region an op may feed itself; replacing it by its own result would never end.
static bool feedsItself(Operation *op) { return op->getOperand(0) == op->getResult(0); }

// cast(x) : A -> A  ->  x
// cast(cast(x) : A -> B) : B -> A  ->  x, as no cast changes a value
OpFoldResult CastOp::fold(FoldAdaptor) {
  if (feedsItself(*this))
    return {};
  if (getInput().getType() == getType())
    return getInput();
  if (auto inner = getInput().getDefiningOp<CastOp>())
    if (inner.getInput().getType() == getType() && inner.getInput() != getResult())
      return inner.getInput();
  return {};
}

// scale(x, 1.0)  ->  x
OpFoldResult ScaleOp::fold(FoldAdaptor) {
  if (feedsItself(*this))
    return {};
  if (getFactor().isExactlyValue(1.0) && getInput().getType() == getType())
    return getInput();
  return {};
}

// quantize(x by 1.0 in [a, b])  ->  x, where x was quantized to integers of the interval
OpFoldResult QuantizeOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<QuantizeOp>();
  auto isWithin = [](uint64_t a, uint64_t b) { return static_cast<int64_t>(a) <= static_cast<int64_t>(b); };
  bool same = inner && inner != *this && getFactor().isExactlyValue(1.0) && inner.getType() == getType() &&
              isWithin(getLow(), inner.getLow()) && isWithin(inner.getHigh(), getHigh());
  return same ? getInput() : OpFoldResult();
}

// reshape(x) : A -> A  ->  x
// reshape(reshape(x) : A -> B) : B -> A  ->  x
OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (feedsItself(*this))
    return {};
  if (getInput().getType() == getType())
    return getInput();
  if (auto inner = getInput().getDefiningOp<ReshapeOp>())
    if (inner.getInput().getType() == getType() && inner.getInput() != getResult())
      return inner.getInput();
  return {};
}

// transpose(x, [0, 1, ...])  ->  x
OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (feedsItself(*this))
    return {};
  for (auto [i, axis] : llvm::enumerate(getPermutation()))
    if (axis != static_cast<int64_t>(i))
      return {};
  return getInput();
}

// pad(x) by nothing  ->  x
OpFoldResult PadOp::fold(FoldAdaptor) {
  if (feedsItself(*this))
    return {};
  return getInput().getType() == getType() ? OpFoldResult(getInput()) : OpFoldResult();
}

// slice(x) of everything  ->  x
// slice(concat(..., x, ...)) of x  ->  x
OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (feedsItself(*this))
    return {};
  if (getInput().getType() == getType())
    return getInput();
  auto concat = getInput().getDefiningOp<ConcatOp>();
  if (!concat || concat.getAxis() != getAxis())
    return {};
  uint64_t offset = 0;
  for (Value part : concat.getInputs()) {
    if (offset == getOffset() && part.getType() == getType() && part != getResult())
      return part;
    offset += cast<RankedTensorType>(part.getType()).getDimSize(getAxis());
  }
  return {};
}

// concat(x)  ->  x
OpFoldResult ConcatOp::fold(FoldAdaptor) {
  bool isOne = getInputs().size() == 1 && getInputs().front().getType() == getType() && !feedsItself(*this);
  return isOne ? getInputs().front() : OpFoldResult();
}

namespace {

/// The op of the same kind that defines the input of `op`; null if `op` feeds it in turn, which a graph region allows.
template <typename OpTy>
OpTy getInner(OpTy op) {
  auto inner = op.getInput().template getDefiningOp<OpTy>();
  return inner && inner != op && inner.getInput() != op.getResult() ? inner : OpTy();
}

// Pattern: reshape(reshape(x))  ->  reshape(x)
struct ReshapeOfReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    ReshapeOp inner = getInner(op);
    if (!inner)
      return rewriter.notifyMatchFailure(op, "expected a reshape of a reshape");
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), inner.getInput());
    return success();
  }
};

// Pattern: transpose(transpose(x, p), q)  ->  transpose(x, p after q)
struct TransposeOfTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    TransposeOp inner = getInner(op);
    if (!inner)
      return rewriter.notifyMatchFailure(op, "expected a transpose of a transpose");
    SmallVector<int64_t> composed;
    for (int64_t axis : op.getPermutation())
      composed.push_back(inner.getPermutation()[axis]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), inner.getInput(), composed);
    return success();
  }
};

// Pattern: transpose(x, p) that only moves dimensions of one  ->  reshape(x)
struct TransposeOfUnitDims : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    ArrayRef<int64_t> shape = op.getInput().getType().getShape();
    int64_t previous = -1;
    for (int64_t axis : op.getPermutation()) {
      if (shape[axis] == 1)
        continue;
      if (axis < previous)
        return rewriter.notifyMatchFailure(op, "expected the axes longer than one to keep their order");
      previous = axis;
    }
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput());
    return success();
  }
};

// Pattern: scale(scale(x, a), b)  ->  scale(x, a * b), where a and b are powers of two: no rounding is lost
struct ScaleOfScale : OpRewritePattern<ScaleOp> {
  using OpRewritePattern::OpRewritePattern;
  static std::optional<float> powerOfTwo(ScaleOp op) {
    float factor = op.getDivide() ? 1.0f / op.getFactor().convertToFloat() : op.getFactor().convertToFloat();
    int exponent;
    if (std::frexp(std::fabs(factor), &exponent) != 0.5f || std::abs(exponent) > 60)
      return std::nullopt;
    return factor;
  }
  LogicalResult matchAndRewrite(ScaleOp op, PatternRewriter &rewriter) const override {
    ScaleOp inner = getInner(op);
    if (!inner)
      return rewriter.notifyMatchFailure(op, "expected a scale of a scale");
    std::optional<float> a = powerOfTwo(inner), b = powerOfTwo(op);
    if (!a || !b)
      return rewriter.notifyMatchFailure(op, "expected both factors to be powers of two");
    rewriter.replaceOpWithNewOp<ScaleOp>(op, op.getType(), inner.getInput(), llvm::APFloat(*a * *b), false);
    return success();
  }
};

/// Whether `value` is a transpose that swaps its last two axes and nothing else.
TransposeOp swapsLastTwo(Value value) {
  auto op = value.getDefiningOp<TransposeOp>();
  if (!op)
    return {};
  ArrayRef<int64_t> p = op.getPermutation();
  int64_t rank = p.size();
  if (rank < 2 || p[rank - 1] != rank - 2 || p[rank - 2] != rank - 1)
    return {};
  for (int64_t i = 0; i < rank - 2; ++i)
    if (p[i] != i)
      return {};
  return op;
}

// Pattern: matmul(transpose(a), b)  ->  matmul(a, b) transpose_lhs, and the same on the right
struct MatmulOfTranspose : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    TransposeOp lhs = swapsLastTwo(op.getLhs()), rhs = swapsLastTwo(op.getRhs());
    if (!lhs && !rhs)
      return rewriter.notifyMatchFailure(op, "expected an operand whose last two axes are swapped");
    rewriter.replaceOpWithNewOp<MatmulOp>(
        op, op.getType(), lhs ? lhs.getInput() : op.getLhs(), rhs ? rhs.getInput() : op.getRhs(),
        op.getTransposeLhs() != static_cast<bool>(lhs), op.getTransposeRhs() != static_cast<bool>(rhs));
    return success();
  }
};

} // namespace

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ReshapeOfReshape>(context);
}

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<TransposeOfTranspose, TransposeOfUnitDims>(context);
}

void ScaleOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ScaleOfScale>(context);
}

void MatmulOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<MatmulOfTranspose>(context);
}
