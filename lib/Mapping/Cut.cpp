// SPDX-License-Identifier: Apache-2.0
// Cutting positions repeats weights, cutting channels repeats messages: for each number of pieces of channels, the
// largest runs of positions that fit are looked for, both of any length and of whole rows, planes and so on.
#include "Cut.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace spike::chip;

static int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

const BoxCost &Cutter::getCost(const Slice &box) {
  auto [entry, isNew] = costs.try_emplace({box.population, box.p0, box.p1, box.c0, box.c1});
  BoxCost &cost = entry->second;
  if (!isNew)
    return cost;
  const Network &network = connections.getNetwork();
  const Population &population = network.populations[box.population];
  std::vector<Reach> reaches;
  cost.use = model.ofBoxes({box}, &reaches);
  Load load;
  for (size_t i = 0; i < reaches.size(); ++i) {
    double rate = loadModel.getRate(connections.getGeometry(connections.into(box.population)[i]).getSource());
    load.synops += rate * reaches[i].synapses;
    load.messagesIn += rate * reaches[i].sources.size();
  }
  load.updates = double(box.size()) * population.substeps;
  load.messagesOut = loadModel.getRate(population) * box.size() * connections.outOf(box.population).size();
  cost.load = network.timeSteps * load.weigh(loadModel);
  cost.messagesIn = network.timeSteps * load.messagesIn;
  return cost;
}

/// Output axons to one core that needs all of the box.
int64_t Cutter::countAxons(const Slice &box) const {
  int64_t block = int64_t(1) << model.getLimits().atomBits;
  return (box.p1 - box.p0) * ((box.c1 - 1) / block - box.c0 / block + 1);
}

bool Cutter::capAxons(const Slice &slice, double share) {
  int64_t axons = countAxons(slice);
  int64_t &cap = axonCaps[slice.population];
  int64_t wanted = std::max<int64_t>(1, std::min(axons - 1, static_cast<int64_t>(0.95 * share * axons)));
  cap = cap > 0 ? std::min(cap, wanted) : wanted;
  return axons > 1;
}

bool Cutter::fits(const Slice &box, double maxLoad) {
  const Limits &limits = model.getLimits();
  // The cheap questions first.
  if (findExcess(model.ofNeurons(box.population, box.size()), limits))
    return false;
  if (int64_t cap = axonCaps[box.population]; cap > 0 && countAxons(box) > cap)
    return false;
  const BoxCost &cost = getCost(box);
  return !findExcess(cost.use, limits) && cost.load <= maxLoad;
}

std::vector<Slice> Cutter::getBoxes(int32_t index, const Cut &cut) const {
  const Population &population = connections.getPopulation(index);
  std::vector<Slice> boxes;
  for (int64_t p = 0; p < population.positions(); p += cut.positions)
    for (int64_t c = 0; c < population.channels(); c += cut.channels)
      boxes.push_back({index, p, std::min(p + cut.positions, population.positions()), c,
                       std::min(c + cut.channels, population.channels())});
  return boxes;
}

/// The first, the middle and the last piece of positions, of the first channels.
std::vector<Slice> Cutter::sample(int32_t index, int64_t positions, int64_t channels) const {
  const Population &population = connections.getPopulation(index);
  int64_t last = (population.positions() - 1) / positions;
  std::vector<int64_t> pieces = {0, last / 2, last};
  pieces.erase(std::unique(pieces.begin(), pieces.end()), pieces.end());
  std::vector<Slice> boxes;
  for (int64_t piece : pieces)
    boxes.push_back({index, piece * positions, std::min((piece + 1) * positions, population.positions()), 0,
                     std::min(channels, population.channels())});
  return boxes;
}

std::optional<Slice> Cutter::findSampleMisfit(int32_t population, int64_t positions, int64_t channels, double maxLoad) {
  for (const Slice &box : sample(population, positions, channels))
    if (!fits(box, maxLoad))
      return box;
  return std::nullopt;
}

std::optional<Slice> Cutter::findMisfit(int32_t population, const Cut &cut, double maxLoad) {
  for (const Slice &box : getBoxes(population, cut))
    if (!fits(box, maxLoad))
      return box;
  return std::nullopt;
}

void Cutter::measure(int32_t index, double maxLoad, Cut &cut) {
  const Population &population = connections.getPopulation(index);
  cut.pieces = divideUp(population.positions(), cut.positions) * divideUp(population.channels(), cut.channels);
  std::vector<Slice> boxes = sample(index, cut.positions, cut.channels);
  double neurons = 0;
  for (const Slice &box : boxes) {
    const BoxCost &cost = getCost(box);
    double fill = getFill(cost.use, model.getLimits());
    if (std::isfinite(maxLoad) && maxLoad > 0)
      fill = std::max(fill, cost.load / maxLoad);
    neurons += box.size();
    cut.cores += fill > 0.5 ? 1 : fill;
    cut.messages += cost.messagesIn;
    cut.maxLoad = std::max(cut.maxLoad, cost.load);
  }
  cut.cores *= population.size() / neurons;
  cut.messages *= population.size() / neurons;
}

