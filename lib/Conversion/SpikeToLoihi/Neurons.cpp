// SPDX-License-Identifier: Apache-2.0
// Fixed-point neurons: the chip's own LIF, or a neuron program.
#include "Converter.h"
#include "Weights.h"
#include "spike/Support/Weights.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

namespace {

/// The largest magnitude of u for currents in `range`, without wrapping.
double boundCurrent(const FixedNeuron &neuron, Interval range, int64_t steps) {
  double most = std::ldexp(static_cast<double>(std::max(-range.low, range.high)), neuron.align), bound = 0;
  double kept = 1.0 - (neuron.du + 1) / 4096.0;
  for (int64_t step = 0; step < steps && bound < 0x1p40; ++step)
    bound = bound * kept + most;
  return bound;
}

/// A parameter of a neuron op: an operand along `axis`, else a number.
Part makeParameter(NeuronOp op, const Axes &like, ArrayRef<float> values) {
  Part part = makeConstant(values);
  part.axes = like.still();
  if (values.size() > 1)
    part.axes.list[*op.getAxis()] = Axes::axis(values.size(), 0, 1);
  return part;
}

bool isUniform(ArrayRef<int64_t> values) { return llvm::all_equal(values); }

} // namespace

FailureOr<Part> Converter::readParameter(NeuronOp op, StringRef name, int64_t value, const Axes &like) {
  Value operand = op.getParam(name);
  if (!operand)
    return makeParameter(op, like, {static_cast<float>(value)});
  std::optional<Weights> values = Weights::get(operand);
  if (!values)
    return refuse(op) << "has a " << name << " that is no constant, or whose resource is missing", failure();
  if (failed(checkIntegers(op, name, values->values())))
    return failure();
  return makeParameter(op, like, values->values());
}

LogicalResult Converter::visit(NeuronOp op) {
  auto model = dyn_cast<FixedLIFAttr>(op.getModel());
  if (!model)
    return refuse(op) << "has the model '" << cast<Attribute>(op.getModel()).getAbstractAttribute().getName()
                      << "', which no chip neuron computes; run spike-quantize first";
  if (op.getSingleStep() || op.getTrace() || !op.getInit().empty() || !op.getFinalState().empty())
    return refuse(op) << "takes or returns its state, which stays on the chip; remove its init, trace and final states";

  FixedNeuron neuron;
  neuron.du = model.getDu();
  neuron.dv = model.getDv();
  neuron.align = model.getAlign();
  neuron.levels = model.getLevels();
  neuron.fireAtThreshold = model.getFire() == FireRule::ge;
  neuron.reset = model.getReset() == ResetKind::hard   ? Reset::hard
                 : model.getReset() == ResetKind::soft ? Reset::soft
                                                       : Reset::none;

  Signal signal = get(op.getInput());
  const Axes axes = signal.parts.front().axes;
  if (!axes.isTimeFirst() || !axes.hasTime())
    return refuse(op) << "reads a current without a leading time axis, or after a sum over time";
  // Without a memory of currents, a constant current is a bias.
  bool forgets = neuron.du == 4095;
  bool biased = llvm::any_of(signal.parts, [](const Part &part) { return part.kind == PartKind::constant; });
  if (biased && !forgets) {
    FailureOr<Part> sum = relay(op, signal, layerOf(op) + "_in");
    if (failed(sum))
      return failure();
    signal = Signal(*sum);
  }
  FailureOr<Part> threshold = readParameter(op, "threshold", model.getThreshold(), axes);
  FailureOr<Part> bias = readParameter(op, "bias", model.getBias(), axes);
  if (failed(threshold) || failed(bias))
    return failure();

  // A chip holds one threshold and one bias for each channel, so the channels must be those of the parameters.
  Numbering numbering = chooseNumbering(signal);
  FailureOr<SmallVector<int64_t>> thresholds, biases, constants;
  auto readAll = [&] {
    thresholds = sumConstants(Signal(*threshold), numbering);
    biases = sumConstants(Signal(*bias), numbering);
    constants = sumConstants(signal, numbering);
    return succeeded(thresholds) && succeeded(biases) && succeeded(constants);
  };
  if (!readAll()) {
    numbering = Numbering::rowMajor(axes, op.getAxis().value_or(axes.list.size() - 1));
    if (!readAll()) {
      // Constants along another axis are added before.
      FailureOr<Part> sum = relay(op, signal, layerOf(op) + "_in");
      if (failed(sum))
        return failure();
      signal = Signal(*sum);
      constants = SmallVector<int64_t>();
    }
  }
  for (auto [channel, constant] : llvm::enumerate(*constants))
    (*biases)[channel] += constant * (int64_t(1) << neuron.align);

  FailureOr<int32_t> population = addNeurons(op, neuron, numbering, *thresholds, *biases, signal.range());
  if (failed(population) || failed(feed(op, signal, numbering, *population)))
    return failure();
  return define(op.getOutput(), Signal(builder.read(*population, numbering)));
}

