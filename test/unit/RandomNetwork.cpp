// SPDX-License-Identifier: Apache-2.0
// Random networks: views are slices, flips and permutations of a population's axes; every new population gets the shape
// that its first projection needs.
#include "RandomNetwork.h"

#include <algorithm>

using namespace spike::chip;

static int64_t product(const std::vector<Dim> &dims) {
  int64_t count = 1;
  for (const Dim &dim : dims)
    count *= dim.size;
  return count;
}

std::vector<int32_t> RandomNetwork::pickEach(int64_t channels, int32_t low, int32_t high) {
  std::vector<int32_t> values(chance(0.5) ? 1 : channels);
  for (int32_t &value : values)
    value = static_cast<int32_t>(pick(low, high));
  return values;
}

void RandomNetwork::addInput() {
  Population &population = network.populations.emplace_back();
  population.name = "in" + std::to_string(network.inputs.size());
  population.kind = NeuronKind::input;
  Input &input = network.inputs.emplace_back();
  input.name = "x" + std::to_string(network.inputs.size() - 1);
  input.population = static_cast<int32_t>(network.populations.size() - 1);
  for (int64_t axis = pick(1, 3); axis > 0; --axis)
    population.shape.push_back(pick(1, 5));
  int64_t stride = 1;
  for (size_t axis = population.shape.size(); axis-- > 0; stride *= population.shape[axis])
    population.tensor.insert(population.tensor.begin(), {population.shape[axis], stride});
  std::shuffle(population.tensor.begin(), population.tensor.end(), random);
  for (const Dim &dim : population.tensor)
    input.shape.push_back(dim.size);
  population.payloadBits = static_cast<int32_t>(chance(0.5) ? 1 : pick(2, 8));
  bool graded = population.payloadBits > 1;
  input.high = graded ? (1 << (population.payloadBits - 1)) - 1 : 1;
  input.low = graded ? -input.high : 0;
  input.scale = 0.25 * pick(1, 8);
  input.everyStep = chance(0.5);
}

Projection &RandomNetwork::addProjection(Encoding encoding, int32_t source, int32_t target) {
  Projection &projection = network.projections.emplace_back();
  projection.name = "p" + std::to_string(network.projections.size() - 1);
  projection.encoding = encoding;
  projection.source = source;
  projection.target = target;
  projection.weightBits = static_cast<int32_t>(pick(1, 8));
  projection.sign = static_cast<SignMode>(pick(0, 2));
  projection.exponent = static_cast<int32_t>(pick(-3, 3));
  projection.graded = network.populations[source].payloadBits > 1 && chance(0.7);
  return projection;
}

void RandomNetwork::makeWeights(Projection &projection, size_t count) {
  int64_t high = 1 << projection.weightBits, half = high / 2;
  int64_t low = projection.sign == SignMode::mixed ? -half : projection.sign == SignMode::inhibitory ? 1 - high : 0;
  int64_t top = projection.sign == SignMode::mixed ? half - 1 : projection.sign == SignMode::inhibitory ? 0 : high - 1;
  if (projection.encoding == Encoding::sparse) {
    for (Entry &entry : projection.entries)
      entry.weight = static_cast<int16_t>(pick(low, top));
    return;
  }
  for (size_t i = 0; i < count; ++i)
    projection.weights.push_back(static_cast<int16_t>(pick(low, top)));
}

void RandomNetwork::makeView(Projection &projection, const Population &source) {
  std::vector<Dim> axes;
  int64_t stride = 1;
  for (size_t axis = source.shape.size(); axis-- > 0; stride *= source.shape[axis]) {
    int64_t size = source.shape[axis], first = 0;
    if (chance(0.3)) { // a slice
      first = pick(0, size - 1);
      size = pick(1, size - first);
    }
    bool flip = chance(0.2);
    projection.viewOffset += (flip ? first + size - 1 : first) * stride;
    axes.push_back({size, flip ? -stride : stride});
  }
  std::shuffle(axes.begin(), axes.end(), random);
  size_t positions = pick(0, axes.size());
  projection.viewPositions.assign(axes.begin(), axes.begin() + positions);
  projection.viewChannels.assign(axes.begin() + positions, axes.end());
}

void RandomNetwork::makeLoops(Projection &projection, const Population &source, Population &target) {
  makeView(projection, source);
  std::vector<Dim> axes = projection.viewPositions;
  axes.insert(axes.end(), projection.viewChannels.begin(), projection.viewChannels.end());
  projection.sourceOffset = projection.viewOffset;
  projection.viewOffset = 0;
  projection.viewPositions.clear();
  projection.viewChannels.clear();
  if (chance(0.5)) // broadcast
    axes.insert(axes.begin() + pick(0, axes.size()), {pick(1, 3), 0});
  int64_t stride = 1;
  for (size_t axis = axes.size(); axis-- > 0;) {
    bool sum = chance(0.3);
    projection.loops.push_back({axes[axis].size, axes[axis].stride, sum ? 0 : stride});
    if (sum)
      continue;
    target.shape.insert(target.shape.begin(), axes[axis].size);
    stride *= axes[axis].size;
  }
  if (target.shape.empty())
    target.shape = {1};
}

