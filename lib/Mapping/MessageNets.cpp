// SPDX-License-Identifier: Apache-2.0
// Nets are found by hashing: every target slice has a random number, and a neuron's hash is the sum over the slices
// that it reaches.
#include "spike/Mapping/MessageNets.h"

#include <algorithm>
#include <random>
#include <unordered_map>
#include <utility>

using namespace spike::chip;

MessageNets::MessageNets(const Connections &connections, const std::vector<Slice> &slices, const LoadModel &load)
    : slices(slices) {
  const Network &network = connections.getNetwork();
  std::vector<std::vector<int32_t>> byPopulation(network.populations.size());
  for (size_t i = 0; i < slices.size(); ++i)
    byPopulation[slices[i].population].push_back(i);
  for (size_t population = 0; population < network.populations.size(); ++population) {
    std::vector<int32_t> reached;
    for (int32_t projection : connections.outOf(population))
      reached.push_back(network.projections[projection].target);
    std::sort(reached.begin(), reached.end());
    reached.erase(std::unique(reached.begin(), reached.end()), reached.end());
    std::vector<int32_t> targets;
    for (int32_t target : reached)
      targets.insert(targets.end(), byPopulation[target].begin(), byPopulation[target].end());
    if (!targets.empty())
      addPopulation(connections, population, byPopulation[population], targets,
                    load.getRate(network.populations[population]) * network.timeSteps);
  }
}

void MessageNets::addPopulation(const Connections &connections, int32_t index, const std::vector<int32_t> &sources,
                                const std::vector<int32_t> &targets, double messages) {
  const Population &population = connections.getPopulation(index);
  std::vector<NeuronSet> reaching;
  int64_t low = population.size(), high = 0; // an input may have far more neurons than are read
  for (int32_t target : targets) {
    reaching.push_back(connections.sourcesOf(index, {slices[target]}));
    for (const NeuronSet::Interval &part : reaching.back().intervals()) {
      low = std::min(low, part.begin);
      high = std::max(high, part.end);
    }
  }
  if (low >= high)
    return;
  std::vector<uint64_t> hashes(high - low);
  std::mt19937_64 random(index);
  for (const NeuronSet &sources : reaching) {
    uint64_t number = random();
    for (const NeuronSet::Interval &part : sources.intervals())
      for (int64_t neuron = part.begin; neuron < part.end; ++neuron)
        hashes[neuron - low] += number;
  }

  int64_t channels = population.channels();
  auto addNets = [&](int32_t source, const Slice &box) {
    std::vector<int64_t> counts, samples;
    std::unordered_map<uint64_t, size_t> groups;
    uint64_t lastHash = 0;
    size_t lastGroup = 0;
    int64_t end = std::min(box.p1, (high - 1) / channels + 1);
    for (int64_t position = std::max(box.p0, low / channels); position < end; ++position)
      for (int64_t neuron = position * channels + box.c0; neuron < position * channels + box.c1; ++neuron) {
        uint64_t hash = neuron < low || neuron >= high ? 0 : hashes[neuron - low];
        if (hash == 0)
          continue;
        if (hash != lastHash) {
          lastHash = hash;
          lastGroup = groups.try_emplace(lastHash, counts.size()).first->second;
          if (lastGroup == counts.size()) {
            counts.push_back(0);
            samples.push_back(neuron);
          }
        }
        ++counts[lastGroup];
      }
    for (size_t group = 0; group < counts.size(); ++group) {
      Net net{source, messages * counts[group], pins.size(), 0};
      for (size_t i = 0; i < targets.size(); ++i)
        if (reaching[i].contains(samples[group]))
          pins.push_back(targets[i]);
      net.endPin = pins.size();
      nets.push_back(net);
    }
  };
  if (population.kind == NeuronKind::input)
    addNets(-1, {index, 0, population.positions(), 0, channels});
  for (int32_t source : sources)
    addNets(source, slices[source]);
}

CoreTraffic spike::chip::getCoreTraffic(const MessageNets &nets, const std::vector<int32_t> &coreOf, int64_t cores) {
  CoreTraffic traffic;
  traffic.inputs.resize(cores);
  traffic.messagesIn.resize(cores);
  traffic.messagesOut.resize(cores);
  std::vector<std::unordered_map<int32_t, double>> sent(cores);
  std::vector<size_t> seen(cores, SIZE_MAX); // the last net that reached a core
  for (size_t i = 0; i < nets.getNets().size(); ++i) {
    const MessageNets::Net &net = nets.getNets()[i];
    for (size_t pin = net.firstPin; pin < net.endPin; ++pin) {
      int32_t core = coreOf[nets.getPins()[pin]];
      if (std::exchange(seen[core], i) == i)
        continue;
      traffic.messagesIn[core] += net.messages;
      if (net.source < 0) {
        traffic.inputs[core] += net.messages;
        continue;
      }
      traffic.messagesOut[coreOf[net.source]] += net.messages;
      if (coreOf[net.source] != core)
        sent[coreOf[net.source]][core] += net.messages;
    }
  }
  for (int32_t source = 0; source < cores; ++source) {
    size_t first = traffic.flows.size();
    for (auto [target, messages] : sent[source])
      traffic.flows.push_back({source, target, messages});
    std::sort(traffic.flows.begin() + first, traffic.flows.end(),
              [](const Flow &a, const Flow &b) { return a.target < b.target; });
  }
  return traffic;
}

void spike::chip::listSlices(const std::vector<Core> &cores, std::vector<Slice> &slices, std::vector<int32_t> &coreOf) {
  for (size_t core = 0; core < cores.size(); ++core)
    for (const Slice &slice : cores[core].slices) {
      slices.push_back(slice);
      coreOf.push_back(core);
    }
}
