// SPDX-License-Identifier: Apache-2.0
// spike-cancel-reshape: work on [T, B, ...] directly where the source merges time and batch.
#include "LeadingAxes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_CANCELRESHAPEPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// The leading axes of a reshape's input (two or more) that its result has merged into the first axis; empty if
/// `value` is not such a reshape.
ArrayRef<int64_t> getMergedAxes(Value value) {
  auto reshape = value.getDefiningOp<ReshapeOp>();
  if (!reshape || reshape.getType().getRank() == 0)
    return {};
  ArrayRef<int64_t> in = shapeOf(reshape.getInput()), out = reshape.getType().getShape();
  int64_t product = 1;
  for (size_t i = 0; i < in.size() && product <= out[0]; ++i) {
    product *= in[i];
    if (i == 0 || product != out[0])
      continue;
    // The axes may still be there: [4, 1, 8, 8] to [4, 1, 64] merges nothing in front.
    return out.take_front(i + 1) == in.take_front(i + 1) ? ArrayRef<int64_t>() : in.take_front(i + 1);
  }
  return {};
}

/// `value` with `leading` in place of its first axis, read from before the merge.
Value unmerge(PatternRewriter &rewriter, Location loc, Value value, ArrayRef<int64_t> leading) {
  SmallVector<int64_t> shape(leading);
  llvm::append_range(shape, shapeOf(value).drop_front());
  if (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getInput();
  auto type = cast<RankedTensorType>(value.getType()).clone(shape);
  return value.getType() == type ? value : ReshapeOp::create(rewriter, loc, type, value).getResult();
}

/// Moves a merge of leading axes from the operands of an op behind the op.
/// Pattern: op(reshape(x) : [T, B, ...] -> [T*B, ...])  ->  reshape(op(x))
struct SinkMerge : RewritePattern {
  SinkMerge(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    unsigned count = getNumBatchedOperands(op);
    if (count == 0)
      return failure();
    SmallVector<Value> operands(op->getOperands().take_front(count));
    auto result = cast<RankedTensorType>(op->getResult(0).getType());
    bool stretches = isa<AddOp, MaskOp, MapOp>(op);
    auto hasBatch = [&](Value operand) {
      return !stretches || static_cast<int64_t>(shapeOf(operand).size()) == result.getRank();
    };
    ArrayRef<int64_t> leading;
    for (Value operand : operands)
      if (leading.empty() && hasBatch(operand))
        leading = getMergedAxes(operand);
    if (leading.empty())
      return rewriter.notifyMatchFailure(op, "expected an operand whose leading axes were merged");

    for (Value operand : operands) {
      if (isa<MatmulOp>(op) && getMergedAxes(operand) != leading)
        return rewriter.notifyMatchFailure(op, "expected both sides to be merged in the same way");
      if (hasBatch(operand) && shapeOf(operand)[0] != product(leading) && shapeOf(operand)[0] != 1)
        return rewriter.notifyMatchFailure(op, "expected every operand to have the merged axis");
    }
    for (Value &operand : operands)
      if (hasBatch(operand)) // an axis of one is stretched along the batch and can go
        operand = unmerge(rewriter, op->getLoc(), operand,
                          shapeOf(operand)[0] == product(leading) ? leading : ArrayRef<int64_t>());
    Value inner = cloneWithLeadingAxes(rewriter, op, operands, leading);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, result, inner);
    return success();
  }

  static int64_t product(ArrayRef<int64_t> sizes) {
    int64_t result = 1;
    for (int64_t size : sizes)
      result *= size;
    return result;
  }
};

struct CancelReshapePass : impl::CancelReshapePassBase<CancelReshapePass> {
  using CancelReshapePassBase::CancelReshapePassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateCancelReshapePatterns(patterns);
    (void)applyPatternsGreedily(getOperation(), std::move(patterns));
  }
};

} // namespace

void populateCancelReshapePatterns(RewritePatternSet &patterns) {
  patterns.add<SinkMerge>(patterns.getContext());
  ReshapeOp::getCanonicalizationPatterns(patterns, patterns.getContext());
}

} // namespace mlir::spike
