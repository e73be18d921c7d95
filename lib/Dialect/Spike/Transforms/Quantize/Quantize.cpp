// SPDX-License-Identifier: Apache-2.0
// spike-quantize: integers of a neuromorphic chip in the place of real numbers.
#include "Rewriter.h"

#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_QUANTIZEPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

struct QuantizePass : impl::QuantizePassBase<QuantizePass> {
  using QuantizePassBase::QuantizePassBase;

  void runOnOperation() override {
    FailureOr<SmallVector<quantize::InputFormat>> formats = readOptions();
    if (failed(formats))
      return signalPassFailure();
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      if (!function.isDeclaration() && failed(run(function, *formats)))
        return signalPassFailure();
  }

private:
  FailureOr<SmallVector<quantize::InputFormat>> readOptions() {
    auto refuse = [&] { return emitError(getOperation()->getLoc()) << "spike-quantize expects "; };
    if (!llvm::is_contained({4, 6, 8}, bits.getValue()))
      return refuse() << "8, 6 or 4 bits, got " << bits.getValue();
    if (granularity != "channel" && granularity != "layer")
      return refuse() << "granularity=channel or layer, got '" << granularity.getValue() << "'";
    if (inputScales.size() != inputLows.size() || inputScales.size() != inputHighs.size())
      return refuse() << "as many input-lows and input-highs as input-scales, got " << inputLows.size() << ", "
                      << inputHighs.size() << " and " << inputScales.size();
    SmallVector<quantize::InputFormat> formats;
    for (auto [scale, low, high] : llvm::zip_equal(inputScales, inputLows, inputHighs)) {
      // f32, as the op holds it.
      quantize::InputFormat format{static_cast<double>(static_cast<float>(scale)), low, high};
      if (!(format.scale > 0) || !std::isfinite(format.scale))
        return refuse() << "input scales above zero, got " << scale;
      if (low > 0 || high < 0 || low == high || low < -QuantizeOp::kMaxMagnitude || high > QuantizeOp::kMaxMagnitude)
        return refuse() << "an interval within +-" << QuantizeOp::kMaxMagnitude << " that holds 0 for each input, got ["
                        << low << ", " << high << "]";
      formats.push_back(format);
    }
    return formats;
  }

  LogicalResult run(func::FuncOp function, ArrayRef<quantize::InputFormat> formats) {
    if (!llvm::hasSingleElement(function.getBody()))
      return function.emitError() << "expected a function with one block, got "
                                  << function.getBody().getBlocks().size();
    FailureOr<quantize::ScaleGraph> graph =
        quantize::ScaleGraph::build(function, formats, granularity == "channel", hostFallback);
    if (failed(graph))
      return failure();
    FailureOr<quantize::Plan> plan = quantize::Plan::make(*graph, bits);
    if (failed(plan))
      return failure();
    quantize::rewrite(*graph, *plan);
    return success();
  }
};

} // namespace
} // namespace mlir::spike
