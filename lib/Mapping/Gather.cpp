// SPDX-License-Identifier: Apache-2.0
// Grouping of slices. A slice that fills most of a core stays alone, unless a small one moves in.
#include "Gather.h"
#include "Graph.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <unordered_map>

using namespace spike::chip;

namespace {
constexpr double smallFill = 0.5;      // of slices that are grouped
constexpr size_t pairedPins = 16;      // of nets with more, no pair is worth much
constexpr int32_t improvingRounds = 4; // each is linear; later ones find little
} // namespace

Gatherer::Gatherer(const MessageNets &nets, Cutter &cutter, const UseModel &model,
                   const std::vector<int64_t> &outputAxons, double maxLoad, uint32_t seed)
    : nets(nets), model(model), maxLoad(maxLoad), seed(seed), outputAxons(outputAxons),
      netsInto(nets.getSlices().size()), netsFrom(nets.getSlices().size()), groupOf(nets.getSlices().size(), -1) {
  for (const Slice &slice : nets.getSlices())
    costs.push_back(cutter.getCost(slice));
  for (size_t i = 0; i < nets.getNets().size(); ++i) {
    const MessageNets::Net &net = nets.getNets()[i];
    if (net.source >= 0)
      netsFrom[net.source].push_back(i);
    for (size_t pin = net.firstPin; pin < net.endPin; ++pin)
      netsInto[nets.getPins()[pin]].push_back(i);
  }
}

Use Gatherer::getUseWith(const Group &group, int32_t slice) const {
  std::vector<Slice> same;
  for (int32_t other : group.slices)
    if (sliceAt(other).population == sliceAt(slice).population)
      same.push_back(sliceAt(other));
  Use use = group.use;
  if (same.empty())
    return use += costs[slice].use;
  use -= model.ofBoxes(same);
  same.push_back(sliceAt(slice));
  return use += model.ofBoxes(same);
}

bool Gatherer::fits(const Group &group, int32_t slice) const {
  if (group.slices.empty())
    return true;
  const Limits &limits = model.getLimits();
  // What slices share is memory and axons, never neurons.
  if (limits.neuronsPerCore > 0 && group.use.neurons + costs[slice].use.neurons > limits.neuronsPerCore)
    return false;
  if (limits.outputAxonsPerCore > 0 && group.outputAxons + outputAxons[slice] > limits.outputAxonsPerCore)
    return false;
  return group.load + costs[slice].load <= maxLoad && !findExcess(getUseWith(group, slice), limits);
}

void Gatherer::put(int32_t slice, int32_t index) {
  Group &group = groups[index];
  group.use = getUseWith(group, slice);
  group.outputAxons += outputAxons[slice];
  group.load += costs[slice].load;
  group.slices.push_back(slice);
  groupOf[slice] = index;
}

void Gatherer::take(int32_t slice) {
  Group &group = groups[groupOf[slice]];
  group.slices.erase(std::find(group.slices.begin(), group.slices.end(), slice));
  std::vector<Slice> rest;
  for (int32_t other : group.slices)
    rest.push_back(sliceAt(other));
  group.use = model.ofCore(rest);
  group.outputAxons -= outputAxons[slice];
  group.load -= costs[slice].load;
  groupOf[slice] = -1;
}

void Gatherer::groupSmall(const std::vector<int32_t> &small) {
  std::vector<int32_t> number(costs.size(), -1);
  for (size_t i = 0; i < small.size(); ++i)
    number[small[i]] = i;
  std::vector<Graph::Edge> edges;
  for (const MessageNets::Net &net : nets.getNets()) {
    std::vector<int32_t> pins;
    for (size_t pin = net.firstPin; pin < net.endPin; ++pin)
      if (int32_t vertex = number[nets.getPins()[pin]]; vertex >= 0)
        pins.push_back(vertex);
    if (net.source >= 0 && number[net.source] >= 0)
      for (int32_t pin : pins)
        edges.push_back({number[net.source], pin, net.messages});
    // Of k pins on one core, k - 1 messages are saved.
    if (pins.size() <= pairedPins)
      for (size_t i = 0; i < pins.size(); ++i)
        for (size_t j = 0; j < i; ++j)
          edges.push_back({pins[i], pins[j], 2 * net.messages / pins.size()});
  }

  // In thousandths of a core; METIS balances each of these.
  const Limits &limits = model.getLimits();
  std::vector<int32_t> weights;
  std::vector<double> sums(3);
  for (int32_t slice : small) {
    const BoxCost &cost = costs[slice];
    double shares[] = {limits.neuronsPerCore > 0 ? double(cost.use.neurons) / limits.neuronsPerCore : 0,
                       getFill(cost.use, limits), std::isfinite(maxLoad) ? cost.load / maxLoad : 0};
    for (size_t i = 0; i < 3; ++i) {
      sums[i] += shares[i];
      weights.push_back(1 + static_cast<int32_t>(1000 * shares[i]));
    }
  }
  int32_t parts = std::ceil(1.1 * *std::max_element(sums.begin(), sums.end()));
  Graph graph(small.size(), std::move(edges));
  std::vector<int32_t> part = partitionGraph(graph, parts, weights, sums.size(), {}, seed);

  int32_t firstGroup = groups.size();
  groups.resize(groups.size() + *std::max_element(part.begin(), part.end()) + 1);
  std::vector<int32_t> left;
  for (size_t i = 0; i < small.size(); ++i)
    if (fits(groups[firstGroup + part[i]], small[i]))
      put(small[i], firstGroup + part[i]);
    else
      left.push_back(small[i]);
  for (int32_t slice : left) {
    int32_t best = -1;
    for (auto [group, gain] : getGains(slice))
      if (fits(groups[group], slice)) {
        best = group;
        break;
      }
    for (int32_t group = firstGroup; best < 0 && group < int32_t(groups.size()); ++group)
      if (fits(groups[group], slice))
        best = group;
    if (best < 0) {
      best = groups.size();
      groups.emplace_back();
    }
    put(slice, best);
  }
}