void RandomNetwork::grow(Encoding encoding) {
  int32_t from = static_cast<int32_t>(pick(0, network.populations.size() - 1));
  Population target;
  target.name = "n" + std::to_string(network.populations.size());
  Projection &projection = addProjection(encoding, from, static_cast<int32_t>(network.populations.size()));
  const Population &source = network.populations[from];
  if (encoding == Encoding::strided) {
    makeLoops(projection, source, target);
    makeWeights(projection, 1);
  } else {
    makeView(projection, source);
    int64_t positions = product(projection.viewPositions), inputs = product(projection.viewChannels);
    if (encoding == Encoding::dense) {
      for (const Dim &dim : projection.viewPositions)
        target.shape.push_back(dim.size);
      target.shape.push_back(pick(1, 6));
      makeWeights(projection, target.shape.back() * inputs);
    } else if (encoding == Encoding::sparse) {
      int64_t outputs = pick(1, 6);
      target.shape = {outputs, inputs};
      for (int32_t s = 0; s < positions; ++s)
        for (int32_t t = 0; t < outputs; ++t)
          if (chance(0.4))
            projection.entries.push_back({s, t, 0});
      makeWeights(projection, 0);
    } else {
      Window &w = projection.window;
      do {
        w.inH = pick(1, positions);
      } while (positions % w.inH);
      w.inW = positions / w.inH;
      do {
        w.groups = pick(1, inputs);
      } while (inputs % w.groups);
      w.outH = pick(1, 4), w.outW = pick(1, 4), w.kH = pick(1, 3), w.kW = pick(1, 3);
      w.strideH = pick(1, 3), w.strideW = pick(1, 3), w.padH = pick(0, 2), w.padW = pick(0, 2);
      w.dilH = pick(1, 2), w.dilW = pick(1, 2);
      target.shape = {w.outH, w.outW, w.groups * pick(1, 3)};
      makeWeights(projection, target.shape.back() * inputs / w.groups * w.kH * w.kW);
    }
  }
  makeNeurons(target);
  network.populations.push_back(std::move(target));
}

void RandomNetwork::connect() {
  int32_t target = static_cast<int32_t>(pick(network.inputs.size(), network.populations.size() - 1));
  int32_t source = static_cast<int32_t>(pick(0, target - 1));
  const Population &from = network.populations[source], &to = network.populations[target];
  Projection &projection = addProjection(Encoding::strided, source, target);
  projection.sourceOffset = pick(0, from.size() - 1);
  projection.targetOffset = pick(0, to.size() - 1);
  int64_t s = projection.sourceOffset, t = projection.targetOffset;
  for (int64_t loop = pick(0, 3); loop > 0; --loop) { // any strides that stay inside
    PairDim dim{pick(1, 3), pick(-3, 3), pick(-3, 3)};
    auto fits = [&](int64_t &at, int64_t step, int64_t size) {
      int64_t end = at + (dim.size - 1) * step;
      if (end < 0 || end >= size)
        return false;
      at = step < 0 ? at : end;
      return step >= 0; // the other end is the lower one, which the next loops would have to keep to
    };
    int64_t s1 = s, t1 = t;
    if (!fits(s1, dim.source, from.size()) || !fits(t1, dim.target, to.size()))
      continue;
    s = s1, t = t1;
    projection.loops.push_back(dim);
  }
  makeWeights(projection, 1);
  if (to.kind == NeuronKind::program)
    projection.port = static_cast<int32_t>(pick(0, network.programs[to.program].ports - 1));
}

void RandomNetwork::makeNeurons(Population &population) {
  int64_t channels = population.channels();
  population.path = chance(0.5) ? "layer." + population.name : "";
  population.rate = chance(0.5) ? -1 : 0.125 * pick(0, 8);
  int64_t stride = 1;
  for (size_t axis = population.shape.size(); axis-- > 0; stride *= population.shape[axis])
    population.tensor.insert(population.tensor.begin(), {population.shape[axis], stride});
  if (chance(0.5)) {
    population.kind = NeuronKind::program;
    population.program = static_cast<int32_t>(pick(0, network.programs.size() - 1));
    for (int32_t i = 0; i < network.programs[population.program].params; ++i)
      population.params.push_back(pickEach(channels, -100, 100));
    population.payloadBits = 8;
    return;
  }
  Lif &lif = population.lif;
  lif.du = static_cast<int32_t>(pick(0, 4095));
  lif.dv = static_cast<int32_t>(pick(0, 4095));
  lif.refractory = static_cast<int32_t>(pick(0, 3));
  lif.threshold = pickEach(channels, 0, 500);
  if (chance(0.5)) {
    lif.biasMantissa = pickEach(channels, -100, 100);
    lif.biasExponent = pickEach(channels, 0, 7);
  }
}

