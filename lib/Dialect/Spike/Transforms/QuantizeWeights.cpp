// SPDX-License-Identifier: Apache-2.0
// spike-quantize-weights: synapses whose weights are integers of few bits.
#include "ReplaceWeight.h"

#include "mlir/IR/Threading.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "spike/Support/FixedPoint.h"
#include "spike/Support/Weights.h"

namespace mlir::spike {

#define GEN_PASS_DEF_QUANTIZEWEIGHTSPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

/// Gives the constant weight of a synapse integers of `bits` bits in units of a power of two for each output.
LogicalResult quantize(Operation *op, OpOperand &weight, int64_t bits) {
  std::optional<Weights> weights = Weights::get(weight.get());
  int64_t outputs = cast<RankedTensorType>(weight.get().getType()).getShape()[0];
  if (!weights || weights->size() == 0)
    return success();
  if (std::optional<size_t> bad = findNonFinite(weights->values()))
    return op->emitOpError() << "cannot be quantized: weight " << *bad << " is " << (*weights)[*bad];
  std::vector<float> rounded(weights->size());
  size_t depth = weights->size() / outputs;
  parallelFor(op->getContext(), 0, outputs, [&](size_t n) {
    roundToBits(weights->values().data() + n * depth, depth, bits, rounded.data() + n * depth);
  });
  replaceWeight(weight, rounded, "." + std::to_string(bits) + "bit");
  return success();
}

struct QuantizeWeightsPass : impl::QuantizeWeightsPassBase<QuantizeWeightsPass> {
  using QuantizeWeightsPassBase::QuantizeWeightsPassBase;

  void runOnOperation() override {
    if (bits < 2 || bits > 16) {
      emitError(getOperation()->getLoc()) << "spike-quantize-weights expects 2 to 16 bits, got " << bits.getValue();
      return signalPassFailure();
    }
    SmallVector<OpOperand *> operands;
    getOperation().walk([&](Operation *op) {
      if (auto linear = dyn_cast<LinearOp>(op))
        operands.push_back(&linear.getWeightMutable());
      else if (auto conv = dyn_cast<ConvOp>(op))
        operands.push_back(&conv.getWeightMutable());
    });
    for (OpOperand *weight : operands)
      if (failed(quantize(weight->getOwner(), *weight, bits)))
        return signalPassFailure();
  }
};

} // namespace
} // namespace mlir::spike
