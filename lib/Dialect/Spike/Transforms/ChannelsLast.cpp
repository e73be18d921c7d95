// SPDX-License-Identifier: Apache-2.0
// spike-channels-last: convolutions and pools work on channels-last images, and the transposes that this needs sink
// towards the outputs until they meet and cancel.
#include "spike/Dialect/Spike/Transforms/Passes.h"

#include "SinkTranspose.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "spike/Support/Weights.h"

namespace mlir::spike {
#define GEN_PASS_DEF_CHANNELSLASTPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

/// The permutation that moves axis `channel` of `rank` axes to the end.
SmallVector<int64_t> moveToEnd(int64_t rank, int64_t channel) {
  SmallVector<int64_t> permutation;
  for (int64_t axis = 0; axis < rank; ++axis)
    if (axis != channel)
      permutation.push_back(axis);
  permutation.push_back(channel);
  return permutation;
}

/// An op with a layout attribute, done on channels-last images between two transposes.
template <typename OpTy>
struct ToChannelsLast : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    if (op.getLayout() == Layout::channels_last)
      return rewriter.notifyMatchFailure(op, "expected channels first");
    SmallVector<int64_t> permutation = moveToEnd(op.getType().getRank(), op.getChannelAxis());
    IRMapping mapping;
    mapping.map(op.getInput(), createTranspose(rewriter, op.getLoc(), op.getInput(), permutation));
    auto clone = cast<OpTy>(rewriter.clone(*op, mapping));
    clone.setLayout(Layout::channels_last);
    clone.getResult().setType(permuteType(op.getType(), permutation));
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), clone.getResult(), invertPermutation(permutation));
    return success();
  }
};

// Pattern: conv(x, w) with one tap, stride one, no padding, one group, channels last  ->  linear(x, w)
struct PointwiseConvToLinear : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp op, PatternRewriter &rewriter) const override {
    auto all = [](ArrayRef<int64_t> values, int64_t value) {
      return llvm::all_of(values, [&](int64_t v) { return v == value; });
    };
    if (op.getLayout() != Layout::channels_last || op.getGroups() != 1 || !all(op.getStrides(), 1) ||
        !all(op.getPadding(), 0) || !all(op.getWeight().getType().getShape().drop_front(2), 1))
      return rewriter.notifyMatchFailure(op, "expected a pointwise convolution, channels last");
    auto constant = op.getWeight().getDefiningOp<ConstantOp>();
    if (!constant)
      return rewriter.notifyMatchFailure(op, "expected a constant weight");
    RankedTensorType type = op.getWeight().getType().clone(op.getWeight().getType().getShape().take_front(2));
    Value matrix = ConstantOp::create(rewriter, constant.getLoc(), type, reshapeWeight(constant.getValue(), type));
    rewriter.replaceOpWithNewOp<LinearOp>(op, op.getType(), op.getInput(), matrix, op.getBias());
    return success();
  }
};

struct ChannelsLastPass : impl::ChannelsLastPassBase<ChannelsLastPass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<ToChannelsLast<ConvOp>, ToChannelsLast<PoolOp>, PointwiseConvToLinear>(context);
    populateSinkTransposePatterns(patterns);
    ReshapeOp::getCanonicalizationPatterns(patterns, context);
    TransposeOp::getCanonicalizationPatterns(patterns, context);
    MatmulOp::getCanonicalizationPatterns(patterns, context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns)))) {
      getOperation()->emitError() << "spike-channels-last did not come to an end";
      signalPassFailure();
    }
  }
};

} // namespace
} // namespace mlir::spike
