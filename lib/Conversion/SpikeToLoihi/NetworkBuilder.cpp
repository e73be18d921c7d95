// SPDX-License-Identifier: Apache-2.0
// Populations, projections, and the encodings that parts of a sum have.
#include "NetworkBuilder.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir::spike;
using namespace mlir::spike::onchip;
using llvm::SmallVector;
using llvm::StringRef;

void mlir::spike::onchip::joinDims(std::vector<chip::Dim> &dims) {
  std::vector<chip::Dim> joined;
  for (const chip::Dim &dim : dims) {
    if (dim.size == 1)
      continue;
    if (!joined.empty() && joined.back().stride == dim.size * dim.stride)
      joined.back() = {joined.back().size * dim.size, dim.stride};
    else
      joined.push_back(dim);
  }
  if (joined.empty())
    joined.push_back({1, 0});
  dims = std::move(joined);
}

/// Joins neighbouring loops over pairs that are one.
static void joinLoops(std::vector<chip::PairDim> &loops) {
  std::vector<chip::PairDim> joined;
  for (const chip::PairDim &loop : loops) {
    if (loop.size == 1)
      continue;
    if (!joined.empty() && joined.back().source == loop.size * loop.source &&
        joined.back().target == loop.size * loop.target)
      joined.back() = {joined.back().size * loop.size, loop.source, loop.target};
    else
      joined.push_back(loop);
  }
  if (joined.empty())
    joined.push_back({1, 0, 0});
  loops = std::move(joined);
}

std::string NetworkBuilder::makeUnique(StringRef name) {
  std::string stem;
  for (char c : name)
    stem += llvm::isAlnum(c) ? c : '_';
  if (stem.empty() || llvm::isDigit(stem.front()))
    stem.insert(0, "_");
  std::string unique = stem;
  for (int count = 1; !names.insert(unique).second; ++count)
    unique = stem + "_" + std::to_string(count);
  return unique;
}

int32_t NetworkBuilder::addPopulation(StringRef name, const Numbering &numbering, Interval range, double rate) {
  chip::Population &population = network.populations.emplace_back();
  population.name = makeUnique(name);
  population.shape.assign(numbering.shape.begin(), numbering.shape.end());
  population.payloadBits = range.payloadBits();
  population.rate = rate;
  ranges.push_back(range);
  return network.populations.size() - 1;
}

int32_t NetworkBuilder::addProgram(chip::Program program) {
  auto *known = llvm::find_if(network.programs, [&](const chip::Program &p) { return p.name == program.name; }).base();
  if (known != network.programs.data() + network.programs.size())
    return known - network.programs.data();
  network.programs.push_back(std::move(program));
  return network.programs.size() - 1;
}

Part NetworkBuilder::read(int32_t population, const Numbering &numbering) const {
  Part part;
  part.source = population;
  part.axes = numbering.axes;
  part.range = ranges[population];
  return part;
}

chip::Projection &NetworkBuilder::addProjection(int32_t source, int32_t target, int32_t port, chip::Encoding encoding) {
  chip::Projection &projection = network.projections.emplace_back();
  projection.source = source;
  projection.target = target;
  projection.port = port;
  projection.encoding = encoding;
  projection.graded = network.populations[source].payloadBits > 1;
  projection.name = makeUnique(network.populations[source].name + "_to_" + network.populations[target].name);
  return projection;
}

bool NetworkBuilder::setWeight(chip::Projection &projection, int64_t value, int16_t &stored) const {
  int32_t bits = *llvm::max_element(limits.weightBits);
  int32_t exponent = 0;
  int64_t size = value < 0 ? -value : value;
  if (size == 0)
    return false;
  while (size % 2 == 0 && size >= int64_t(1) << bits) {
    size /= 2;
    ++exponent;
  }
  projection.weightBits = bits;
  projection.sign = value < 0 ? chip::SignMode::inhibitory : chip::SignMode::excitatory;
  projection.exponent = exponent - (8 - bits);
  stored = static_cast<int16_t>(value < 0 ? -size : size);
  return size < int64_t(1) << bits && projection.exponent <= limits.weightExponentHigh &&
         projection.exponent >= limits.weightExponentLow;
}

bool NetworkBuilder::connect(const Part &part, const Numbering &numbering, int32_t target, int32_t port,
                             int64_t weight) {
  switch (part.kind) {
  case PartKind::copy:
    return connectCopy(part, numbering, target, port, weight);
  case PartKind::dense:
    return weight == 1 && connectDense(part, numbering, target, port);
  case PartKind::conv:
    return weight == 1 && connectConv(part, numbering, target, port);
  case PartKind::constant:
    return false;
  }
  return false;
}

