// SPDX-License-Identifier: Apache-2.0
// spike-fix-weights: sums of integer inputs become exact.
#include "ReplaceWeight.h"

#include "mlir/IR/Threading.h"
#include "spike/Analysis/RangeAnalysis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "spike/Support/FixedPoint.h"
#include "spike/Support/Weights.h"

namespace mlir::spike {

#define GEN_PASS_DEF_FIXWEIGHTSPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

/// Changes of an output's weights that are let pass, relative to the smaller half of them: normally distributed weights
/// change by a quarter of it. A few weights far above the others take bits from those; an input that reads only the
/// others would see it.
constexpr double maxRelativeChange = 0x1p-18;

/// The weights of `op` rounded output by output; nothing if they cannot be, or would change too much.
std::optional<std::vector<float>> round(MLIRContext *context, const Weights &weights, int64_t outputs) {
  std::vector<float> rounded(weights.size());
  size_t depth = weights.size() / outputs;
  LogicalResult done = failableParallelForEachN(context, 0, outputs, [&](size_t n) {
    FixedRow row = roundToFixed(weights.values().data() + n * depth, depth, rounded.data() + n * depth);
    return success(row.error <= maxRelativeChange * row.size);
  });
  return succeeded(done) ? std::optional(std::move(rounded)) : std::nullopt;
}

template <typename Synapse>
void fix(Synapse op, const RangeAnalysis &ranges) {
  std::optional<uint64_t> maxInput = ranges.getRange(op.getInput()).getMaxCount();
  std::optional<Weights> weights = Weights::get(op.getWeight());
  int64_t outputs = cast<RankedTensorType>(op.getWeight().getType()).getShape()[0];
  if (op.getExact() || !maxInput || !weights || outputs == 0 || findNonFinite(weights->values()) ||
      !fitsDigitSums(weights->size() / outputs, static_cast<int64_t>(*maxInput)))
    return;
  std::optional<std::vector<float>> rounded = round(op.getContext(), *weights, outputs);
  if (!rounded)
    return;
  if (ArrayRef<float>(*rounded) != weights->values()) {
    // Sums that are exact as they are stay what they are.
    if (!ranges.getRange(op.getResult()).isReal())
      return;
    replaceWeight(op.getWeightMutable(), *rounded, ".fixed");
  }
  op.setExact(true);
}

struct FixWeightsPass : impl::FixWeightsPassBase<FixWeightsPass> {
  using FixWeightsPassBase::FixWeightsPassBase;

  void runOnOperation() override {
    RangeAnalysis ranges(getOperation());
    SmallVector<Operation *> synapses;
    getOperation().walk([&](Operation *op) {
      if (isa<LinearOp, ConvOp>(op))
        synapses.push_back(op);
    });
    for (Operation *op : synapses) {
      if (auto linear = dyn_cast<LinearOp>(op))
        fix(linear, ranges);
      else
        fix(cast<ConvOp>(op), ranges);
    }
  }
};

} // namespace
} // namespace mlir::spike
