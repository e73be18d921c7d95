// SPDX-License-Identifier: Apache-2.0
// linear and conv: constant synapses that wait for the neurons that read them.
#include "Converter.h"
#include "Weights.h"
#include "spike/Support/Weights.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// What sums of these synapses can be for messages in `input`; with `open`, terms may be missing (padding).
static Interval boundSums(const Synapses &synapses, Interval input, bool open) {
  Interval bound;
  int32_t shift = synapses.exponent + 9 - synapses.bits;
  for (int64_t output = 0; output < synapses.outputs; ++output) {
    Interval sum;
    for (int64_t i = 0; i < synapses.depth; ++i) {
      int64_t weight = int64_t(synapses.weights[output * synapses.depth + i]) * (int64_t(1) << shift);
      Interval term = Interval{weight, weight} * input;
      if (open)
        term = {std::min<int64_t>(term.low, 0), std::max<int64_t>(term.high, 0)};
      sum = sum + term;
    }
    bound = {std::min(bound.low, sum.low), std::max(bound.high, sum.high)};
  }
  return bound;
}

/// The loops of some axes, as dimensions of a view.
static void appendDims(SmallVectorImpl<chip::Dim> &dims, ArrayRef<Atom> atoms) {
  for (const Atom &atom : atoms)
    if (!atom.time)
      dims.push_back({atom.size, atom.place});
}

FailureOr<Synapses> Converter::readSynapses(Operation *op, Value weight) {
  std::optional<Weights> values = Weights::get(weight);
  if (!values)
    return refuse(op) << "has a weight that is no constant, or whose resource is missing", failure();
  std::string reason;
  std::optional<StoredWeights> stored = storeWeights(values->values(), builder.getLimits(), reason);
  if (!stored)
    return refuse(op) << reason << "; run spike-quantize with fewer bits", failure();
  Synapses synapses;
  synapses.weights = std::move(stored->mantissas);
  synapses.bits = stored->bits;
  synapses.exponent = stored->exponent;
  synapses.outputs = shapeOf(weight).front();
  synapses.depth = synapses.weights.size() / synapses.outputs;
  return synapses;
}

LogicalResult Converter::addBias(Operation *op, Value bias, int64_t axis, const Axes &like, Signal &signal) {
  if (!bias)
    return success();
  std::optional<Weights> values = Weights::get(bias);
  if (!values)
    return refuse(op) << "has a bias that is no constant, or whose resource is missing";
  if (failed(checkIntegers(op, "bias", values->values())))
    return failure();
  Part part = makeConstant(values->values());
  part.axes = like.still();
  part.axes.list[axis] = Axes::axis(values->size(), 0, 1);
  signal.parts.push_back(std::move(part));
  return success();
}

LogicalResult Converter::visit(LinearOp op) {
  FailureOr<Part> input = readMessages(op, op.getInput());
  FailureOr<Synapses> synapses = failed(input) ? FailureOr<Synapses>() : readSynapses(op, op.getWeight());
  if (failed(synapses))
    return failure();
  if (input->axes.hasTime() && !input->axes.isTimeFirst())
    return refuse(op) << "mixes time with another axis; time must stay the leading axis";
  appendDims(synapses->channels, input->axes.list.back());
  Part part;
  part.kind = PartKind::dense;
  part.source = input->source;
  part.axes = input->axes;
  part.axes.list.back() = Axes::axis(synapses->outputs, 0, 1);
  part.range = boundSums(*synapses, input->range, false);
  part.synapses = std::make_shared<const Synapses>(std::move(*synapses));
  Signal signal(part, get(op.getInput()).lastStep);
  if (failed(addBias(op, op.getBias(), part.axes.list.size() - 1, part.axes, signal)))
    return failure();
  return define(op.getResult(), std::move(signal));
}

namespace {

/// The axes of an image in a tensor.
struct ImageAxes {
  int64_t channel, height, width; ///< no height in one dimension: -1
};

/// The same synapses once for each of `copies` images that are handled as groups of channels.
void repeatForImages(Synapses &synapses, int64_t copies) {
  std::vector<int16_t> once = synapses.weights;
  for (int64_t copy = 1; copy < copies; ++copy)
    synapses.weights.insert(synapses.weights.end(), once.begin(), once.end());
  synapses.outputs *= copies;
  synapses.window.groups *= copies;
}

/// An axis from which each `stride`-th element is read; nothing if it is no single loop.
std::optional<Axis> takeEvery(Axis axis, int64_t stride, int64_t size) {
  joinAtoms(axis);
  if (axis.size() > 1)
    return std::nullopt;
  return axis.empty() ? Axis() : Axes::axis(size, axis.front().place * stride);
}

} // namespace

