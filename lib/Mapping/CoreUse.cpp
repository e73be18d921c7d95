// SPDX-License-Identifier: Apache-2.0
// Lists of synapses, axons and neurons of a core, counted as docs/loihi.md says.
#include "spike/Mapping/CoreUse.h"

#include <algorithm>
#include <set>

using namespace spike::chip;

Use &Use::operator+=(const Use &other) {
  neurons += other.neurons, neuronBytes += other.neuronBytes, synapseBytes += other.synapseBytes;
  inputAxons += other.inputAxons, inputAxonBytes += other.inputAxonBytes, outputAxons += other.outputAxons;
  return *this;
}

Use &Use::operator-=(const Use &other) {
  neurons -= other.neurons, neuronBytes -= other.neuronBytes, synapseBytes -= other.synapseBytes;
  inputAxons -= other.inputAxons, inputAxonBytes -= other.inputAxonBytes, outputAxons -= other.outputAxons;
  return *this;
}

bool Use::operator==(const Use &other) const {
  return neurons == other.neurons && neuronBytes == other.neuronBytes && synapseBytes == other.synapseBytes &&
         inputAxons == other.inputAxons && inputAxonBytes == other.inputAxonBytes && outputAxons == other.outputAxons;
}

namespace {

std::vector<Excess> listResources(const Use &use, const Limits &limits) {
  return {{"neurons", "neuronsPerCore", use.neurons, limits.neuronsPerCore},
          {"bytes of synapses", "synapseBytesPerCore", use.synapseBytes, limits.synapseBytesPerCore},
          {"bytes of synapses, axons and neurons", "memoryBytesPerCore", use.memoryBytes(), limits.memoryBytesPerCore},
          {"input axons", "inputAxonsPerCore", use.inputAxons, limits.inputAxonsPerCore},
          {"output axons", "outputAxonsPerCore", use.outputAxons, limits.outputAxonsPerCore}};
}

/// Maximal runs of channels of the boxes.
NeuronSet getChannels(const std::vector<Slice> &boxes) {
  NeuronSet channels;
  for (const Slice &box : boxes)
    channels.add(box.c0, box.c1);
  channels.finish();
  return channels;
}

NeuronSet getPositions(const std::vector<Slice> &boxes) {
  NeuronSet positions;
  for (const Slice &box : boxes)
    positions.add(box.p0, box.p1);
  positions.finish();
  return positions;
}

NeuronSet intersect(const NeuronSet &set, const std::vector<Slice> &boxes, int64_t channels) {
  NeuronSet common;
  for (const Slice &box : boxes)
    for (const NeuronSet::Interval &part : set.intervals()) {
      int64_t begin = std::max(part.begin, box.p0 * channels), end = std::min(part.end, box.p1 * channels);
      if (box.c1 - box.c0 == channels) {
        common.add(begin, end);
        continue;
      }
      for (int64_t position = begin / channels; position * channels < end; ++position)
        common.add(std::max(begin, position * channels + box.c0), std::min(end, position * channels + box.c1));
    }
  common.finish();
  return common;
}

int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

} // namespace

std::optional<Excess> spike::chip::findExcess(const Use &use, const Limits &limits) {
  for (const Excess &resource : listResources(use, limits))
    if (resource.limit > 0 && resource.used > resource.limit)
      return resource;
  return std::nullopt;
}

double spike::chip::getFill(const Use &use, const Limits &limits) {
  double fill = 0;
  for (const Excess &resource : listResources(use, limits))
    if (resource.limit > 0)
      fill = std::max(fill, double(resource.used) / resource.limit);
  return fill;
}

int64_t UseModel::getListBits(const Projection &projection, int64_t targets) const {
  if (targets == 0)
    return 0;
  bool consecutive = projection.encoding == Encoding::dense ||
                     (projection.encoding == Encoding::conv && projection.window.groups == 1);
  int64_t bits = limits.synapseHeaderBits * divideUp(targets, 64) +
                 targets * (projection.weightBits + (consecutive ? 0 : limits.synapseIndexBits));
  return divideUp(bits, limits.synapseWordBits) * limits.synapseWordBits;
}