/// The groups that a slice talks to, with the messages that are saved if it moves there, best first.
std::vector<std::pair<int32_t, double>> Gatherer::getGains(int32_t slice) const {
  int32_t home = groupOf[slice];
  std::unordered_map<int32_t, double> saved;
  double leaving = 0, arriving = 0;
  std::vector<int32_t> present;
  auto collect = [&](const MessageNets::Net &net) {
    present.clear();
    for (size_t pin = net.firstPin; pin < net.endPin; ++pin)
      if (int32_t other = nets.getPins()[pin]; other != slice && groupOf[other] >= 0)
        present.push_back(groupOf[other]);
    std::sort(present.begin(), present.end());
    present.erase(std::unique(present.begin(), present.end()), present.end());
  };
  for (int32_t index : netsInto[slice]) {
    const MessageNets::Net &net = nets.getNets()[index];
    collect(net);
    int32_t source = net.source < 0 ? -1 : groupOf[net.source];
    if (source >= 0 && !std::binary_search(present.begin(), present.end(), source))
      present.insert(std::lower_bound(present.begin(), present.end(), source), source);
    arriving += net.messages;
    if (!std::binary_search(present.begin(), present.end(), home))
      leaving += net.messages;
    for (int32_t group : present)
      saved[group] += net.messages;
  }
  for (int32_t index : netsFrom[slice]) {
    const MessageNets::Net &net = nets.getNets()[index];
    collect(net);
    for (int32_t group : present)
      saved[group] += net.messages;
    if (std::binary_search(present.begin(), present.end(), home))
      leaving -= net.messages;
  }
  std::vector<std::pair<int32_t, double>> gains;
  for (auto [group, messages] : saved)
    if (group != home)
      gains.push_back({group, leaving - arriving + messages});
  std::sort(gains.begin(), gains.end(), [](const auto &a, const auto &b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return gains;
}

bool Gatherer::improve(const std::vector<int32_t> &small) {
  bool changed = false;
  for (int32_t slice : small)
    for (auto [group, gain] : getGains(slice)) {
      if (gain <= 1e-9)
        break;
      if (!fits(groups[group], slice))
        continue;
      take(slice);
      put(slice, group);
      changed = true;
      break;
    }
  return changed;
}

bool Gatherer::emptyOne() {
  std::vector<int32_t> order(groups.size());
  std::iota(order.begin(), order.end(), 0);
  auto fill = [&](int32_t group) { return getFill(groups[group].use, model.getLimits()); };
  std::sort(order.begin(), order.end(),
            [&](int32_t a, int32_t b) { return std::pair(fill(a), a) < std::pair(fill(b), b); });
  for (int32_t victim : order) {
    if (groups[victim].slices.empty() || fill(victim) > 0.9)
      continue;
    std::vector<int32_t> slices = groups[victim].slices;
    std::sort(slices.begin(), slices.end(), [&](int32_t a, int32_t b) {
      return std::pair(costs[b].use.memoryBytes(), a) < std::pair(costs[a].use.memoryBytes(), b);
    });
    std::vector<int32_t> moved;
    for (int32_t slice : slices) {
      // Into the fullest core that takes it.
      auto target = std::find_if(order.rbegin(), order.rend(), [&](int32_t group) {
        return group != victim && !groups[group].slices.empty() && fits(groups[group], slice);
      });
      if (target == order.rend())
        break;
      take(slice);
      put(slice, *target);
      moved.push_back(slice);
    }
    if (moved.size() == slices.size())
      return true;
    for (int32_t slice : moved) {
      take(slice);
      put(slice, victim);
    }
  }
  return false;
}

std::vector<std::vector<int32_t>> Gatherer::run(int64_t maxCores) {
  std::vector<int32_t> small;
  for (size_t slice = 0; slice < costs.size(); ++slice) {
    double fill = std::max(getFill(costs[slice].use, model.getLimits()),
                           std::isfinite(maxLoad) ? costs[slice].load / maxLoad : 0);
    if (fill <= smallFill) {
      small.push_back(slice);
      continue;
    }
    groups.emplace_back();
    put(slice, groups.size() - 1);
  }
  if (!small.empty())
    groupSmall(small);
  std::mt19937 random(seed);
  for (int32_t round = 0; round < improvingRounds; ++round) {
    for (size_t i = small.size(); i > 1; --i) // std::shuffle differs between libraries
      std::swap(small[i - 1], small[random() % i]);
    if (!improve(small))
      break;
  }

  auto count = [&] {
    return std::count_if(groups.begin(), groups.end(), [](const Group &group) { return !group.slices.empty(); });
  };
  for (int64_t cores = count(); maxCores > 0 && cores > maxCores && emptyOne(); --cores)
    ;
  std::vector<std::vector<int32_t>> cores;
  for (Group &group : groups)
    if (!group.slices.empty()) {
      std::sort(group.slices.begin(), group.slices.end());
      cores.push_back(group.slices);
    }
  return cores;
}