LogicalResult Converter::visit(ConvOp op) {
  FailureOr<Part> input = readMessages(op, op.getInput());
  FailureOr<Synapses> synapses = failed(input) ? FailureOr<Synapses>() : readSynapses(op, op.getWeight());
  if (failed(synapses))
    return failure();

  bool isFlat = op.getSpatialRank() == 1;
  ArrayRef<int64_t> in = shapeOf(op.getInput()), out = op.getType().getShape(), weight = shapeOf(op.getWeight());
  int64_t width = op.getFirstSpatialAxis() + (isFlat ? 0 : 1);
  ImageAxes image{op.getChannelAxis(), isFlat ? -1 : width - 1, width};
  chip::Window window;
  auto setAxis = [&](int64_t spatial, int64_t axis, int64_t &inSize, int64_t &outSize, int64_t &kernel, int64_t &stride,
                     int64_t &pad, int64_t &dilation) {
    inSize = in[axis];
    outSize = out[axis];
    kernel = weight[2 + spatial];
    stride = op.getStrides()[spatial];
    pad = op.getPadding()[2 * spatial];
    dilation = op.getDilation(spatial);
  };
  if (!isFlat)
    setAxis(0, image.height, window.inH, window.outH, window.kH, window.strideH, window.padH, window.dilH);
  setAxis(isFlat ? 0 : 1, image.width, window.inW, window.outW, window.kW, window.strideW, window.padW, window.dilW);
  window.groups = op.getGroups();

  Part part;
  part.source = input->source;
  part.axes = input->axes;
  Axes &axes = part.axes;
  Signal signal;
  signal.lastStep = get(op.getInput()).lastStep;

  // A window of one tap is a linear at each position, if none lies in the padding.
  bool isPoint = window.kH == 1 && window.kW == 1 && window.padH == 0 && window.padW == 0 && window.groups == 1 &&
                 (window.outH - 1) * window.strideH < window.inH && (window.outW - 1) * window.strideW < window.inW;
  std::optional<Axis> rows = isFlat ? Axis()
                                    : takeEvery(axes.list[std::max<int64_t>(image.height, 0)], window.strideH,
                                                window.outH),
                      columns = takeEvery(axes.list[image.width], window.strideW, window.outW);
  bool isStrided = window.strideH != 1 || window.strideW != 1 || window.inH != window.outH || window.inW != window.outW;
  if (isPoint && (!isStrided || (rows && columns))) {
    part.kind = PartKind::dense;
    appendDims(synapses->channels, axes.list[image.channel]);
    if (isStrided) {
      if (!isFlat)
        axes.list[image.height] = *rows;
      axes.list[image.width] = *columns;
    }
    axes.list[image.channel] = Axes::axis(synapses->outputs, 0, 1);
    part.range = boundSums(*synapses, input->range, false);
  } else {
    part.kind = PartKind::conv;
    synapses->window = window;
    synapses->offset = axes.place;
    if (!isFlat)
      appendDims(synapses->pixels, axes.list[image.height]);
    appendDims(synapses->pixels, axes.list[image.width]);
    // Other axes than time are images of their own: groups of channels.
    int64_t images = 1, outputs = synapses->outputs;
    SmallVector<Atom *> leading;
    for (auto [i, axis] : llvm::enumerate(axes.list))
      for (Atom &atom : axis)
        if (static_cast<int64_t>(i) != image.channel && static_cast<int64_t>(i) != image.height &&
            static_cast<int64_t>(i) != image.width && !atom.time)
          leading.push_back(&atom);
    for (Atom *atom : leading)
      synapses->channels.push_back({atom->size, atom->place});
    for (Atom *atom : llvm::reverse(leading)) {
      *atom = Atom{atom->size, 0, outputs * images, false};
      images *= atom->size;
    }
    appendDims(synapses->channels, axes.list[image.channel]);
    part.range = boundSums(*synapses, input->range, true);
    repeatForImages(*synapses, images);
    if (!isFlat)
      axes.list[image.height] = Axes::axis(window.outH, window.outW);
    axes.list[image.width] = Axes::axis(window.outW, 1);
    axes.list[image.channel] = Axes::axis(outputs, 0, 1);
    axes.place = 0;
  }
  part.synapses = std::make_shared<const Synapses>(std::move(*synapses));
  signal.parts.push_back(part);
  if (failed(addBias(op, op.getBias(), image.channel, part.axes, signal)))
    return failure();
  return define(op.getResult(), std::move(signal));
}