FailureOr<int32_t> Converter::addNeurons(NeuronOp op, const FixedNeuron &neuron, const Numbering &numbering,
                                         ArrayRef<int64_t> thresholds, ArrayRef<int64_t> biases, Interval currents) {
  const chip::Limits &limits = builder.getLimits();
  int64_t most = 0;
  for (int64_t bias : biases)
    most = std::max(most, std::abs(bias));
  double current = boundCurrent(neuron, currents, timeSteps);
  // Where conventions or programs would wrap, the meaning of a neuron would change.
  double bound = limits.conventions.wrapInput ? 0x1p21 : 0x1p23;
  bool mustFit = !neuron.isChipNeuron() || limits.conventions.wrapInput || limits.conventions.lavaCurrentWrap ||
                 limits.conventions.wrapBiasedCurrent;
  if (mustFit && current + most >= bound)
    return refuse(op) << "has currents and biases up to " << current + most << ", which wrap at " << bound
                      << " on target '" << limits.name << "'; quantise with fewer bits",
           failure();
  if (!limits.perChannelParams && !(isUniform(thresholds) && isUniform(biases)))
    return refuse(op) << "has thresholds or biases that differ between channels, but target '" << limits.name
                      << "' has one for all neurons of a layer; quantise layer by layer",
           failure();
  for (int64_t threshold : thresholds)
    if (threshold < 0 || threshold >= int64_t(1) << limits.thresholdBits)
      return refuse(op) << "has a threshold of " << threshold << ", but target '" << limits.name << "' holds 0 to "
                        << (int64_t(1) << limits.thresholdBits) - 1 << "; quantise with fewer bits",
             failure();
  FailureOr<int32_t> population;
  Interval spikes{0, neuron.levels};
  if (failed(checkRange(op, spikes)))
    return failure();
  auto rate = op->getAttrOfType<FloatAttr>("spike.rate");
  double expected = rate ? rate.getValueAsDouble() : -1;
  if (neuron.isChipNeuron()) {
    population = builder.addPopulation(layerOf(op), numbering, spikes, expected);
    if (failed(setChipNeuron(op, builder.get().populations[*population].lif, neuron, thresholds, biases)))
      return failure();
  } else {
    population = addProgramPopulation(op, makeNeuron(neuron), layerOf(op), numbering, spikes, expected);
    if (failed(population))
      return failure();
    std::vector<int32_t> aligned;
    for (int64_t threshold : thresholds)
      aligned.push_back(static_cast<int32_t>(threshold << neuron.align));
    std::vector<int32_t> values(biases.begin(), biases.end());
    auto shorten = [](std::vector<int32_t> &list) {
      if (llvm::all_equal(list))
        list.resize(1);
    };
    shorten(aligned);
    shorten(values);
    builder.get().populations[*population].params = {aligned, values};
  }
  chip::Population &added = builder.get().populations[*population];
  added.path = op.getPath().value_or("").str();
  added.tensor = numbering.tensor();
  return failed(checkSize(op, numbering)) ? FailureOr<int32_t>(failure()) : population;
}

LogicalResult Converter::setChipNeuron(NeuronOp op, chip::Lif &lif, const FixedNeuron &neuron,
                                       ArrayRef<int64_t> thresholds, ArrayRef<int64_t> biases) {
  const chip::Limits &limits = builder.getLimits();
  lif.du = neuron.du;
  // Nothing is kept of a membrane: the register holds 4095 at most, its offset is the rest.
  lif.dv = std::min(neuron.dv, 4095);
  lif.dvOffset = neuron.dv - lif.dv;
  lif.align = neuron.align;
  lif.threshold.assign(thresholds.begin(), isUniform(thresholds) ? thresholds.begin() + 1 : thresholds.end());
  if (llvm::all_of(biases, [](int64_t bias) { return bias == 0; }))
    return success();
  for (int64_t bias : isUniform(biases) ? biases.take_front() : biases) {
    std::optional<StoredBias> stored = storeBias(bias, limits);
    if (!stored)
      return refuse(op) << "has a bias of " << bias << ", but target '" << limits.name << "' holds "
                        << limits.biasMantissaBits << " bits shifted left by at most "
                        << (int64_t(1) << limits.biasExponentBits) - 1 << "; quantise with coarser biases";
    lif.biasMantissa.push_back(stored->mantissa);
    lif.biasExponent.push_back(stored->exponent);
  }
  return success();
}