int64_t UseModel::getSynapseBits(int32_t index, const std::vector<Slice> &boxes, const Reach &reach) const {
  const Geometry &geometry = connections.getGeometry(index);
  const Projection &projection = geometry.getProjection();
  NeuronSet channels = getChannels(boxes);
  int64_t bits = 0;
  switch (projection.encoding) {
  case Encoding::dense:
    for (const NeuronSet::Interval &run : channels.intervals())
      bits += geometry.getViewChannels() * getListBits(projection, run.end - run.begin);
    return bits;
  case Encoding::conv: {
    const Window &window = projection.window;
    int64_t width = geometry.getTarget().channels() / window.groups,
            inputs = geometry.getViewChannels() / window.groups;
    for (const NeuronSet::Interval &run : channels.intervals())
      for (int64_t c = run.begin, end; c < run.end; c = end) {
        end = std::min(run.end, (c / width + 1) * width);
        bits += inputs * getListBits(projection, window.kH * window.kW * (end - c));
      }
    return bits;
  }
  case Encoding::sparse: {
    NeuronSet positions = getPositions(boxes);
    for (size_t i = 0, end; i < projection.entries.size(); i = end) { // entries are sorted by their source
      int64_t targets = 0;
      for (end = i; end < projection.entries.size() && projection.entries[end].source == projection.entries[i].source;
           ++end)
        targets += positions.contains(projection.entries[end].target);
      bits += getListBits(projection, targets);
    }
    return bits;
  }
  case Encoding::strided:
    // Positions share the list of a channel, so it is as long as the longest that one of them needs.
    for (int64_t targets : reach.longest)
      bits += getListBits(projection, targets);
    return bits;
  }
  return bits;
}

Use UseModel::ofNeurons(int32_t index, int64_t count) const {
  const Network &network = connections.getNetwork();
  const Population &population = network.populations[index];
  int64_t words = 0;
  if (population.kind == NeuronKind::lif)
    words = 2 + 1;
  else if (population.kind == NeuronKind::program)
    words = network.programs[population.program].states + network.programs[population.program].ports;
  Use use;
  use.neurons = count;
  use.neuronBytes = count * words * limits.stateWordBytes;
  return use;
}

Use UseModel::ofBoxes(const std::vector<Slice> &boxes, std::vector<Reach> *reaches) const {
  if (boxes.empty())
    return {};
  int32_t population = boxes.front().population;
  int64_t neurons = 0;
  for (const Slice &box : boxes)
    neurons += box.size();
  Use use = ofNeurons(population, neurons);
  int64_t bits = 0;
  for (int32_t projection : connections.into(population)) {
    Reach reach = connections.getReach(projection, boxes);
    int64_t channels = connections.getGeometry(projection).getSource().channels();
    use.inputAxons += reach.sources.countBlocks(channels, int64_t(1) << limits.atomBits);
    bits += getSynapseBits(projection, boxes, reach);
    if (reaches)
      reaches->push_back(std::move(reach));
  }
  use.synapseBytes = divideUp(bits, 8);
  use.inputAxonBytes = use.inputAxons * limits.axonBytes;
  return use;
}

std::map<int32_t, std::vector<Slice>> spike::chip::groupByPopulation(const std::vector<Slice> &slices) {
  std::map<int32_t, std::vector<Slice>> groups;
  for (const Slice &slice : slices)
    groups[slice.population].push_back(slice);
  return groups;
}

Use UseModel::ofCore(const std::vector<Slice> &slices) const {
  Use use;
  for (const auto &[population, boxes] : groupByPopulation(slices))
    use += ofBoxes(boxes);
  return use;
}

std::vector<int64_t> spike::chip::countOutputAxons(const Connections &connections, const std::vector<Core> &cores,
                                                   const Limits &limits) {
  const Network &network = connections.getNetwork();
  // By population: the cores that hold some of it, and what they hold.
  std::vector<std::map<int32_t, std::vector<Slice>>> holders(network.populations.size());
  for (size_t core = 0; core < cores.size(); ++core)
    for (const Slice &slice : cores[core].slices)
      holders[slice.population][core].push_back(slice);

  std::vector<int64_t> axons(cores.size());
  for (const Core &core : cores) {
    std::set<int32_t> populations;
    for (const Slice &slice : core.slices)
      for (int32_t projection : connections.into(slice.population))
        populations.insert(network.projections[projection].source);
    for (int32_t population : populations) {
      if (holders[population].empty())
        continue;
      int64_t channels = network.populations[population].channels();
      NeuronSet sources = connections.sourcesOf(population, core.slices);
      for (const auto &[from, boxes] : holders[population])
        axons[from] += intersect(sources, boxes, channels).countBlocks(channels, int64_t(1) << limits.atomBits);
    }
  }
  return axons;
}
