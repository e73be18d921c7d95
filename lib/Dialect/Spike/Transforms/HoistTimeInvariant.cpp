// SPDX-License-Identifier: Apache-2.0
// spike-hoist-time-invariant: compute once what is the same at every time step.
#include "LeadingAxes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_HOISTTIMEINVARIANTPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

// Pattern: op(repeat_time(x))  ->  repeat_time(op(x)), where every operand of op is the same at every step
struct HoistOp : RewritePattern {
  HoistOp(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    unsigned count = getNumBatchedOperands(op);
    if (count == 0)
      return failure();
    SmallVector<Value> operands(op->getOperands().take_front(count));
    auto result = cast<RankedTensorType>(op->getResult(0).getType());
    bool repeated = false;
    for (Value operand : operands) {
      bool isRepeat = operand.getDefiningOp<RepeatTimeOp>() != nullptr;
      int64_t rank = shapeOf(operand).size();
      bool stretches = isa<AddOp, MaskOp, MapOp>(op) && (rank < result.getRank() || shapeOf(operand)[0] == 1);
      if (isRepeat && (count == 1 || rank == result.getRank()))
        repeated = true;
      else if (!stretches)
        return rewriter.notifyMatchFailure(op, "expected every operand to be repeated over time");
    }
    if (!repeated)
      return rewriter.notifyMatchFailure(op, "expected an operand that is repeated over time");
    for (Value &operand : operands) {
      ArrayRef<int64_t> shape = shapeOf(operand);
      if (isa<AddOp, MaskOp, MapOp>(op) && static_cast<int64_t>(shape.size()) < result.getRank())
        continue;
      if (auto repeat = operand.getDefiningOp<RepeatTimeOp>())
        operand = repeat.getInput();
      else
        operand = ReshapeOp::create(rewriter, op->getLoc(),
                                    cast<RankedTensorType>(operand.getType()).clone(shape.drop_front()), operand);
    }
    Value once = cloneWithLeadingAxes(rewriter, op, operands, {});
    rewriter.replaceOpWithNewOp<RepeatTimeOp>(op, result, once);
    return success();
  }
};

// Pattern: reshape(repeat_time(x)) : [T, ...] -> [T, ...]  ->  repeat_time(reshape(x))
struct HoistReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    auto repeat = op.getInput().getDefiningOp<RepeatTimeOp>();
    if (!repeat)
      return rewriter.notifyMatchFailure(op, "expected a repetition over time");
    ArrayRef<int64_t> shape = op.getType().getShape();
    if (shape.empty() || shape[0] != repeat.getType().getDimSize(0))
      return rewriter.notifyMatchFailure(op, "expected the time axis to stay in front");
    Value once = ReshapeOp::create(rewriter, op.getLoc(), op.getType().clone(shape.drop_front()), repeat.getInput());
    rewriter.replaceOpWithNewOp<RepeatTimeOp>(op, op.getType(), once);
    return success();
  }
};

// Pattern: encode #spike.direct (x)  ->  repeat_time(x)
struct DirectCode : OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EncodeOp op, PatternRewriter &rewriter) const override {
    if (!isa<DirectAttr>(op.getEncoding()) || !op.getType().getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "expected the direct code of real values");
    rewriter.replaceOpWithNewOp<RepeatTimeOp>(op, op.getType(), op.getInput());
    return success();
  }
};

// Pattern: decode last(repeat_time(x))  ->  x
struct LastOfRepeat : OpRewritePattern<DecodeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DecodeOp op, PatternRewriter &rewriter) const override {
    auto repeat = op.getInput().getDefiningOp<RepeatTimeOp>();
    if (!repeat || op.getKind() != DecodeKind::last || repeat.getInput().getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "expected the last step of a repetition");
    rewriter.replaceOp(op, repeat.getInput());
    return success();
  }
};

struct HoistTimeInvariantPass : impl::HoistTimeInvariantPassBase<HoistTimeInvariantPass> {
  using HoistTimeInvariantPassBase::HoistTimeInvariantPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<HoistOp, HoistReshape, DirectCode, LastOfRepeat>(&getContext());
    populateCancelReshapePatterns(patterns);
    (void)applyPatternsGreedily(getOperation(), std::move(patterns));
  }
};

} // namespace
} // namespace mlir::spike
