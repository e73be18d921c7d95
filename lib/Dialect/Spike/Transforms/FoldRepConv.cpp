// SPDX-License-Identifier: Apache-2.0
// spike-fold-rep-conv: two convolutions in a row become one, where one of them has a 1x1 kernel.
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "spike/Support/Weights.h"

namespace mlir::spike {

#define GEN_PASS_DEF_FOLDREPCONVPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

/// A 3x3 depthwise kernel between dense ones may become dense, a 7x7 one may not.
constexpr int64_t kMaxGrowth = 10;

/// The weight of a convolution of one or two axes as numbers by output, input channel of all groups, and tap.
class Kernel {
public:
  Kernel(ConvOp conv, const Weights &weights) : weights(weights) {
    ArrayRef<int64_t> shape = conv.getWeight().getType().getShape();
    outputs = shape[0];
    perGroup = shape[1];
    inputs = perGroup * conv.getGroups();
    outputsPerGroup = outputs / conv.getGroups();
    for (int64_t size : shape.drop_front(2))
      taps *= size;
  }

  /// First input channel of the group of output `o`.
  int64_t firstInput(int64_t o) const { return o / outputsPerGroup * perGroup; }
  double at(int64_t o, int64_t i, int64_t tap) const { // `i` counts within the group
    return weights[(o * perGroup + i) * taps + tap];
  }

  int64_t outputs, inputs, perGroup, outputsPerGroup, taps = 1;

private:
  const Weights &weights;
};

bool isPointwise(ConvOp conv) {
  return llvm::all_of(conv.getWeight().getType().getShape().drop_front(2), [](int64_t size) { return size == 1; });
}

bool isPlain(ArrayRef<int64_t> values, int64_t plain) {
  return llvm::all_of(values, [&](int64_t value) { return value == plain; });
}

// Pattern: conv(conv(x, w, b), v, c)  ->  conv(x, v * w, v * b + c)
struct ComposeConvs : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp op, PatternRewriter &rewriter) const override {
    auto first = op.getInput().getDefiningOp<ConvOp>();
    if (!first || !first->hasOneUse() || first.getLayout() != op.getLayout() ||
        first.getSpatialRank() != op.getSpatialRank())
      return rewriter.notifyMatchFailure(op, "expected a convolution of a convolution that nothing else reads");
    // The second must see the first everywhere: in its own padding there is zero and not the first one's bias.
    if (!isPlain(op.getPadding(), 0))
      return rewriter.notifyMatchFailure(op, "expected the second convolution to have no padding");
    bool before = isPointwise(first) && isPlain(first.getStrides(), 1);
    bool behind = isPointwise(op) && isPlain(op.getStrides(), 1);
    if (!before && !behind)
      return rewriter.notifyMatchFailure(op, "expected one of the two kernels to be 1x1");
    std::optional<Weights> w = Weights::get(first.getWeight()), b = Weights::get(first.getBias());
    std::optional<Weights> v = Weights::get(op.getWeight()), c = Weights::get(op.getBias());
    if (!w || !v || (first.getBias() && !b) || (op.getBias() && !c))
      return rewriter.notifyMatchFailure(op, "expected constant weights");

    Kernel inner(first, *w), outer(op, *v);
    int64_t taps = inner.taps * outer.taps; // one of them is 1
    if (outer.outputs * inner.inputs * taps > kMaxGrowth * static_cast<int64_t>(w->size() + v->size()))
      return rewriter.notifyMatchFailure(op, "expected the joined kernel not to be much larger than the two");
    std::vector<double> sums(outer.outputs * inner.inputs * taps, 0.0);
    std::vector<float> bias(outer.outputs);
    for (int64_t o = 0; o < outer.outputs; ++o) {
      double shift = c ? (*c)[o] : 0.0;
      for (int64_t m = 0; m < outer.perGroup; ++m) {
        int64_t middle = outer.firstInput(o) + m;
        for (int64_t to = 0; to < outer.taps; ++to) {
          double factor = outer.at(o, m, to);
          if (b)
            shift += factor * (*b)[middle];
          for (int64_t i = 0; i < inner.perGroup; ++i)
            for (int64_t ti = 0; ti < inner.taps; ++ti)
              sums[(o * inner.inputs + inner.firstInput(middle) + i) * taps + to + ti] +=
                  factor * inner.at(middle, i, ti);
        }
      }
      bias[o] = static_cast<float>(shift);
    }
    std::vector<float> weight(sums.begin(), sums.end());
    if (findNonFinite(weight) || findNonFinite(bias))
      return rewriter.notifyMatchFailure(op, "expected finite weights");

    ConvOp wide = inner.taps == 1 ? op : first; // the kernel that is not 1x1
    SmallVector<int64_t> shape = {outer.outputs, inner.inputs};
    llvm::append_range(shape, wide.getWeight().getType().getShape().drop_front(2));
    auto weightType = RankedTensorType::get(shape, rewriter.getF32Type());
    auto biasType = RankedTensorType::get({outer.outputs}, rewriter.getF32Type());
    Value newWeight =
        ConstantOp::create(rewriter, op.getWeight().getLoc(), weightType, makeWeights(weightType, weight, "composed"));
    Value newBias;
    if (b || c)
      newBias = ConstantOp::create(rewriter, op.getLoc(), biasType, makeWeights(biasType, bias, "composed.bias"));
    SmallVector<int64_t> strides;
    for (auto [one, other] : llvm::zip_equal(first.getStrides(), op.getStrides()))
      strides.push_back(one * other);
    rewriter.replaceOpWithNewOp<ConvOp>(op, op.getType(), first.getInput(), newWeight, newBias, strides,
                                        first.getPadding(), wide.getDilations(), /*groups=*/1, op.getLayout());
    return success();
  }
};

struct FoldRepConvPass : impl::FoldRepConvPassBase<FoldRepConvPass> {
  using FoldRepConvPassBase::FoldRepConvPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ComposeConvs>(&getContext());
    (void)applyPatternsGreedily(getOperation(), std::move(patterns));
  }
};

} // namespace
} // namespace mlir::spike
