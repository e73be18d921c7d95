// SPDX-License-Identifier: Apache-2.0
#include "spike/Target/ChipActivity.h"

#include "llvm/ADT/Twine.h"
#include <algorithm>
#include <set>

using namespace spike::chip;
using llvm::Expected;
using llvm::Twine;

namespace {

int64_t &at(EventCounts &counts, Event event) { return counts[static_cast<size_t>(event)]; }

static_assert(static_cast<size_t>(Encoding::dense) == static_cast<size_t>(Event::synopDense) &&
                  static_cast<size_t>(Encoding::sparse) == static_cast<size_t>(Event::synopSparse) &&
                  kGradedRead == static_cast<size_t>(Event::synopGraded),
              "what is read is counted under the same number");

/// What links carry, step by step.
class LinkCounter {
public:
  LinkCounter(const Network &network, const Limits &limits)
      : network(network), mesh(network, limits.meshWidth, limits.meshHeight, limits.tileWidth, limits.tileHeight),
        total(mesh.getNumLinks()), now(mesh.getNumLinks()) {}

  /// Sends messages on their way, and counts the hops.
  void send(const StepFlow &flow, EventCounts &hops) {
    mesh.forEachLink(network.cores[flow.source], network.cores[flow.target], [&](size_t link) {
      if (now[link] == 0)
        used.push_back(link);
      now[link] += flow.messages;
      at(hops, hopOver(link)) += flow.messages;
    });
  }

  /// Ends a step of the chips: messages over the busiest link of each kind of hop.
  std::array<int64_t, 3> finishStep() {
    std::array<int64_t, 3> busiest = {0, 0, 0};
    for (size_t link : used) {
      int64_t &most = busiest[static_cast<size_t>(hopOver(link)) - static_cast<size_t>(kHops[0])];
      most = std::max(most, now[link]);
      total[link] += now[link];
      now[link] = 0;
    }
    used.clear();
    return busiest;
  }

  std::vector<CountedLink> listLinks() const {
    std::vector<CountedLink> links;
    for (size_t i = 0; i < total.size(); ++i)
      if (total[i] != 0)
        links.push_back({mesh.getLink(i), total[i]});
    return links;
  }

private:
  Event hopOver(size_t link) const {
    MeshLink found = mesh.getLink(link);
    if (found.betweenChips)
      return Event::hopChip;
    bool alongX = found.direction == Direction::east || found.direction == Direction::west;
    return alongX ? Event::hopEastWest : Event::hopNorthSouth;
  }

