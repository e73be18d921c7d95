// SPDX-License-Identifier: Apache-2.0
// Populations that send a sum on, where a view or a second reader needs messages.
#include "Converter.h"

#include <cmath>

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

Numbering Converter::chooseNumbering(const Signal &signal) const {
  // A convolution fixes the order of its pixels; a linear the channels; copies take any order.
  for (PartKind kind : {PartKind::conv, PartKind::dense, PartKind::copy})
    for (const Part &part : signal.parts)
      if (part.kind == kind)
        if (std::optional<Numbering> numbering = Numbering::of(part, builder.get()))
          return *numbering;
  const Axes &axes = signal.parts.front().axes;
  return Numbering::rowMajor(axes, axes.list.size() - 1);
}

FailureOr<SmallVector<int64_t>> Converter::sumConstants(const Signal &signal, const Numbering &numbering) const {
  SmallVector<int64_t> sums;
  for (const Part &part : signal.parts) {
    if (part.kind != PartKind::constant)
      continue;
    std::optional<SmallVector<int64_t>> rows = getRowOfChannel(part.axes, numbering);
    if (!rows)
      return failure();
    sums.resize(rows->size());
    for (auto [sum, row] : llvm::zip_equal(sums, *rows))
      sum += std::llround((*part.values)[row]);
  }
  return sums;
}

/// Expected messages per neuron and step of a sum: those of copies are taken as independent; a sum of weights is hardly
/// ever zero.
static double estimateRate(const Signal &signal, const NetworkBuilder &builder) {
  double silent = 1;
  for (const Part &part : signal.parts) {
    if (part.kind != PartKind::copy)
      return 1;
    double rate = builder.rateOf(part);
    if (rate < 0)
      return -1;
    int64_t count = 1;
    for (const chip::Dim &dim : part.sums)
      count *= dim.size;
    silent *= std::pow(1 - std::min(rate, 1.0), static_cast<double>(count));
  }
  return 1 - silent;
}

namespace {

/// All that the synapses of `part`, which reads some of it, compute: of a convolution its whole image, of a linear
/// what is read, without repetitions.
Part makeWhole(const Part &part) {
  Part whole = part;
  if (part.kind == PartKind::dense) {
    for (Axis &axis : whole.axes.list)
      llvm::erase_if(axis, [](const Atom &atom) { return !atom.time && !atom.moves(); });
    return whole;
  }
  const Synapses &synapses = *part.synapses;
  whole.axes = Axes();
  for (const Axis &axis : part.axes.list)
    for (const Atom &atom : axis)
      if (atom.time)
        whole.axes.list.push_back({atom});
  whole.axes.list.push_back(Axes::axis(synapses.window.outH * synapses.window.outW, 1));
  whole.axes.list.push_back(Axes::axis(synapses.outputs, 0, 1));
  return whole;
}

/// What `part` reads of the population that holds the whole.
Part readWhole(const Part &part, Part messages) {
  Axes whole = messages.axes;
  messages.axes = part.axes;
  if (part.kind == PartKind::dense) {
    messages.axes.place = messages.axes.row = 0;
    for (auto [axis, from] : llvm::zip_equal(messages.axes.list, whole.list)) {
      auto *next = from.begin();
      for (Atom &atom : axis)
        if (atom.time || atom.moves())
          atom = *next++;
    }
    return messages;
  }
  int64_t channels = part.synapses->outputs;
  auto move = [&](int64_t &place, int64_t &row) {
    place = place * channels + row;
    row = 0;
  };
  move(messages.axes.place, messages.axes.row);
  for (Axis &axis : messages.axes.list)
    for (Atom &atom : axis)
      move(atom.place, atom.row);
  return messages;
}

/// Whether a part reads every neuron of what its synapses compute, each once.
bool readsOnce(const Part &part, const chip::Network &network) {
  if (part.kind == PartKind::conv)
    return Numbering::of(part, network).has_value();
  return llvm::all_of(part.axes.atoms(), [](const Atom &atom) { return atom.moves(); });
}

} // namespace

