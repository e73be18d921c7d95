// SPDX-License-Identifier: Apache-2.0
// Counters of cores, steps and links.
#include "Tally.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace spike::chip {

Tally::Tally(const Plan &plan) : plan(plan), period(plan.network->period()), routes(plan.populations.size()) {
  const Network &network = *plan.network;
  counters.cores = static_cast<int64_t>(network.cores.size());
  counters.chipSteps = network.chipSteps();
  for (auto *list :
       {&counters.synops, &counters.updates, &counters.spikes, &counters.messagesIn, &counters.messagesOut})
    list->assign(counters.cores * counters.chipSteps, 0);
  for (std::vector<int64_t> &list : counters.reads)
    list.assign(counters.cores * counters.chipSteps, 0);
  counters.projectionSynops.assign(network.projections.size(), 0);
  counters.populationUpdates.assign(network.populations.size(), 0);
  counters.populationSpikes.assign(network.populations.size(), 0);
  for (size_t p = 0; p < routes.size(); ++p) {
    routes[p].now.assign(plan.populations[p].fanOut.size(), 0);
    routes[p].flows.assign(
        plan.populations[p].fanOut.getFlows().size() * network.timeSteps * network.populations[p].substeps, 0);
  }
}

void Tally::count(const PopulationPlan &population, const PopulationState &state, int64_t time, int32_t substep) {
  const Messages &messagesSent = state.sent[substep].messages;
  int64_t step = stepOf(*population.population, time, substep);
  for (size_t s = 0; s < population.slices.size(); ++s) {
    int64_t at = cell(population.slices[s].core, step);
    auto sent = static_cast<int64_t>(state.slices[s].sent.size());
    counters.updates[at] += state.slices[s].updates;
    counters.spikes[at] += sent;
    counters.populationUpdates[population.index] += state.slices[s].updates;
  }
  counters.populationSpikes[population.index] += static_cast<int64_t>(messagesSent.size());

  Routes &taken = routes[population.index];
  for (uint32_t neuron : messagesSent.neurons) {
    uint32_t route = population.fanOut.routeOf(neuron);
    if (taken.now[route]++ == 0)
      taken.touched.push_back(route);
  }
  const Network &network = *plan.network;
  int64_t flow = (time * population.population->substeps + substep) * population.fanOut.getFlows().size();
  for (uint32_t route : taken.touched) {
    int64_t messages = taken.now[route], copies = 0;
    int32_t sender = population.fanOut.forEachStop(route, [&](const FanOut::Stop &stop, bool isFirst) {
      // What is sent in a step arrives in the next; targets read it later, so there is one.
      int64_t at = cell(stop.core, step + 1), synops = messages * stop.synops;
      counters.synops[at] += synops;
      counters.reads[getRead(network.projections[stop.projection])][at] += synops;
      counters.projectionSynops[stop.projection] += synops;
      if (isFirst) {
        counters.messagesIn[at] += messages;
        taken.flows[flow + stop.flow] += messages;
        copies += messages;
      }
    });
    if (sender >= 0)
      counters.messagesOut[cell(sender, step)] += copies;
    taken.now[route] = 0;
  }
  taken.touched.clear();
}

void Tally::add(const Tally &other) {
  auto sum = [](std::vector<int64_t> &into, const std::vector<int64_t> &from) {
    for (size_t i = 0; i < into.size(); ++i)
      into[i] += from[i];
  };
  counters.inferences += other.counters.inferences;
  sum(counters.synops, other.counters.synops);
  sum(counters.updates, other.counters.updates);
  sum(counters.spikes, other.counters.spikes);
  sum(counters.messagesIn, other.counters.messagesIn);
  sum(counters.messagesOut, other.counters.messagesOut);
  for (size_t i = 0; i < kNumReads; ++i)
    sum(counters.reads[i], other.counters.reads[i]);
  sum(counters.projectionSynops, other.counters.projectionSynops);
  sum(counters.populationUpdates, other.counters.populationUpdates);
  sum(counters.populationSpikes, other.counters.populationSpikes);
  for (size_t p = 0; p < routes.size(); ++p)
    sum(routes[p].flows, other.routes[p].flows);
}

Counters Tally::finish() {
  std::map<std::pair<int32_t, int32_t>, int64_t> traffic;
  for (size_t p = 0; p < routes.size(); ++p) {
    const std::vector<FanOut::Ends> &ends = plan.populations[p].fanOut.getFlows();
    for (size_t i = 0; i < routes[p].flows.size(); ++i) {
      int64_t messages = routes[p].flows[i];
      if (messages == 0)
        continue;
      const Population &population = plan.network->populations[p];
      int64_t moment = i / ends.size();
      auto step = static_cast<int32_t>(
          stepOf(population, moment / population.substeps, static_cast<int32_t>(moment % population.substeps)));
      auto [source, target] = ends[i % ends.size()];
      counters.flows.push_back({static_cast<int32_t>(p), step, source, target, messages});
      traffic[{source, target}] += messages;
    }
  }
  std::sort(counters.flows.begin(), counters.flows.end(), [](const StepFlow &a, const StepFlow &b) {
    return std::tie(a.population, a.step, a.source, a.target) < std::tie(b.population, b.step, b.source, b.target);
  });
  for (const auto &[ends, messages] : traffic)
    counters.traffic.push_back({ends.first, ends.second, messages});
  return std::move(counters);
}

} // namespace spike::chip
