// SPDX-License-Identifier: Apache-2.0
// Convolutions with groups too small for products of matrices, depthwise ones above all: one call of a kernel whose
// lanes are outputs.
#include "Synapses.h"

#include "spike/Dialect/Kernel/IR/Kernel.h"
#include "spike/Runtime/Runtime.h"
#include "spike/Support/LaneWeights.h"
#include "spike/Support/Weights.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

struct GroupsKernelPattern : OpConversionPattern<ConvOp> {
  GroupsKernelPattern(TypeConverter &converter, MLIRContext *context, FusedNeurons &fused)
      : OpConversionPattern(converter, context, PatternBenefit(2)), fused(fused) {}
  LogicalResult matchAndRewrite(ConvOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    FailureOr<SmallVector<float>> weight = readConstant(op.getWeight());
    ConvShape s = ConvShape::get(op);
    Type in = elementOf(op.getInput());
    if (failed(weight) || !isKernelElement(in) || s.hasLargeGroups())
      return rewriter.notifyMatchFailure(op, "expected small groups, a constant weight and real or counted input");
    LoopBuilder loops(rewriter, op.getLoc());
    LaneFilter filter = {s.outputs, s.channels / s.groups, s.kernel[0], s.kernel[1]};
    std::optional<uint64_t> max = getMaxCount(in);
    std::optional<LanePairs> pairs;
    if (op.getExact() && max && *max <= 255)
      pairs = packLanePairs(filter, *weight, static_cast<int64_t>(*max));
    Value packed = pairs ? getPairs(loops, filter, pairs->halves) : getLanes(loops, filter, *weight);
    Value scale;
    if (pairs) {
      auto type = RankedTensorType::get(static_cast<int64_t>(pairs->scales.size()), rewriter.getF32Type());
      scale = constant(loops, type, createWeight(type, pairs->scales, "scale"));
    }
    Epilogue epilogue = Epilogue::get(rewriter, op, pairs && s.channelsLast);
    Value init = loops.empty({s.images, s.outHeight, s.outWidth, s.outputs}, epilogue.element);
    Value result = kernel::ConvOp::create(
                       rewriter, op.getLoc(), TypeRange(init.getType()), toChannelsLast(loops, adaptor.getInput(), s),
                       packed, adaptor.getBias(), scale, init, s.kernel, s.strides, s.low, s.dilations,
                       rewriter.getI64IntegerAttr(s.groups), in.isInteger(1), op.getExact(), pairs && pairs->narrow,
                       /*pool=*/DenseI64ArrayAttr(), epilogue.model, epilogue.steps)
                       .getResult(0);
    if (!epilogue.neuron)
      result = fromChannelsLast(loops, result, s, op.getType().getShape());
    epilogue.replace(loops, rewriter, op, result, fused);
    return success();
  }

private:
  static Value constant(LoopBuilder &loops, RankedTensorType type, ElementsAttr value) {
    return arith::ConstantOp::create(loops.b, loops.loc, type, cast<TypedAttr>(value));
  }

  static Value getPairs(LoopBuilder &loops, const LaneFilter &filter, ArrayRef<int16_t> halves) {
    auto type = RankedTensorType::get({filter.blocks(), filter.height, filter.pairs(), 2, SPIKE_RT_LANES, 2},
                                      loops.b.getI16Type());
    ArrayRef<char> bytes(reinterpret_cast<const char *>(halves.data()), halves.size() * sizeof(int16_t));
    return constant(loops, type, createWeight(type, bytes, "pairs"));
  }

  static Value getLanes(LoopBuilder &loops, const LaneFilter &filter, ArrayRef<float> weight) {
    auto type = RankedTensorType::get({filter.blocks(), filter.height, filter.width, filter.channels, SPIKE_RT_LANES},
                                      loops.b.getF32Type());
    return constant(loops, type, createWeight(type, packLanes(filter, weight), "packed"));
  }

  FusedNeurons &fused;
};

} // namespace

void mlir::spike::populateGroupPatterns(TypeConverter &converter, RewritePatternSet &patterns, FusedNeurons &fused) {
  patterns.add<GroupsKernelPattern>(converter, patterns.getContext(), fused);
}