  const Network &network;
  TileMesh mesh;
  std::vector<int64_t> total, now; ///< messages over each link, of all steps and of this one
  std::vector<size_t> used;        ///< links that carry something in this step
};

llvm::Error check(const Network &network, const Limits &limits, const Counters &counters) {
  auto fail = [&](const Twine &message) {
    return llvm::createStringError("network '" + network.name + "': " + message);
  };
  if (static_cast<int64_t>(network.chips.size()) > limits.chips)
    return fail("it lies on " + Twine(network.chips.size()) + " chips, target '" + limits.name + "' has " +
                Twine(limits.chips) + "; place it for this target");
  for (size_t i = 0; i < network.chips.size(); ++i) {
    int64_t x = static_cast<int64_t>(i) % limits.chipColumns, y = static_cast<int64_t>(i) / limits.chipColumns;
    if (network.chips[i].x != x || network.chips[i].y != y)
      return fail("chip " + Twine(i) + " lies at (" + Twine(network.chips[i].x) + ", " + Twine(network.chips[i].y) +
                  "), of target '" + limits.name + "' at (" + Twine(x) + ", " + Twine(y) +
                  "); place it for this target");
  }
  if (!(network.interconnect == limits.interconnect))
    return fail("its chips are linked as " + Twine(getName(network.interconnect)) + ", those of target '" +
                limits.name + "' as " + getName(limits.interconnect) + "; place it for this target");
  if (limits.interconnect.kind == Interconnect::torus && static_cast<int64_t>(network.chips.size()) != limits.chips)
    return fail("it lists " + Twine(network.chips.size()) + " chips, the torus of target '" + limits.name + "' has " +
                Twine(limits.chips) + "; place it for this target");
  for (const Core &core : network.cores)
    if (core.chip < 0 || core.chip >= static_cast<int64_t>(network.chips.size()) || core.x < 0 ||
        core.x >= limits.meshWidth || core.y < 0 || core.y >= limits.meshHeight)
      return fail("a core lies at (" + Twine(core.x) + ", " + Twine(core.y) + ") of chip " + Twine(core.chip) +
                  ", target '" + limits.name + "' has meshes of " + Twine(limits.meshWidth) + " x " +
                  Twine(limits.meshHeight) + " cores; place it for this target");
  if (counters.cores != static_cast<int64_t>(network.cores.size()) || counters.chipSteps != network.chipSteps() ||
      counters.projectionSynops.size() != network.projections.size() ||
      counters.populationUpdates.size() != network.populations.size())
    return fail("the counters are of another network");
  if (counters.inferences < 1)
    return fail("expected counters of at least one inference");
  return llvm::Error::success();
}

/// Neurons that lie on a core.
int64_t countNeurons(const Core &core) {
  int64_t neurons = 0;
  for (const Slice &slice : core.slices)
    neurons += slice.size();
  return neurons;
}

int64_t countTiles(const Network &network, const Limits &limits) {
  std::vector<std::set<std::pair<int64_t, int64_t>>> tiles(network.chips.size());
  for (const Core &core : network.cores)
    tiles[core.chip].insert({core.x / limits.tileWidth, core.y / limits.tileHeight});
  size_t most = 1;
  for (const auto &ofChip : tiles)
    most = std::max(most, ofChip.size());
  return static_cast<int64_t>(most);
}

void countPopulations(const Network &network, const Counters &counters, Activity &activity) {
  for (size_t p = 0; p < network.populations.size(); ++p) {
    const Population &population = network.populations[p];
    EventCounts &counts = activity.byPopulation[p];
    activity.populations.push_back(population.name);
    if (population.kind == NeuronKind::input) // the host's work
      continue;
    at(counts, Event::neuronActive) = counters.populationUpdates[p];
    at(counts, Event::neuronIdle) =
        population.size() * counters.chipSteps * counters.inferences - counters.populationUpdates[p];
    at(counts, Event::spike) = counters.populationSpikes[p];
  }
  for (size_t p = 0; p < network.projections.size(); ++p)
    activity.byPopulation[network.projections[p].target][getRead(network.projections[p])] +=
        counters.projectionSynops[p];
}

} // namespace

Expected<ChipActivity> spike::chip::makeActivity(const Network &network, const Limits &limits,
                                                 const Counters &counters) {
  if (llvm::Error error = check(network, limits, counters))
    return error;
  ChipActivity result;
  Activity &activity = result.activity;
  activity.inferences = counters.inferences;
  activity.tiles = countTiles(network, limits);
  activity.steps.resize(counters.chipSteps);
  activity.byPopulation.resize(network.populations.size(), EventCounts{});
  for (int64_t step = 0; step < counters.chipSteps; ++step)
    for (int64_t core = 0; core < counters.cores; ++core) {
      EventCounts &counts = activity.steps[step].cores.emplace_back(EventCounts{});
      int64_t cell = core * counters.chipSteps + step;
      for (size_t read = 0; read < kNumReads; ++read)
        counts[read] = counters.reads[read][cell];
      at(counts, Event::neuronActive) = counters.updates[cell];
      at(counts, Event::neuronIdle) = countNeurons(network.cores[core]) * counters.inferences - counters.updates[cell];
      at(counts, Event::spike) = counters.spikes[cell];
      at(counts, Event::messageIn) = counters.messagesIn[cell];
      at(counts, Event::messageOut) = counters.messagesOut[cell];
    }
  countPopulations(network, counters, activity);

  std::vector<const StepFlow *> flows;
  for (const StepFlow &flow : counters.flows)
    flows.push_back(&flow);
  std::sort(flows.begin(), flows.end(), [](const StepFlow *a, const StepFlow *b) { return a->step < b->step; });
  LinkCounter links(network, limits);
  auto flow = flows.begin();
  for (int64_t step = 0; step < counters.chipSteps; ++step) {
    for (; flow != flows.end() && (*flow)->step == step; ++flow) {
      EventCounts &ofPopulation = activity.byPopulation[(*flow)->population];
      at(ofPopulation, Event::messageIn) += (*flow)->messages;
      if ((*flow)->source < 0)
        continue;
      at(ofPopulation, Event::messageOut) += (*flow)->messages;
      EventCounts hops = {};
      links.send(**flow, hops);
      for (Event event : kHops) {
        at(ofPopulation, event) += at(hops, event);
        at(activity.steps[step].cores[(*flow)->source], event) += at(hops, event);
      }
    }
    activity.steps[step].busiestLinks = links.finishStep();
  }
  result.links = links.listLinks();
  return result;
}
