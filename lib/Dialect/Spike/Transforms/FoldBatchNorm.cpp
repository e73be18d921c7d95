// SPDX-License-Identifier: Apache-2.0
// spike-fold-batch-norm: batch normalisation becomes part of the synapses before it.
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "spike/Support/Weights.h"
#include <cmath>

namespace mlir::spike {

#define GEN_PASS_DEF_FOLDBATCHNORMPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

/// The axis of `reshape`'s input that has the elements of axis `axis` of its result, if there is one.
std::optional<int64_t> mapAxisToInput(ReshapeOp reshape, int64_t axis) {
  ArrayRef<int64_t> out = reshape.getType().getShape(), in = reshape.getInput().getType().getShape();
  auto inner = [](ArrayRef<int64_t> shape, int64_t from) {
    int64_t product = 1;
    for (int64_t size : shape.drop_front(from + 1))
      product *= size;
    return product;
  };
  for (int64_t i = 0, e = in.size(); i < e; ++i)
    if (in[i] == out[axis] && inner(in, i) == inner(out, axis))
      return i;
  return std::nullopt;
}

/// The linear or conv whose output channels are normalised by `norm`, looking through moves of its result that nothing
/// else reads; null if there is none.
Operation *findSynapse(BatchNormOp norm) {
  Value value = norm.getInput();
  int64_t axis = norm.getAxis();
  while (Operation *op = value.getDefiningOp()) {
    if (!op->hasOneUse())
      return nullptr;
    if (auto reshape = dyn_cast<ReshapeOp>(op)) {
      std::optional<int64_t> mapped = mapAxisToInput(reshape, axis);
      if (!mapped)
        return nullptr;
      axis = *mapped;
      value = reshape.getInput();
    } else if (auto transpose = dyn_cast<TransposeOp>(op)) {
      axis = transpose.getPermutation()[axis];
      value = transpose.getInput();
    } else if (auto repeat = dyn_cast<RepeatTimeOp>(op)) {
      if (axis-- == 0)
        return nullptr;
      value = repeat.getInput();
    } else if (auto linear = dyn_cast<LinearOp>(op)) {
      return axis == linear.getType().getRank() - 1 ? op : nullptr;
    } else if (auto conv = dyn_cast<ConvOp>(op)) {
      return axis == conv.getChannelAxis() ? op : nullptr;
    } else {
      return nullptr;
    }
  }
  return nullptr;
}

/// Per channel y = x * gain + (bias - mean) * gain + beta, in f64.
struct Normalisation {
  SmallVector<double> gain, mean, beta;

  static std::optional<Normalisation> get(BatchNormOp op) {
    std::optional<Weights> mean = Weights::get(op.getMean()), var = Weights::get(op.getVar());
    std::optional<Weights> gamma = Weights::get(op.getGamma()), beta = Weights::get(op.getBeta());
    if (!mean || !var || (op.getGamma() && !gamma) || (op.getBeta() && !beta))
      return std::nullopt;
    Normalisation result;
    double eps = op.getEps().convertToDouble();
    for (size_t c = 0; c < mean->size(); ++c) {
      result.gain.push_back((gamma ? (*gamma)[c] : 1.0) / std::sqrt(static_cast<double>((*var)[c]) + eps));
      result.mean.push_back((*mean)[c]);
      result.beta.push_back(beta ? (*beta)[c] : 0.0);
    }
    return result;
  }
};

/// The operands `weight` and `bias` of a linear or conv.
std::pair<Value, Value> getParameters(Operation *synapse) {
  if (auto linear = dyn_cast<LinearOp>(synapse))
    return {linear.getWeight(), linear.getBias()};
  auto conv = cast<ConvOp>(synapse);
  return {conv.getWeight(), conv.getBias()};
}

// Pattern: batch_norm(synapse(x, w, b))  ->  synapse(x, w * gain, (b - mean) * gain + beta)
struct FoldIntoSynapse : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormOp op, PatternRewriter &rewriter) const override {
    Operation *synapse = findSynapse(op);
    if (!synapse)
      return rewriter.notifyMatchFailure(op, "expected the channels of a linear or conv that nothing else reads");
    auto [weight, bias] = getParameters(synapse);
    std::optional<Weights> oldWeight = Weights::get(weight), oldBias = Weights::get(bias);
    std::optional<Normalisation> norm = Normalisation::get(op);
    if (!oldWeight || (bias && !oldBias) || !norm)
      return rewriter.notifyMatchFailure(op, "expected constant weights and statistics");

    size_t channels = norm->gain.size(), fanIn = oldWeight->size() / channels;
    std::vector<float> newWeight(oldWeight->size()), newBias(channels);
    ArrayRef<float> weights = oldWeight->values();
    for (size_t c = 0; c < channels; ++c) {
      for (size_t i = c * fanIn; i < (c + 1) * fanIn; ++i)
        newWeight[i] = static_cast<float>(weights[i] * norm->gain[c]);
      double shifted = (oldBias ? (*oldBias)[c] : 0.0) - norm->mean[c];
      newBias[c] = static_cast<float>(shifted * norm->gain[c] + norm->beta[c]);
    }
    if (findNonFinite(newWeight) || findNonFinite(newBias))
      return rewriter.notifyMatchFailure(op, "expected finite folded weights");

    std::string stem = oldWeight->key().empty() ? "folded" : oldWeight->key().str();
    rewriter.setInsertionPoint(synapse);
    auto weightType = cast<RankedTensorType>(weight.getType());
    auto biasType = RankedTensorType::get({static_cast<int64_t>(channels)}, rewriter.getF32Type());
    Value folded =
        ConstantOp::create(rewriter, weight.getLoc(), weightType, makeWeights(weightType, newWeight, stem + ".folded"));
    Value shift = ConstantOp::create(rewriter, op.getLoc(), biasType, makeWeights(biasType, newBias, stem + ".bias"));
    rewriter.modifyOpInPlace(synapse, [&] {
      if (auto linear = dyn_cast<LinearOp>(synapse)) {
        linear.getWeightMutable().assign(folded);
        linear.getBiasMutable().assign(shift);
      } else {
        auto conv = cast<ConvOp>(synapse);
        conv.getWeightMutable().assign(folded);
        conv.getBiasMutable().assign(shift);
      }
    });
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

struct FoldBatchNormPass : impl::FoldBatchNormPassBase<FoldBatchNormPass> {
  using FoldBatchNormPassBase::FoldBatchNormPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldIntoSynapse>(&getContext());
    (void)applyPatternsGreedily(getOperation(), std::move(patterns));
  }
};

} // namespace
} // namespace mlir::spike
