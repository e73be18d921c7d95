// SPDX-License-Identifier: Apache-2.0
// Routes of the messages of a population.
#include "Plan.h"

#include "spike/Chip/Geometry.h"
#include <algorithm>
#include <map>
#include <tuple>

namespace spike::chip {

namespace {

/// Source neurons [begin, end), each of which reads so many synapses on a core.
struct Readers {
  int64_t begin, end, synops;
};

/// What a projection reads on a core, in one of its slices.
struct Reading {
  int32_t core, projection;
  std::vector<Readers> readers;
};

/// A slice of a projection's target.
struct TargetSlice {
  int32_t core;
  const Slice *box;
};

std::vector<TargetSlice> findSlices(const Network &network, int32_t population) {
  std::vector<TargetSlice> slices;
  for (size_t c = 0; c < network.cores.size(); ++c)
    for (const Slice &box : network.cores[c].slices)
      if (box.population == population)
        slices.push_back({static_cast<int32_t>(c), &box});
  return slices;
}

/// Synapses in the list that a message reads in a box.
int64_t countListed(const Geometry &geometry, int64_t neuron, const Slice &box) {
  const Window &window = geometry.getProjection().window;
  int64_t taps = geometry.getProjection().encoding == Encoding::conv ? window.kH * window.kW : 1;
  if (window.groups == 1)
    return taps * (box.c1 - box.c0);
  int64_t targets = geometry.getTarget().channels() / window.groups;
  int64_t sources = geometry.getViewChannels() / window.groups;
  int64_t first = geometry.placeOf(neuron)->channel / sources * targets;
  return taps * std::max<int64_t>(0, std::min(box.c1, first + targets) - std::max(box.c0, first));
}

/// Of dense and conv: whoever reaches a box reads a list.
std::vector<Readers> findListReaders(const Geometry &geometry, const Slice &box) {
  std::vector<Readers> readers;
  NeuronSet sources = geometry.sourcesOf(box);
  for (const NeuronSet::Interval &interval : sources.intervals()) {
    if (geometry.getProjection().window.groups == 1) {
      readers.push_back({interval.begin, interval.end, countListed(geometry, interval.begin, box)});
      continue;
    }
    for (int64_t neuron = interval.begin; neuron < interval.end; ++neuron)
      readers.push_back({neuron, neuron + 1, countListed(geometry, neuron, box)});
  }
  return readers;
}

/// Of the others: targets are counted, for each neuron and slice.
std::vector<std::vector<Readers>> countTargets(const Network &network, const SynapsePlan &synapses,
                                               const std::vector<View> &views, const std::vector<TargetSlice> &slices) {
  const Population &target = network.populations[synapses.projection->target];
  std::vector<uint32_t> sliceOf(target.size());
  int64_t channels = target.channels();
  for (size_t s = 0; s < slices.size(); ++s)
    for (int64_t p = slices[s].box->p0; p < slices[s].box->p1; ++p)
      std::fill(sliceOf.begin() + p * channels + slices[s].box->c0, sliceOf.begin() + p * channels + slices[s].box->c1,
                static_cast<uint32_t>(s));
  const View *seen = views.empty() ? nullptr : &views[synapses.view];
  std::vector<std::vector<Readers>> readers(slices.size());
  for (int64_t neuron = 0; neuron < network.populations[synapses.projection->source].size(); ++neuron)
    synapses.forEachTarget(neuron, channels, seen, [&](int64_t reached) {
      std::vector<Readers> &of = readers[sliceOf[reached]];
      if (of.empty() || of.back().begin != neuron)
        of.push_back({neuron, neuron + 1, 0});
      ++of.back().synops;
    });
  return readers;
}

std::vector<Reading> findReadings(const Network &network, int32_t population, const std::vector<SynapsePlan> &synapses,
                                  const std::vector<View> &views) {
  std::vector<Reading> readings;
  for (size_t p = 0; p < synapses.size(); ++p) {
    const Projection &projection = *synapses[p].projection;
    if (projection.source != population)
      continue;
    std::vector<TargetSlice> slices = findSlices(network, projection.target);
    std::vector<std::vector<Readers>> readers(slices.size());
    if (synapses[p].isPushed()) {
      readers = countTargets(network, synapses[p], views, slices);
    } else {
      Geometry geometry(network, projection);
      for (size_t s = 0; s < slices.size(); ++s)
        readers[s] = findListReaders(geometry, *slices[s].box);
    }
    for (size_t s = 0; s < slices.size(); ++s)
      readings.push_back({slices[s].core, static_cast<int32_t>(p), std::move(readers[s])});
  }
  std::sort(readings.begin(), readings.end(), [](const Reading &a, const Reading &b) {
    return std::tie(a.core, a.projection) < std::tie(b.core, b.projection);
  });
  return readings;
}

} // namespace

void FanOut::build(const Network &network, int32_t population, const std::vector<SynapsePlan> &synapses,
                   const std::vector<View> &views) {
  const Population &source = network.populations[population];
  int64_t channels = source.channels();
  routes.assign(source.size(), 0);
  stops.assign(1, {}); // the host
  for (const TargetSlice &own : findSlices(network, population)) {
    for (int64_t p = own.box->p0; p < own.box->p1; ++p)
      std::fill(routes.begin() + p * channels + own.box->c0, routes.begin() + p * channels + own.box->c1,
                static_cast<uint32_t>(stops.size()));
    stops.push_back({-1, own.core, -1, 0});
  }
  std::map<std::tuple<uint32_t, int32_t, int32_t, int64_t>, uint32_t> known;
  for (const Reading &reading : findReadings(network, population, synapses, views)) {
    uint32_t lastRoute = nowhere, lastNext = 0;
    int64_t lastSynops = 0;
    for (const Readers &readers : reading.readers)
      for (int64_t neuron = readers.begin; neuron < readers.end; ++neuron) {
        uint32_t &route = routes[neuron];
        if (route != lastRoute || readers.synops != lastSynops) {
          auto [found, isNew] = known.try_emplace({route, reading.core, reading.projection, readers.synops},
                                                  static_cast<uint32_t>(stops.size()));
          if (isNew)
            stops.push_back({static_cast<int32_t>(route), reading.core, reading.projection, readers.synops});
          lastRoute = route, lastSynops = readers.synops, lastNext = found->second;
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