/// Longest paths; what is left of a shorter one becomes delay.
void RandomNetwork::schedule() {
  // Whoever reads a population takes as many steps for a time step at least: neurons here may send in any of them.
  for (size_t i = 0; i < network.populations.size(); ++i) {
    Population &population = network.populations[i];
    if (population.kind != NeuronKind::input && chance(0.2))
      population.substeps = static_cast<int32_t>(pick(population.substeps, 4));
    for (Projection &projection : network.projections)
      if (projection.source == static_cast<int32_t>(i)) {
        int32_t &steps = network.populations[projection.target].substeps;
        steps = std::max(steps, population.substeps);
      }
  }
  for (Projection &projection : network.projections)
    projection.substep = static_cast<int32_t>(
        pick(network.populations[projection.source].substeps - 1, network.populations[projection.target].substeps - 1));
  for (bool changed = true; changed;) {
    changed = false;
    for (Projection &projection : network.projections) {
      const Population &source = network.populations[projection.source];
      int32_t start = source.start + source.substeps - projection.substep;
      int32_t &target = network.populations[projection.target].start;
      if (target < start) {
        target = start;
        changed = true;
      }
    }
  }
  for (Projection &projection : network.projections)
    projection.delay = network.populations[projection.target].start + projection.substep -
                       network.populations[projection.source].start - network.populations[projection.source].substeps;
}

void RandomNetwork::placeOnCores() {
  network.chips = {{0, 0}, {1, 0}};
  for (int32_t chip = 0; chip < 2; ++chip)
    for (int32_t core = 0; core < 4; ++core)
      network.cores.push_back({chip, core % 2, core / 2, {}});
  for (size_t index = network.inputs.size(); index < network.populations.size(); ++index) {
    const Population &population = network.populations[index];
    int64_t positions = population.positions(), channels = population.channels();
    int64_t p = pick(1, positions), c = pick(1, channels);
    for (int64_t p0 = 0; p0 < positions; p0 += p)
      for (int64_t c0 = 0; c0 < channels; c0 += c) {
        Core &core = network.cores[pick(0, network.cores.size() - 1)];
        core.slices.push_back(
            {static_cast<int32_t>(index), p0, std::min(p0 + p, positions), c0, std::min(c0 + c, channels)});
      }
  }
}

Slice RandomNetwork::makeBox(const Population &population) {
  Slice box;
  box.p0 = pick(0, population.positions() - 1);
  box.p1 = pick(box.p0 + 1, population.positions());
  box.c0 = pick(0, population.channels() - 1);
  box.c1 = pick(box.c0 + 1, population.channels());
  return box;
}

static std::vector<Program> makePrograms() {
  Program sum{"sum", 2, 1, 1, {}};
  sum.code = {{Opcode::rdc, 0, 0, 0, 0},   {Opcode::rdc, 1, 0, 0, 1},  {Opcode::ld, 2, 0, 0, 0},
              {Opcode::add, 0, 0, 1, 0},   {Opcode::par, 3, 0, 0, 0},  {Opcode::ge, 0, 0, 3, 0},
              {Opcode::jmp_c, 0, 0, 0, 8}, {Opcode::movi, 0, 0, 0, 0}, {Opcode::mul_shr, 0, 0, 3, 4},
              {Opcode::st, 0, 0, 0, 0},    {Opcode::spike, 0, 0, 0, 0}};
  Program relay{"relay", 1, 0, 0, {{Opcode::rdc, 0, 0, 0, 0}, {Opcode::spike, 0, 0, 0, 0}}};
  return {sum, relay};
}

Network RandomNetwork::makePair(Encoding encoding) {
  network = Network();
  network.programs = makePrograms();
  addInput();
  grow(encoding);
  schedule();
  return network;
}

Network RandomNetwork::make() {
  network = Network();
  network.name = "random";
  network.target = "test";
  network.timeSteps = static_cast<int32_t>(pick(1, 5));
  network.conventions = {chance(0.5), chance(0.5), chance(0.5), chance(0.5)};
  network.programs = makePrograms();
  for (int64_t i = pick(1, 2); i > 0; --i)
    addInput();
  for (int64_t i = pick(1, 5); i > 0; --i)
    grow(static_cast<Encoding>(pick(0, 3)));
  for (int64_t i = pick(0, 3); i > 0; --i)
    connect();
  schedule();
  placeOnCores();
  Output &output = network.outputs.emplace_back();
  output.name = "y";
  output.population = static_cast<int32_t>(network.populations.size() - 1);
  output.lastStep = chance(0.5);
  output.scale = 0.5;
  output.shape = network.populations.back().shape;
  output.offset.resize(chance(0.5) ? 1 : network.populations.back().size(), 0.25f);
  return network;
}
