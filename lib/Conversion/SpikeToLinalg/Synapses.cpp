// SPDX-License-Identifier: Apache-2.0
// Shapes of convolutions and neurons behind synapses.
#include "Synapses.h"

#include "spike/Support/Weights.h"

using namespace mlir;
using namespace mlir::spike;

ConvShape ConvShape::get(ConvOp op) {
  ArrayRef<int64_t> in = shapeOf(op.getInput()), out = op.getType().getShape(), w = shapeOf(op.getWeight());
  int64_t first = op.getFirstSpatialAxis();
  bool flat = op.getSpatialRank() == 1;
  ConvShape s;
  s.channelsLast = op.getLayout() == Layout::channels_last;
  s.images = product(in.take_front(s.channelsLast ? first : first - 1));
  s.height = flat ? 1 : in[first];
  s.width = in[first + !flat];
  s.outHeight = flat ? 1 : out[first];
  s.outWidth = out[first + !flat];
  s.channels = in[op.getChannelAxis()];
  s.outputs = w[0];
  s.groups = op.getGroups();
  if (flat) {
    s.kernel = {1}, s.strides = {1}, s.low = {0}, s.high = {0}, s.dilations = {1};
  }
  for (int64_t i = 0; i < op.getSpatialRank(); ++i) {
    s.kernel.push_back(w[2 + i]);
    s.strides.push_back(op.getStrides()[i]);
    s.low.push_back(op.getPadding()[2 * i]);
    s.high.push_back(op.getPadding()[2 * i + 1]);
    s.dilations.push_back(op.getDilation(i));
  }
  return s;
}

bool ConvShape::hasLargeGroups() const {
  // Digit planes are padded to 16 outputs and 64 inputs, and each group is copied and multiplied on its own.
  constexpr int64_t mostGroups = 32, enoughOutputs = 32, enoughDepth = 64;
  int64_t depth = channels / groups * kernel[0] * kernel[1];
  return groups == 1 || (groups <= mostGroups && outputs / groups >= enoughOutputs && depth >= enoughDepth);
}

Value mlir::spike::toChannelsLast(LoopBuilder &loops, Value input, const ConvShape &s) {
  if (s.channelsLast)
    return loops.reshape(input, {s.images, s.height, s.width, s.channels});
  return loops.transpose(loops.reshape(input, {s.images, s.channels, s.height, s.width}), {0, 2, 3, 1});
}

Value mlir::spike::fromChannelsLast(LoopBuilder &loops, Value result, const ConvShape &s,
                                    ArrayRef<int64_t> resultShape) {
  return loops.reshape(s.channelsLast ? result : loops.transpose(result, {0, 3, 1, 2}), resultShape);
}

bool mlir::spike::isKernelElement(Type element) { return element.isF32() || getMaxCount(element).has_value(); }

FailureOr<SmallVector<float>> mlir::spike::readConstant(Value weight) {
  auto constant = weight.getDefiningOp<ConstantOp>();
  return constant ? readF32(constant.getValue()) : FailureOr<SmallVector<float>>(failure());
}

Epilogue Epilogue::get(OpBuilder &builder, Operation *synapse, bool fires) {
  NeuronOp neuron = fires ? findFusableNeuron(synapse) : NeuronOp();
  if (!neuron)
    return {{}, {}, {}, builder.getF32Type()};
  return {neuron, neuron.getModel(), builder.getI64IntegerAttr(neuron.getTimeSteps()), builder.getI8Type()};
}

void Epilogue::replace(LoopBuilder &loops, ConversionPatternRewriter &rewriter, Operation *synapse, Value result,
                       FusedNeurons &fused) const {
  if (neuron) {
    fused[neuron] = result;
    result = loops.empty(shapeOf(synapse->getResult(0)), rewriter.getF32Type());
  }
  rewriter.replaceOp(synapse, result);
}
