// SPDX-License-Identifier: Apache-2.0
// Projections by population. Networks are cut and weighed in thousands of boxes, most of whose synapses are strided
// (pairs of neurons in attention), so those are visited run by run, not neuron by neuron.
#include "spike/Mapping/Connections.h"

#include <algorithm>
#include <tuple>

using namespace spike::chip;

Connections::Connections(const Network &network)
    : network(network), incoming(network.populations.size()), outgoing(network.populations.size()) {
  geometries.reserve(network.projections.size());
  for (const Projection &projection : network.projections) {
    int32_t index = geometries.size();
    geometries.emplace_back(network, projection);
    incoming[projection.target].push_back(index);
    outgoing[projection.source].push_back(index);
  }
}

namespace {

/// Visits the pairs of a strided projection whose targets lie in a box: calls `fn(source, stride, count)` for runs of
/// them.
template <typename Fn>
class PairVisitor {
public:
  PairVisitor(const Projection &projection, int64_t channels, const Slice &box, Fn &fn)
      : channels(channels), box(box), low(box.p0 * channels + box.c0), high((box.p1 - 1) * channels + box.c1 - 1),
        fn(fn) {
    int64_t source = projection.sourceOffset, target = projection.targetOffset;
    for (PairDim loop : projection.loops) {
      if (loop.size == 1)
        continue;
      if (loop.target < 0) { // run it from its other end
        source += (loop.size - 1) * loop.source;
        target += (loop.size - 1) * loop.target;
        loop = {loop.size, -loop.source, -loop.target};
      }
      loops.push_back(loop);
    }
    // Sums come first, so that the last loops run over neurons that lie side by side.
    auto rank = [](const PairDim &loop) {
      return std::tuple(loop.target != 0, -loop.target, -std::abs(loop.source), loop.size);
    };
    std::sort(loops.begin(), loops.end(), [&](const PairDim &a, const PairDim &b) { return rank(a) < rank(b); });
    if (loops.empty())
      loops.push_back({1, 0, 0});
    spans.resize(loops.size());
    for (size_t i = loops.size() - 1; i-- > 0;)
      spans[i] = spans[i + 1] + (loops[i + 1].size - 1) * loops[i + 1].target;
    visit(0, source, target);
  }

private:
  void visit(size_t depth, int64_t source, int64_t target) {
    const PairDim &loop = loops[depth];
    int64_t first = 0, last = loop.size - 1;
    if (loop.target > 0) {
      int64_t ahead = low - spans[depth] - target;
      first = ahead > 0 ? (ahead - 1) / loop.target + 1 : 0;
      last = high < target ? -1 : std::min(last, (high - target) / loop.target);
    } else if (target + spans[depth] < low || target > high) {
      return;
    }
    if (depth + 1 < loops.size()) {
      for (int64_t step = first; step <= last; ++step)
        visit(depth + 1, source + step * loop.source, target + step * loop.target);
      return;
    }
    source += first * loop.source;
    target += first * loop.target;
    if (box.c1 - box.c0 == channels) {
      if (first <= last)
        fn(source, loop.source, last - first + 1);
      return;
    }
    for (int64_t step = first; step <= last; ++step, source += loop.source, target += loop.target)
      if (int64_t channel = target % channels; box.c0 <= channel && channel < box.c1)
        fn(source, 0, 1);
  }

  int64_t channels;
  const Slice &box;
  int64_t low, high; ///< first and last neuron of the box
  Fn &fn;
  std::vector<PairDim> loops; ///< sums first, then the largest target stride
  std::vector<int64_t> spans; ///< what the loops behind one add to the target, at most
};

} // namespace

Reach Connections::getStridedReach(int32_t index, const std::vector<Slice> &boxes) const {
  const Geometry &geometry = geometries[index];
  int64_t channels = geometry.getSource().channels(), first = geometry.getSource().size(), last = -1;
  int64_t low = geometry.getProjection().sourceOffset, high = low; // of all boxes
  for (const PairDim &loop : geometry.getProjection().loops)
    (loop.source < 0 ? low : high) += (loop.size - 1) * loop.source;
  if (static_cast<int64_t>(fanOut.size()) <= high - low)
    fanOut.resize(high - low + 1);
  Reach reach;
  auto add = [&](int64_t neuron, int64_t stride, int64_t count) {
    reach.synapses += count;
    int64_t end = neuron + (count - 1) * stride;
    first = std::min({first, neuron, end});
    last = std::max({last, neuron, end});
    if (stride == 0)
      fanOut[neuron - low] += count;
    else
      for (; count > 0; --count, neuron += stride)
        ++fanOut[neuron - low];
  };
  for (const Slice &box : boxes)
    PairVisitor<decltype(add)>(geometry.getProjection(), geometry.getTarget().channels(), box, add);
  std::vector<int64_t> longest(std::min(channels, high - low + 1)); // by channel, of the first neuron's on
  for (int64_t neuron = first; neuron <= last; ++neuron) {
    int64_t &reached = fanOut[neuron - low];
    if (reached == 0)
      continue;
    reach.sources.add(neuron, neuron + 1);
    int64_t &length = longest[(neuron - low) % channels];
    length = std::max(length, reached);
    reached = 0;
  }
  for (int64_t length : longest)
    if (length > 0)
      reach.longest.push_back(length);
  return reach;
}

Reach Connections::getReach(int32_t index, const std::vector<Slice> &boxes) const {
  const Geometry &geometry = geometries[index];
  if (geometry.getProjection().encoding == Encoding::strided)
    return getStridedReach(index, boxes);
  Reach reach;
  for (const Slice &box : boxes) {
    reach.synapses += geometry.countSynapses(box);
    reach.sources.add(geometry.sourcesOf(box));
  }
  reach.sources.finish();
  return reach;
}

NeuronSet Connections::sourcesOf(int32_t population, const std::vector<Slice> &boxes) const {
  NeuronSet sources;
  for (const Slice &box : boxes)
    for (int32_t projection : incoming[box.population])
      if (network.projections[projection].source == population)
        sources.add(getReach(projection, {box}).sources);
  sources.finish();
  return sources;
}