bool NetworkBuilder::connectCopy(const Part &part, const Numbering &numbering, int32_t target, int32_t port,
                                 int64_t weight) {
  std::optional<SmallVector<AtomPair>> pairs = alignAxes(part.axes, numbering.axes);
  int16_t stored = 0;
  chip::Projection probe;
  if (!pairs || !setWeight(probe, part.gain * weight, stored))
    return false;
  chip::Projection &projection = addProjection(part.source, target, port, chip::Encoding::strided);
  setWeight(projection, part.gain * weight, stored);
  projection.weights = {stored};
  projection.sourceOffset = part.axes.place;
  projection.targetOffset = numbering.axes.place;
  for (const AtomPair &pair : *pairs)
    projection.loops.push_back({pair.first.size, pair.first.place, pair.second.place});
  for (const chip::Dim &sum : part.sums)
    projection.loops.push_back({sum.size, sum.stride, 0});
  joinLoops(projection.loops);
  return true;
}

/// The loops over positions of a population, outermost first, each with what the part makes of it; nothing if they do
/// not visit every position once, in order.
static std::optional<SmallVector<AtomPair>> getPositions(const Part &part, const Numbering &numbering) {
  std::optional<SmallVector<AtomPair>> pairs = alignAxes(part.axes, numbering.axes);
  if (!pairs || numbering.axes.place != 0)
    return std::nullopt;
  SmallVector<AtomPair> positions;
  for (const AtomPair &pair : *pairs) {
    if (pair.second.place >= numbering.channels())
      positions.push_back(pair);
    else if (pair.first.place != 0)
      return std::nullopt;
  }
  llvm::sort(positions, [](const AtomPair &a, const AtomPair &b) { return a.second.place > b.second.place; });
  int64_t covered = numbering.channels();
  for (const AtomPair &pair : llvm::reverse(positions)) {
    if (pair.second.place != covered)
      return std::nullopt;
    covered *= pair.second.size;
  }
  return covered == numbering.size() ? std::optional(positions) : std::nullopt;
}

void NetworkBuilder::setSynapses(chip::Projection &projection, const Synapses &synapses, llvm::ArrayRef<int64_t> rows) {
  projection.weightBits = synapses.bits;
  projection.sign = chip::SignMode::mixed;
  projection.exponent = synapses.exponent;
  projection.viewChannels.assign(synapses.channels.begin(), synapses.channels.end());
  joinDims(projection.viewChannels);
  projection.weights.reserve(rows.size() * synapses.depth);
  for (int64_t row : rows) {
    auto first = synapses.weights.begin() + row * synapses.depth;
    projection.weights.insert(projection.weights.end(), first, first + synapses.depth);
  }
}

bool NetworkBuilder::connectDense(const Part &part, const Numbering &numbering, int32_t target, int32_t port) {
  std::optional<SmallVector<int64_t>> rows = getRowOfChannel(part.axes, numbering);
  std::optional<SmallVector<AtomPair>> positions = getPositions(part, numbering);
  // A view meets each neuron once.
  if (!rows || !positions || llvm::any_of(*positions, [](const AtomPair &pair) { return pair.first.place == 0; }))
    return false;
  chip::Projection &projection = addProjection(part.source, target, port, chip::Encoding::dense);
  setSynapses(projection, *part.synapses, *rows);
  projection.viewOffset = part.axes.place;
  for (const AtomPair &pair : *positions)
    projection.viewPositions.push_back({pair.first.size, pair.first.place});
  joinDims(projection.viewPositions);
  return true;
}

bool NetworkBuilder::connectConv(const Part &part, const Numbering &numbering, int32_t target, int32_t port) {
  const Synapses &synapses = *part.synapses;
  std::optional<SmallVector<int64_t>> rows = getRowOfChannel(part.axes, numbering);
  std::optional<SmallVector<AtomPair>> positions = getPositions(part, numbering);
  if (!rows || !positions || part.axes.place != 0 ||
      numbering.size() != numbering.channels() * synapses.window.outH * synapses.window.outW)
    return false;
  for (const AtomPair &pair : *positions)
    if (pair.first.place * numbering.channels() != pair.second.place)
      return false;
  // Rows of different groups read different channels, so their order must stay.
  bool inOrder = static_cast<int64_t>(rows->size()) == synapses.outputs;
  for (auto [channel, row] : llvm::enumerate(*rows))
    inOrder &= static_cast<int64_t>(channel) == row;
  if (synapses.window.groups != 1 && !inOrder)
    return false;
  chip::Projection &projection = addProjection(part.source, target, port, chip::Encoding::conv);
  setSynapses(projection, synapses, *rows);
  projection.window = synapses.window;
  projection.viewOffset = synapses.offset;
  projection.viewPositions.assign(synapses.pixels.begin(), synapses.pixels.end());
  joinDims(projection.viewPositions);
  return true;
}
