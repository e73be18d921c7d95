// SPDX-License-Identifier: Apache-2.0
// spike-quantize-weights: synapses whose weights are integers of few bits.
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
  auto type = cast<RankedTensorType>(weight.get().getType());
  int64_t outputs = type.getShape()[0];
  if (!weights || weights->size() == 0)
    return success();
  if (std::optional<size_t> bad = findNonFinite(weights->values()))
    return op->emitOpError() << "cannot be quantized: weight " << *bad << " is " << (*weights)[*bad];
  std::vector<float> rounded(weights->size());
  size_t depth = weights->size() / outputs;
  parallelFor(op->getContext(), 0, outputs, [&](size_t n) {
    roundToBits(weights->values().data() + n * depth, depth, bits, rounded.data() + n * depth);
  });
  OpBuilder builder(op);
  std::string stem = weights->key().empty() ? "weight" : weights->key().str();
  weight.set(ConstantOp::create(builder, weight.get().getLoc(), type,
                                makeWeights(type, rounded, stem + "." + std::to_string(bits) + "bit")));
  return success();
}

struct QuantizeWeightsPass : impl::QuantizeWeightsPassBase<QuantizeWeightsPass> {
  using QuantizeWeightsPassBase::QuantizeWeightsPassBase;

  void runOnOperation() override {
    if (bits < 2 || bits > 16) {
      emitError(getOperation()->getLoc()) << "spike-quantize-weights expects 2 to 16 bits, got " << bits.getValue();
      return signalPassFailure();
    }
    WalkResult done = getOperation().walk([&](Operation *op) {
      OpOperand *weight = nullptr;
      if (auto linear = dyn_cast<LinearOp>(op))
        weight = &linear.getWeightMutable();
      else if (auto conv = dyn_cast<ConvOp>(op))
        weight = &conv.getWeightMutable();
      return !weight || succeeded(quantize(op, *weight, bits)) ? WalkResult::advance() : WalkResult::interrupt();
    });
    if (done.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
} // namespace mlir::spike