/// The fewest pieces of whole units of positions that fit, all about as long; zero if not even a unit does.
int64_t Cutter::findLength(int32_t index, int64_t unit, int64_t width, double maxLoad) {
  int64_t positions = connections.getPopulation(index).positions(), units = divideUp(positions, unit);
  auto getLength = [&](int64_t pieces) { return std::min(positions, divideUp(units, pieces) * unit); };
  auto isMisfit = [&](int64_t pieces) {
    return findSampleMisfit(index, getLength(pieces), width, maxLoad).has_value();
  };
  // Most often neurons are what is short.
  int64_t low = 0, high = 1;
  if (int64_t neurons = model.getLimits().neuronsPerCore) {
    if (neurons < unit * width)
      return 0;
    high = divideUp(units, neurons / (unit * width));
    low = high - 1;
  }
  while (isMisfit(high)) {
    if (high >= units)
      return 0;
    low = high;
    high = std::min(units, std::max(high + 1, high * 3 / 2));
  }
  while (high - low > 1 + low / 32) {
    int64_t tried = low + (high - low) / 2;
    (isMisfit(tried) ? low : high) = tried;
  }
  return getLength(high);
}

/// The fewest pieces of channels such that a position of each fits; zero if no neuron does.
int64_t Cutter::findFewestPieces(int32_t index, double maxLoad) {
  int64_t channels = connections.getPopulation(index).channels(), low = 0, high = 1;
  auto isMisfit = [&](int64_t pieces) {
    return findSampleMisfit(index, 1, divideUp(channels, pieces), maxLoad).has_value();
  };
  while (isMisfit(high)) {
    if (high == channels)
      return 0;
    low = high;
    high = std::min(channels, 2 * high);
  }
  while (high - low > 1) {
    int64_t tried = low + (high - low) / 2;
    (isMisfit(tried) ? low : high) = tried;
  }
  return high;
}

std::vector<Cut> Cutter::listCuts(int32_t index, double maxLoad) {
  const Population &population = connections.getPopulation(index);
  int64_t channels = population.channels();
  std::vector<int64_t> units = {1}; // positions in a row, a plane, ...
  for (size_t axis = population.shape.size(); axis > 2; --axis)
    if (int64_t length = population.shape[axis - 2]; length > 1)
      units.push_back(units.back() * length);

  std::vector<Cut> cuts;
  int64_t fewest = findFewestPieces(index, maxLoad);
  if (fewest == 0)
    return cuts;
  int misses = 0;
  for (int64_t pieces = fewest, last = 0; pieces <= channels && misses < 3;
       pieces = std::max(pieces + 1, pieces * 5 / 4)) {
    int64_t width = divideUp(channels, pieces);
    if (std::exchange(last, width) == width)
      continue;
    bool better = cuts.empty();
    int64_t lastLength = 0;
    for (int64_t unit : units) {
      Cut cut;
      cut.channels = width;
      cut.positions = findLength(index, unit, width, maxLoad);
      if (cut.positions == 0)
        break; // no larger unit fits either
      if (std::exchange(lastLength, cut.positions) == cut.positions)
        continue;
      measure(index, maxLoad, cut);
      better |= std::all_of(cuts.begin(), cuts.end(),
                            [&](const Cut &other) { return cut.cores < other.cores || cut.messages < other.messages; });
      cuts.push_back(cut);
    }
    misses = better ? 0 : misses + 1;
  }
  return cuts;
}

std::string Cutter::describe(int32_t index) const {
  const Population &population = connections.getPopulation(index);
  return population.path.empty() ? "population '" + population.name + "'"
                                 : "layer '" + population.path + "' (population '" + population.name + "')";
}

llvm::Error Cutter::explain(const Slice &neuron) {
  const Limits &limits = model.getLimits();
  std::string layer = describe(neuron.population);
  if (std::optional<Excess> excess = findExcess(getCost(neuron).use, limits))
    return llvm::createStringError("%s: a single neuron needs %lld %s, a core of '%s' has %lld (%s); give the layer "
                                   "fewer inputs, or choose a target with larger cores",
                                   layer.c_str(), static_cast<long long>(excess->used), excess->resource,
                                   limits.name.c_str(), static_cast<long long>(excess->limit), excess->limitName);
  return llvm::createStringError("%s: a single neuron is too much for the load that was asked for", layer.c_str());
}

llvm::Error Cutter::explainOutputs(const Slice &slice, int64_t axons) const {
  const Limits &limits = model.getLimits();
  return llvm::createStringError(
      "%s: a single position needs %lld output axons, a core of '%s' has %lld "
      "(outputAxonsPerCore); let the layer be read by smaller layers, or choose a target with "
      "larger cores",
      describe(slice.population).c_str(), static_cast<long long>(axons), limits.name.c_str(),
      static_cast<long long>(limits.outputAxonsPerCore));
}
