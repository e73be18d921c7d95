// SPDX-License-Identifier: Apache-2.0
// Boxes of a target population: their synapses, and the source neurons that reach them.
#include "spike/Chip/Geometry.h"

using namespace spike::chip;
using mlir::spike::WindowAxis;

template <typename Fn>
void Geometry::forEachEntryInto(const Slice &box, Fn &&fn) const {
  auto before = [&](uint32_t entry, int64_t p) { return projection.entries[entry].target < p; };
  auto first = std::lower_bound(byTargetPosition.begin(), byTargetPosition.end(), box.p0, before);
  auto end = std::lower_bound(first, byTargetPosition.end(), box.p1, before);
  for (; first != end; ++first)
    fn(projection.entries[*first]);
}

template <typename Fn>
static void forEachNeuron(const Slice &box, int64_t channels, Fn &&fn) {
  for (int64_t p = box.p0; p < box.p1; ++p)
    for (int64_t c = box.c0; c < box.c1; ++c)
      fn(p * channels + c);
}

//===----------------------------------------------------------------------===//
// Synapses
//===----------------------------------------------------------------------===//

int64_t Geometry::countSynapses() const {
  if (projection.encoding != Encoding::strided)
    return countSynapses({0, 0, target.positions(), 0, targetChannels});
  int64_t count = 1;
  for (const PairDim &loop : projection.loops)
    count *= loop.size;
  return count;
}

int64_t Geometry::countSynapses(const Slice &box) const {
  int64_t count = 0;
  switch (projection.encoding) {
  case Encoding::dense:
    return box.size() * viewChannels;
  case Encoding::conv: {
    const Window &w = projection.window;
    std::vector<int64_t> taps(w.outW);
    for (int64_t x = 0; x < w.outW; ++x)
      taps[x] = columns.countInside(x);
    for (int64_t p = box.p0; p < box.p1;) {
      int64_t y = p / w.outW, end = std::min(box.p1, (y + 1) * w.outW), inRow = 0;
      for (; p < end; ++p)
        inRow += taps[p - y * w.outW];
      count += inRow * rows.countInside(y);
    }
    return count * (box.c1 - box.c0) * (viewChannels / w.groups);
  }
  case Encoding::sparse:
    forEachEntryInto(box, [&](const Entry &) { ++count; });
    return count * (box.c1 - box.c0);
  case Encoding::strided:
    forEachNeuron(box, targetChannels, [&](int64_t n) { byTarget.forEachValue(n, [&](int64_t) { ++count; }); });
    return count;
  }
  return count;
}

//===----------------------------------------------------------------------===//
// Sources
//===----------------------------------------------------------------------===//

NeuronSet Geometry::channelOffsets(int64_t first, int64_t end) const {
  NeuronSet offsets;
  for (int64_t c = first; c < end; ++c) {
    int64_t offset = neuronOf(projection.viewChannels, c);
    offsets.add(offset, offset + 1);
  }
  offsets.finish();
  return offsets;
}

void Geometry::addPlaces(int64_t p0, int64_t p1, const NeuronSet &channels, NeuronSet &set) const {
  for (int64_t p = p0; p < p1; ++p) {
    int64_t start = neuronAt(p, 0);
    for (const NeuronSet::Interval &part : channels.intervals())
      set.add(start + part.begin, start + part.end);
  }
}

/// The input positions of an axis that the windows of outputs [o0, o1) read.
static NeuronSet inputsOf(const WindowAxis &axis, int64_t o0, int64_t o1) {
  NeuronSet inputs;
  for (int64_t o = o0; o < o1; ++o)
    for (int64_t tap = axis.first(o), end = axis.end(o); tap < end; ++tap)
      inputs.add(axis.position(o, tap), axis.position(o, tap) + 1);
  inputs.finish();
  return inputs;
}

void Geometry::addConvSources(const Slice &box, NeuronSet &set) const {
  const Window &w = projection.window;
  int64_t outputs = targetChannels / w.groups, inputs = viewChannels / w.groups;
  NeuronSet channels = channelOffsets(box.c0 / outputs * inputs, ((box.c1 - 1) / outputs + 1) * inputs);
  NeuronSet positions;
  auto addRows = [&](int64_t y0, int64_t y1, int64_t x0, int64_t x1) {
    NeuronSet inRows = inputsOf(rows, y0, y1), inColumns = inputsOf(columns, x0, x1);
    for (const NeuronSet::Interval &part : inRows.intervals())
      for (int64_t y = part.begin; y < part.end; ++y)
        for (const NeuronSet::Interval &run : inColumns.intervals())
          positions.add(y * w.inW + run.begin, y * w.inW + run.end);
  };
  // Whole rows of outputs, and what is left of the first and the last.
  int64_t y0 = box.p0 / w.outW, y1 = (box.p1 - 1) / w.outW, x0 = box.p0 % w.outW, x1 = (box.p1 - 1) % w.outW + 1;
  if (y0 == y1) {
    addRows(y0, y0 + 1, x0, x1);
  } else {
    addRows(y0, y0 + 1, x0, w.outW);
    addRows(y0 + 1, y1, 0, w.outW);
    addRows(y1, y1 + 1, 0, x1);
  }
  positions.finish();
  for (const NeuronSet::Interval &part : positions.intervals())
    addPlaces(part.begin, part.end, channels, set);
}

NeuronSet Geometry::sourcesOf(const Slice &box) const {
  NeuronSet set;
  if (box.p0 >= box.p1 || box.c0 >= box.c1)
    return set;
  switch (projection.encoding) {
  case Encoding::dense:
    addPlaces(box.p0, box.p1, channelOffsets(0, viewChannels), set);
    break;
  case Encoding::conv:
    addConvSources(box, set);
    break;
  case Encoding::sparse: {
    NeuronSet positions, channels = channelOffsets(box.c0, box.c1);
    forEachEntryInto(box, [&](const Entry &entry) { positions.add(entry.source, entry.source + 1); });
    positions.finish();
    for (const NeuronSet::Interval &part : positions.intervals())
      addPlaces(part.begin, part.end, channels, set);
    break;
  }
  case Encoding::strided:
    forEachNeuron(box, targetChannels,
                  [&](int64_t n) { byTarget.forEachValue(n, [&](int64_t neuron) { set.add(neuron, neuron + 1); }); });
    break;
  }
  set.finish();
  return set;
}
