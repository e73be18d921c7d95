// SPDX-License-Identifier: Apache-2.0
// From a network to a plan.
#include "Plan.h"

#include "spike/Chip/Geometry.h"
#include "spike/Chip/Passes.h"
#include "spike/Chip/Verify.h"
#include <algorithm>
#include <numeric>

namespace spike::chip {

uint32_t PopulationPlan::neuronOf(const SlicePlan &slice, int64_t local) const {
  int64_t channels = population->channels();
  if (slice.channels() == channels)
    return static_cast<uint32_t>(slice.box.p0 * channels + local);
  auto position = static_cast<uint32_t>(local) / static_cast<uint32_t>(slice.channels());
  return static_cast<uint32_t>((slice.box.p0 + position) * channels + slice.box.c0 + local -
                               position * slice.channels());
}

void PopulationPlan::findPlaces() {
  places.resize(population->size());
  for (const SlicePlan &slice : slices)
    for (int64_t local = 0; local < slice.box.size(); ++local)
      places[neuronOf(slice, local)] = static_cast<uint32_t>(slice.base + local);
}

/// Words that an inference keeps, and synapses that are pushed one by one, are bounded: a few bytes can describe more
/// of them than there is memory.
constexpr int64_t maxWords = int64_t(1) << 31, maxPushed = int64_t(1) << 30;

static bool checkSize(const Plan &plan, std::string &error) {
  int64_t words = 0;
  for (const PopulationPlan &population : plan.populations)
    words += population.population->size() + population.storage * (population.ports + population.words);
  if (words > maxWords) {
    error = "the network's neurons hold " + std::to_string(words) + " words, the simulator takes " +
            std::to_string(maxWords) + " at most; simulate a part of it";
    return false;
  }
  for (const Projection &projection : plan.network->projections) {
    int64_t pushed = 0;
    if (projection.encoding == Encoding::strided || projection.encoding == Encoding::sparse)
      pushed = Geometry(*plan.network, projection).countSynapses();
    if (pushed > maxPushed) {
      error = "projection '" + projection.name + "' has " + std::to_string(pushed) + " synapses, the simulator takes " +
              std::to_string(maxPushed) + " of a strided or sparse one at most; use a dense or conv encoding";
      return false;
    }
  }
  return true;
}

/// What a run counts, by core and chip step and by way and time step, and what it reads: short images can ask for very
/// many steps. A limit of 4 GiB.
constexpr int64_t maxRecords = int64_t(1) << 29, countersOfCell = 10;

static bool checkRecords(const Plan &plan, std::string &error) {
  const Network &network = *plan.network;
  int64_t ofStep = 1;
  for (const PopulationPlan &population : plan.populations)
    ofStep += static_cast<int64_t>(population.fanOut.getFlows().size()) * population.population->substeps;
  for (const Output &output : network.outputs)
    ofStep += output.lastStep ? 0 : plan.populations[output.population].population->size();
  int64_t ofChipStep = countersOfCell * static_cast<int64_t>(network.cores.size());
  double records = double(ofStep) * network.timeSteps + double(ofChipStep) * network.chipSteps();
  if (records <= double(maxRecords))
    return true;
  error = "an inference of " + std::to_string(network.timeSteps) + " time steps in " +
          std::to_string(network.chipSteps()) + " chip steps on " + std::to_string(network.cores.size()) +
          " cores records " + std::to_string(static_cast<int64_t>(std::min(records, 9e18))) +
          " numbers, the simulator takes " + std::to_string(maxRecords) + " at most; give the network fewer time steps";
  return false;
}

static void layOut(const Network &network, std::vector<PopulationPlan> &populations) {
  for (size_t c = 0; c < network.cores.size(); ++c)
    for (const Slice &box : network.cores[c].slices) {
      PopulationPlan &plan = populations[box.population];
      SlicePlan slice;
      slice.box = box;
      slice.core = static_cast<int32_t>(c);
      slice.base = plan.storage;
      plan.storage += (box.size() + blockSize - 1) / blockSize * blockSize;
      plan.slices.push_back(std::move(slice));
    }
}

bool Plan::build(std::shared_ptr<const Network> source, std::string &error) {
  network = std::move(source);
  if (std::optional<Fault> fault = findFault(*network, Phase::partitioned)) {
    error = fault->message;
    return false;
  }
  populations.resize(network->populations.size());
  for (size_t p = 0; p < populations.size(); ++p) {
    populations[p].population = &network->populations[p];
    populations[p].index = static_cast<int32_t>(p);
  }
  layOut(*network, populations);
  for (PopulationPlan &population : populations)
    planNeurons(*network, population);
  if (!checkSize(*this, error))
    return false;

  synapses.resize(network->projections.size());
  for (size_t p = 0; p < synapses.size(); ++p) {
    const Projection &projection = network->projections[p];
    PopulationPlan &from = populations[projection.source], &to = populations[projection.target];
    synapses[p].projection = &projection;
    // Spikes count one, whatever the projection says of payloads.
    synapses[p].valued = projection.graded && from.population->payloadBits != 1;
    planSynapses(*network, synapses[p]);
    if (projection.encoding != Encoding::strided)
      synapses[p].view = planView(*network, projection, from.views);
    from.silent = std::max(from.silent, from.population->substeps - 1 - projection.substep);
    to.shiftsPushed |= synapses[p].isPushed() && synapses[p].right > 0;
    to.incoming.insert(synapses[p].isPushed() ? to.incoming.begin() : to.incoming.end(), p);
  }
  for (PopulationPlan &population : populations) {
    if (!population.incoming.empty() && synapses[population.incoming.front()].isPushed())
      population.findPlaces();
    population.fanOut.build(*network, population.index, synapses, population.views);
  }

  if (!checkRecords(*this, error))
    return false;

  passes = getPasses(*network);
  // In a balanced schedule whoever reads a population ends later.
  order.resize(populations.size());
  std::iota(order.begin(), order.end(), 0);
  auto endOf = [&](int32_t p) {
    return int64_t(populations[p].population->start) + populations[p].population->substeps;
  };
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return endOf(a) < endOf(b); });
  return true;
}

} // namespace spike::chip
