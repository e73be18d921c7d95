// SPDX-License-Identifier: Apache-2.0
// Routes of the messages of a population.
#include "FanOut.h"

#include "spike/Chip/Geometry.h"
#include <algorithm>
#include <map>
#include <tuple>

namespace spike::chip {

namespace {

/// A slice that some neurons of the source reach over a projection.
struct Reached {
  int32_t core, projection;
  const Slice *box;
};

std::vector<Reached> findReached(const Network &network, int32_t population) {
  std::vector<Reached> reached;
  for (size_t p = 0; p < network.projections.size(); ++p)
    if (network.projections[p].source == population)
      for (size_t c = 0; c < network.cores.size(); ++c)
        for (const Slice &box : network.cores[c].slices)
          if (box.population == network.projections[p].target)
            reached.push_back({static_cast<int32_t>(c), static_cast<int32_t>(p), &box});
  std::sort(reached.begin(), reached.end(), [](const Reached &a, const Reached &b) {
    return std::tie(a.core, a.projection, a.box) < std::tie(b.core, b.projection, b.box);
  });
  return reached;
}

/// Synapses that a message reads in a box: of dense and conv a list, of the others the targets.
int64_t countRead(const Geometry &geometry, int64_t neuron, const Slice &box) {
  const Projection &projection = geometry.getProjection();
  if (projection.encoding == Encoding::dense)
    return box.c1 - box.c0;
  if (projection.encoding != Encoding::conv)
    return geometry.countSynapses(neuron, box);
  const Window &window = projection.window;
  int64_t taps = window.kH * window.kW;
  if (window.groups == 1)
    return taps * (box.c1 - box.c0);
  int64_t targets = geometry.getTarget().channels() / window.groups;
  int64_t sources = geometry.getViewChannels() / window.groups;
  int64_t first = geometry.placeOf(neuron)->channel / sources * targets;
  return taps * std::max<int64_t>(0, std::min(box.c1, first + targets) - std::max(box.c0, first));
}

} // namespace

void FanOut::build(const Network &network, int32_t population) {
  const Population &source = network.populations[population];
  int64_t channels = source.channels();
  routes.assign(source.size(), 0);
  stops.assign(1, {}); // the host, or a core that is set below
  for (size_t c = 0; c < network.cores.size(); ++c)
    for (const Slice &box : network.cores[c].slices)
      if (box.population == population) {
        for (int64_t p = box.p0; p < box.p1; ++p)
          std::fill(routes.begin() + p * channels + box.c0, routes.begin() + p * channels + box.c1, stops.size());
        stops.push_back({-1, static_cast<int32_t>(c), -1, 0});
      }

  std::map<std::tuple<uint32_t, int32_t, int32_t, int64_t>, uint32_t> known;
  std::unique_ptr<Geometry> geometry;
  for (const Reached &reached : findReached(network, population)) {
    const Projection &projection = network.projections[reached.projection];
    if (!geometry || &geometry->getProjection() != &projection)
      geometry = std::make_unique<Geometry>(network, projection);
    bool perNeuron = projection.encoding == Encoding::strided || projection.encoding == Encoding::sparse ||
                     (projection.encoding == Encoding::conv && projection.window.groups > 1);
    NeuronSet sources = geometry->sourcesOf(*reached.box);
    if (sources.empty())
      continue;
    int64_t same = countRead(*geometry, sources.intervals().front().begin, *reached.box);
    uint32_t lastRoute = ~uint32_t(0), lastNext = 0;
    int64_t lastSynops = 0;
    for (const NeuronSet::Interval &interval : sources.intervals())
      for (int64_t neuron = interval.begin; neuron < interval.end; ++neuron) {
        int64_t synops = perNeuron ? countRead(*geometry, neuron, *reached.box) : same;
        uint32_t &route = routes[neuron];
        if (route != lastRoute || synops != lastSynops) {
          auto [found, isNew] =
              known.try_emplace({route, reached.core, reached.projection, synops}, static_cast<uint32_t>(stops.size()));
          if (isNew)
            stops.push_back({static_cast<int32_t>(route), reached.core, reached.projection, synops});
          lastRoute = route, lastSynops = synops, lastNext = found->second;
        }
        route = lastNext;
      }
  }
  listFlows();
}

void FanOut::listFlows() {
  std::vector<int32_t> senders(stops.size());
  std::map<std::pair<int32_t, int32_t>, uint32_t> known;
  for (size_t i = 0; i < stops.size(); ++i) {
    // What lies before a stop was made before it.
    senders[i] = stops[i].before < 0 ? stops[i].core : senders[stops[i].before];
    if (stops[i].before < 0)
      continue;
    auto [found, isNew] = known.try_emplace({senders[i], stops[i].core}, static_cast<uint32_t>(flows.size()));
    if (isNew)
      flows.push_back({senders[i], stops[i].core});
    stops[i].flow = found->second;
  }
}

} // namespace spike::chip