FailureOr<Part> Converter::relay(Operation *op, const Signal &signal, const Twine &name, bool overTime) {
  return relayInto(op, signal, chooseNumbering(signal), name, overTime);
}

FailureOr<Part> Converter::relayInto(Operation *op, const Signal &signal, Numbering numbering, const Twine &name,
                                     bool overTime) {
  if (failed(checkConstants(op, signal.parts)))
    return failure();
  FailureOr<SmallVector<int64_t>> constants = sumConstants(signal, numbering);
  if (failed(constants))
    return refuse(op) << "adds constants that differ between neurons of one channel, and a chip holds one for each "
                         "channel; add numbers of one axis only",
           failure();
  Interval range = signal.range();
  double rate = overTime ? 1 : estimateRate(signal, builder);
  if (overTime && !constants->empty()) {
    FailureOr<Part> sum = relayInto(op, signal, numbering, name + "_biased", false);
    return failed(sum) ? sum : relayInto(op, Signal(*sum), numbering, name, true);
  }
  FailureOr<int32_t> population;
  bool spikes = range.isSpike() && constants->empty() && !overTime &&
                llvm::all_of(signal.parts, [](const Part &part) { return part.kind == PartKind::copy; });
  if (overTime) {
    population = addProgramPopulation(op, makeIntegrate(), name, numbering, range.times(timeSteps), rate);
    numbering.axes.list.front().clear();
  } else if (spikes) {
    population = addGate(op, Gate::any, name, numbering, range, rate);
  } else {
    population = addProgramPopulation(op, makeRelay(!constants->empty()), name, numbering, range, rate);
  }
  if (failed(population))
    return failure();
  if (!constants->empty())
    builder.get().populations[*population].params = {std::vector<int32_t>(constants->begin(), constants->end())};
  if (failed(feed(op, signal, numbering, *population, 0, spikes ? kAnyWeight : 1)))
    return failure();
  return builder.read(*population, numbering);
}

FailureOr<Part> Converter::relayAlone(Operation *op, const Part &part, const Twine &name) {
  if (part.kind != PartKind::copy && !readsOnce(part, builder.get())) {
    FailureOr<Part> messages = relayAlone(op, makeWhole(part), name);
    return failed(messages) ? messages : FailureOr<Part>(readWhole(part, *messages));
  }
  std::optional<Numbering> own;
  if (part.kind != PartKind::copy)
    own = Numbering::of(part, builder.get());
  Numbering numbering = own ? *own : Numbering::rowMajor(part.axes, part.axes.list.size() - 1);
  double rate = estimateRate(Signal(part), builder);
  bool spikes = part.kind == PartKind::copy && part.range.isSpike();
  FailureOr<int32_t> population = spikes
                                      ? addGate(op, Gate::any, name, numbering, part.range, rate)
                                      : addProgramPopulation(op, makeRelay(false), name, numbering, part.range, rate);
  if (failed(population))
    return failure();
  if (!builder.connect(part, numbering, *population, 0, spikes ? kAnyWeight : 1))
    return refuse(op) << "counts messages " << part.gain << " times, and no stored weight counts as much", failure();
  return builder.read(*population, numbering);
}

LogicalResult Converter::feed(Operation *op, const Signal &signal, const Numbering &numbering, int32_t population,
                              int32_t port, int64_t weight) {
  for (const Part &part : signal.parts) {
    if (part.kind == PartKind::constant || builder.connect(part, numbering, population, port, weight))
      continue;
    // No encoding does this at once: first in the part's own order, then in that of the tensor.
    Part sent = part;
    bool connected = false;
    for (int attempt = 0; attempt < 2 && !connected; ++attempt) {
      FailureOr<Part> next = relayAlone(op, sent, layerOf(op) + "_view");
      if (failed(next))
        return failure();
      sent = *next;
      connected = builder.connect(sent, numbering, population, port, weight);
    }
    if (!connected)
      return refuse(op) << "reads a tensor in an order that no synapses can follow";
  }
  return success();
}
