// SPDX-License-Identifier: Apache-2.0
// Single neurons: where a view finds them, and their synapses. Targets come as runs of channels at a position.
#include "spike/Chip/Geometry.h"

using namespace spike::chip;

static std::vector<Dim> viewOf(const Projection &projection) {
  std::vector<Dim> dims = projection.viewPositions;
  dims.insert(dims.end(), projection.viewChannels.begin(), projection.viewChannels.end());
  return dims;
}

static Nest pairsBySource(const Projection &projection) {
  std::vector<NestLoop> loops;
  for (const PairDim &loop : projection.loops)
    loops.push_back({loop.size, loop.source, loop.target});
  return Nest(projection.sourceOffset, projection.targetOffset, loops);
}

static Nest pairsByTarget(const Projection &projection) {
  std::vector<NestLoop> loops;
  for (const PairDim &loop : projection.loops)
    loops.push_back({loop.size, loop.target, loop.source});
  return Nest(projection.targetOffset, projection.sourceOffset, loops);
}

Geometry::Geometry(const Network &network, const Projection &projection)
    : projection(projection), source(network.populations[projection.source]),
      target(network.populations[projection.target]), targetChannels(target.channels()),
      bySource(projection.encoding == Encoding::strided ? pairsBySource(projection)
                                                        : makeNest(projection.viewOffset, viewOf(projection))),
      byTarget(pairsByTarget(projection)) {
  const Window &w = projection.window;
  rows = {w.inH, w.kH, w.strideH, w.padH, w.dilH};
  columns = {w.inW, w.kW, w.strideW, w.padW, w.dilW};
  if (projection.encoding == Encoding::strided)
    return;
  viewPositions = countElements(projection.viewPositions);
  viewChannels = countElements(projection.viewChannels);
  if (projection.encoding != Encoding::sparse)
    return;
  byTargetPosition.resize(projection.entries.size());
  for (size_t i = 0; i < byTargetPosition.size(); ++i)
    byTargetPosition[i] = static_cast<uint32_t>(i);
  std::sort(byTargetPosition.begin(), byTargetPosition.end(), [&](uint32_t a, uint32_t b) {
    int32_t first = projection.entries[a].target, second = projection.entries[b].target;
    return first != second ? first < second : a < b;
  });
}

std::optional<Place> Geometry::placeOf(int64_t neuron) const {
  std::optional<int64_t> element = bySource.valueAt(neuron);
  if (!element)
    return std::nullopt;
  return Place{*element / viewChannels, *element % viewChannels};
}

std::pair<const Entry *, const Entry *> Geometry::entriesOf(int64_t position) const {
  struct Less {
    bool operator()(const Entry &entry, int64_t p) const { return entry.source < p; }
    bool operator()(int64_t p, const Entry &entry) const { return p < entry.source; }
  };
  const Entry *begin = projection.entries.data(), *end = begin + projection.entries.size();
  return std::equal_range(begin, end, position, Less());
}

/// Calls `fn(output, tap)` for every output position of an axis whose window reads an input position.
template <typename Fn>
static void forEachOutput(const mlir::spike::WindowAxis &axis, int64_t outputs, int64_t input, Fn &&fn) {
  for (int64_t tap = 0; tap < axis.kernel; ++tap) {
    int64_t distance = input + axis.pad - tap * axis.dilation;
    if (distance >= 0 && distance % axis.stride == 0 && distance / axis.stride < outputs)
      fn(distance / axis.stride, tap);
  }
}

template <typename Fn>
void Geometry::forEachRun(int64_t neuron, Fn &&fn) const {
  if (projection.encoding == Encoding::strided) {
    bySource.forEachValue(neuron, [&](int64_t n) {
      fn(Run{n / targetChannels, n % targetChannels, n % targetChannels + 1, projection.weights.data(), 0});
    });
    return;
  }
  std::optional<Place> place = placeOf(neuron);
  if (!place)
    return;
  if (projection.encoding == Encoding::dense) {
    fn(Run{place->position, 0, targetChannels, projection.weights.data() + place->channel, viewChannels});
  } else if (projection.encoding == Encoding::sparse) {
    auto [begin, end] = entriesOf(place->position);
    for (const Entry *entry = begin; entry != end; ++entry)
      fn(Run{entry->target, place->channel, place->channel + 1, &entry->weight, 0});
  } else {
    const Window &w = projection.window;
    int64_t inputs = viewChannels / w.groups, outputs = targetChannels / w.groups, taps = w.kH * w.kW;
    int64_t c0 = place->channel / inputs * outputs;
    const int16_t *weights = projection.weights.data() + (c0 * inputs + place->channel % inputs) * taps;
    forEachOutput(rows, w.outH, place->position / w.inW, [&](int64_t y, int64_t ky) {
      forEachOutput(columns, w.outW, place->position % w.inW, [&](int64_t x, int64_t kx) {
        fn(Run{y * w.outW + x, c0, c0 + outputs, weights + ky * w.kW + kx, inputs * taps});
      });
    });
  }
}

int64_t Geometry::countSynapses(int64_t neuron) const {
  int64_t count = 0;
  forEachRun(neuron, [&](const Run &run) { count += run.c1 - run.c0; });
  return count;
}

int64_t Geometry::countSynapses(int64_t neuron, const Slice &box) const {
  int64_t count = 0;
  forEachRun(neuron, [&](const Run &run) {
    if (box.p0 <= run.position && run.position < box.p1)
      count += std::max<int64_t>(0, std::min(run.c1, box.c1) - std::max(run.c0, box.c0));
  });
  return count;
}

void Geometry::appendSynapses(int64_t neuron, std::vector<Synapse> &synapses) const {
  forEachRun(neuron, [&](const Run &run) {
    for (int64_t c = run.c0; c < run.c1; ++c)
      synapses.push_back({neuron, run.position * targetChannels + c, run.weights[(c - run.c0) * run.stride]});
  });
}
