// SPDX-License-Identifier: Apache-2.0
// Weights in the order in which kernels add them, and tables of views and strided projections.
#include "Plan.h"

#include "spike/Chip/Geometry.h"
#include "spike/Chip/Weight.h"
#include <algorithm>

namespace spike::chip {

namespace {

/// How stored weights become the packed ones, and the shift that sums still need: a shift to the left and one to the
/// right are one shift, which is exact if it goes left.
struct Scaling {
  int before = 0; ///< each weight is shifted right so far
  int left = 0, right = 0;

  explicit Scaling(const WeightScale &scale) {
    left = std::max(0, scale.left - scale.right - scale.ofSum);
    before = std::max(0, scale.right - scale.left);
    right = std::max(0, scale.ofSum - scale.left);
  }
};

/// Weights [O, I / groups, taps] as rows of O / groups targets, by tap and source channel.
void packRows(const Projection &projection, int64_t taps, int64_t groups, int before, SynapsePlan &plan) {
  int64_t sources = plan.sourceChannels / groups, targets = plan.stride;
  std::vector<int16_t> rows(taps * plan.sourceChannels * targets + rowPadding);
  int32_t low = 0, high = 0;
  const int16_t *weight = projection.weights.data();
  for (int64_t o = 0; o < targets * groups; ++o)
    for (int64_t i = 0; i < sources; ++i)
      for (int64_t tap = 0; tap < taps; ++tap) {
        int16_t packed = *weight++ >> before;
        rows[(tap * plan.sourceChannels + o / targets * sources + i) * targets + o % targets] = packed;
        low = std::min<int32_t>(low, packed);
        high = std::max<int32_t>(high, packed);
      }
  if (low >= -128 && high <= 127)
    plan.weights8.assign(rows.begin(), rows.end());
  else
    plan.weights16 = std::move(rows);
}

/// Calls fn(source, target) for all steps of the loops from `depth` on.
template <typename Fn>
void forEachPair(const std::vector<PairDim> &loops, size_t depth, int64_t source, int64_t target, const Fn &fn) {
  if (depth == loops.size())
    return fn(source, target);
  for (int64_t i = 0; i < loops[depth].size; ++i)
    forEachPair(loops, depth + 1, source + i * loops[depth].source, target + i * loops[depth].target, fn);
}

/// The way from source neurons to targets: loops that move the source find the base, the others are the pattern.
void planStrided(const Projection &projection, int64_t sourceSize, SynapsePlan &plan) {
  std::vector<PairDim> moving;
  plan.pattern = {0};
  for (const PairDim &loop : projection.loops) {
    if (loop.source != 0) {
      moving.push_back(loop);
      continue;
    }
    std::vector<int32_t> pattern;
    pattern.reserve(plan.pattern.size() * loop.size);
    for (int32_t offset : plan.pattern)
      for (int64_t i = 0; i < loop.size; ++i)
        pattern.push_back(static_cast<int32_t>(offset + i * loop.target));
    plan.pattern = std::move(pattern);
  }
  std::sort(plan.pattern.begin(), plan.pattern.end());
  // Sorted by source: counted first, then each to the next free place of its source.
  plan.offsets.assign(sourceSize + 1, 0);
  forEachPair(moving, 0, projection.sourceOffset, projection.targetOffset,
              [&](int64_t source, int64_t) { ++plan.offsets[source + 1]; });
  for (int64_t neuron = 0; neuron < sourceSize; ++neuron)
    plan.offsets[neuron + 1] += plan.offsets[neuron];
  plan.bases.resize(plan.offsets.back());
  std::vector<uint32_t> next(plan.offsets.begin(), plan.offsets.end() - 1);
  forEachPair(moving, 0, projection.sourceOffset, projection.targetOffset,
              [&](int64_t source, int64_t target) { plan.bases[next[source]++] = static_cast<int32_t>(target); });
}

void planSparse(const Projection &projection, int before, SynapsePlan &plan) {
  plan.offsets.assign(countElements(projection.viewPositions) + 1, 0);
  for (const Entry &entry : projection.entries) {
    ++plan.offsets[entry.source + 1];
    plan.weights16.push_back(entry.weight >> before);
  }
  for (size_t p = 1; p < plan.offsets.size(); ++p)
    plan.offsets[p] += plan.offsets[p - 1];
}

bool areEqual(const std::vector<Dim> &a, const std::vector<Dim> &b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Dim &x, const Dim &y) { return x.size == y.size && x.stride == y.stride; });
}

} // namespace

void planSynapses(const Network &network, SynapsePlan &plan) {
  const Projection &projection = *plan.projection;
  Scaling scaling(WeightScale(projection, network.conventions));
  plan.left = scaling.left;
  plan.right = scaling.right;
  plan.sourceChannels = countElements(projection.viewChannels);
  int64_t targets = network.populations[projection.target].channels();
  const Window &window = projection.window;
  switch (projection.encoding) {
  case Encoding::dense:
    plan.stride = targets;
    return packRows(projection, 1, 1, scaling.before, plan);
  case Encoding::conv:
    plan.stride = targets / window.groups;
    return packRows(projection, window.kH * window.kW, window.groups, scaling.before, plan);
  case Encoding::strided:
    plan.weights16 = {static_cast<int16_t>(projection.weights[0] >> scaling.before)};
    return planStrided(projection, network.populations[projection.source].size(), plan);
  case Encoding::sparse:
    return planSparse(projection, scaling.before, plan);
  }
}

size_t planView(const Network &network, const Projection &projection, std::vector<View> &views) {
  for (size_t v = 0; v < views.size(); ++v)
    if (views[v].viewOffset == projection.viewOffset && areEqual(views[v].viewPositions, projection.viewPositions) &&
        areEqual(views[v].viewChannels, projection.viewChannels))
      return v;
  const Population &source = network.populations[projection.source];
  View view;
  view.viewOffset = projection.viewOffset;
  view.viewPositions = projection.viewPositions;
  view.viewChannels = projection.viewChannels;
  view.positions = countElements(view.viewPositions);
  view.channels = static_cast<uint32_t>(source.channels());
  view.position.assign(source.size(), nowhere);
  view.channel.assign(source.size(), 0);
  int64_t channels = countElements(view.viewChannels);
  std::vector<int64_t> offsets(channels);
  for (int64_t c = 0; c < channels; ++c)
    offsets[c] = neuronOf(view.viewChannels, c);
  bool plain = view.positions == source.positions() && channels == source.channels();
  for (int64_t p = 0; p < view.positions; ++p) {
    int64_t first = view.viewOffset + neuronOf(view.viewPositions, p);
    for (int64_t c = 0; c < channels; ++c) {
      int64_t neuron = first + offsets[c];
      view.position[neuron] = static_cast<uint32_t>(p);
      view.channel[neuron] = static_cast<uint32_t>(c);
      plain = plain && neuron == p * channels + c;
    }
  }
  if (plain) {
    view.position = {};
    view.channel = {};
  }
  views.push_back(std::move(view));
  return views.size() - 1;
}

} // namespace spike::chip
