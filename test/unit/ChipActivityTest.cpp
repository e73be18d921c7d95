// SPDX-License-Identifier: Apache-2.0
// From what the simulator counts to events: hops by hand, and sums that agree on random networks that run.
#include "spike/Target/ChipActivity.h"
#include "RandomNetwork.h"
#include "spike/ChipSim/Simulator.h"
#include "gtest/gtest.h"

#include <numeric>

using namespace spike::chip;

namespace {

int64_t get(const EventCounts &counts, Event event) { return counts[static_cast<size_t>(event)]; }

/// Three chips, two of them in a row, with meshes of 4 x 4 cores and tiles of 2 x 2.
Limits makeLimits() {
  Limits limits;
  limits.name = "test";
  limits.chips = 3, limits.chipColumns = 2;
  limits.coresPerChip = 16, limits.meshWidth = limits.meshHeight = 4;
  limits.tileWidth = limits.tileHeight = 2;
  return limits;
}

/// A host and one population, a neuron on each core.
Network makeNetwork(std::initializer_list<Core> cores) {
  Network network;
  network.name = "net";
  network.populations.resize(2);
  network.populations[0].name = "in";
  network.populations[0].kind = NeuronKind::input;
  network.populations[1].name = "a";
  network.populations[1].shape = {static_cast<int64_t>(cores.size())};
  network.chips = {{0, 0}, {1, 0}, {0, 1}};
  network.cores = cores;
  for (size_t i = 0; i < network.cores.size(); ++i)
    network.cores[i].slices = {{1, 0, 1, static_cast<int64_t>(i), static_cast<int64_t>(i) + 1}};
  return network;
}

Counters makeCounters(const Network &network, std::vector<StepFlow> flows) {
  Counters counters;
  counters.inferences = 1;
  counters.cores = network.cores.size(), counters.chipSteps = network.chipSteps();
  size_t cells = counters.cores * counters.chipSteps;
  for (auto *list :
       {&counters.synops, &counters.updates, &counters.spikes, &counters.messagesIn, &counters.messagesOut})
    list->assign(cells, 0);
  for (auto &list : counters.reads)
    list.assign(cells, 0);
  for (const StepFlow &flow : flows) {
    counters.messagesIn[flow.target * counters.chipSteps + flow.step] += flow.messages;
    if (flow.source >= 0)
      counters.messagesOut[flow.source * counters.chipSteps + flow.step] += flow.messages;
  }
  counters.populationUpdates = counters.populationSpikes = {0, 0};
  counters.flows = std::move(flows);
  return counters;
}

/// The hops of 10 messages from one core to another, and the links they take.
std::pair<std::array<int64_t, 3>, std::vector<CountedLink>> send(const Core &source, const Core &target) {
  Network network = makeNetwork({source, target});
  ChipActivity found = llvm::cantFail(makeActivity(network, makeLimits(), makeCounters(network, {{1, 0, 0, 1, 10}})));
  const EventCounts &counts = found.activity.steps[0].cores[0];
  EXPECT_EQ(get(counts, Event::hopChip), get(found.activity.byPopulation[1], Event::hopChip));
  return {{get(counts, Event::hopEastWest), get(counts, Event::hopNorthSouth), get(counts, Event::hopChip)},
          found.links};
}

TEST(ChipActivity, HopsByHand) {
  using Hops = std::array<int64_t, 3>;
  EXPECT_EQ((Hops{0, 0, 0}), send({0, 0, 0, {}}, {0, 1, 1, {}}).first) << "one tile";
  EXPECT_EQ((Hops{10, 0, 0}), send({0, 0, 0, {}}, {0, 2, 0, {}}).first);
  EXPECT_EQ((Hops{10, 10, 0}), send({0, 3, 3, {}}, {0, 0, 0, {}}).first);
  EXPECT_EQ((Hops{0, 0, 10}), send({0, 2, 0, {}}, {1, 1, 1, {}}).first) << "next to each other on two chips";
  EXPECT_EQ((Hops{20, 0, 10}), send({0, 0, 0, {}}, {1, 3, 0, {}}).first);
  EXPECT_EQ((Hops{0, 0, 10}), send({2, 0, 0, {}}, {0, 0, 2, {}}).first);
}

TEST(ChipActivity, TheWayLeadsOverChipsOnly) {
  // From the third chip to the second there is no chip at the corner (1, 1): first north, then east.
  auto [hops, links] = send({2, 3, 0, {}}, {1, 0, 2, {}});
  EXPECT_EQ((std::array<int64_t, 3>{0, 0, 20}), hops);
  ASSERT_EQ(2u, links.size());
  EXPECT_EQ(0, links[0].chip);
  EXPECT_EQ(Direction::east, links[0].direction);
  EXPECT_EQ(2, links[1].chip);
  EXPECT_EQ(Direction::north, links[1].direction);
  EXPECT_EQ(10, links[1].messages);
}

TEST(ChipActivity, BusiestLinksAreOfOneStep) {
  Network network = makeNetwork({{0, 0, 0, {}}, {0, 2, 0, {}}, {0, 0, 2, {}}});
  network.timeSteps = 2;
  Counters counters =
      makeCounters(network, {{1, 0, 0, 1, 5}, {1, 0, 0, 2, 3}, {1, 1, 0, 1, 7}, {1, 1, 2, 1, 4}, {0, 0, -1, 0, 100}});
  ChipActivity found = llvm::cantFail(makeActivity(network, makeLimits(), counters));
  EXPECT_EQ((std::array<int64_t, 3>{5, 3, 0}), found.activity.steps[0].busiestLinks);
  // In the second step, both go along y = 0 or 1, then north.
  EXPECT_EQ((std::array<int64_t, 3>{7, 4, 0}), found.activity.steps[1].busiestLinks);
  EXPECT_EQ(3, found.activity.tiles);
  EXPECT_EQ(100, get(found.activity.byPopulation[0], Event::messageIn)) << "of the host, without hops";
  EXPECT_EQ(3 * 2, get(found.activity.byPopulation[1], Event::neuronIdle));
}

TEST(ChipActivity, NetworksThatDoNotFit) {
  auto refuse = [](const Network &network, const Counters &counters) {
    llvm::Expected<ChipActivity> found = makeActivity(network, makeLimits(), counters);
    return found ? std::string("accepted") : llvm::toString(found.takeError());
  };
  Network network = makeNetwork({{0, 4, 0, {}}});
  EXPECT_EQ(
      "network 'net': a core lies at (4, 0) of chip 0, target 'test' has meshes of 4 x 4 cores; place it for this "
      "target",
      refuse(network, makeCounters(network, {})));
  network = makeNetwork({{0, 0, 0, {}}});
  network.chips[1].x = 2;
  EXPECT_EQ("network 'net': chip 1 lies at (2, 0), of target 'test' at (1, 0); place it for this target",
            refuse(network, makeCounters(network, {})));
  network.chips[1].x = 1;
  network.chips.push_back({1, 1});
  EXPECT_EQ("network 'net': it lies on 4 chips, target 'test' has 3; place it for this target",
            refuse(network, makeCounters(network, {})));
  network.chips.pop_back();
  Counters counters = makeCounters(network, {});
  counters.inferences = 0;
  EXPECT_EQ("network 'net': expected counters of at least one inference", refuse(network, counters));
  counters.cores = 2;
  EXPECT_EQ("network 'net': the counters are of another network", refuse(network, counters));
}

/// What cores count and what populations count is the same, whatever ran; evaluating refuses anything else.
TEST(ChipActivity, SumsAgreeOnRandomNetworks) {
  Limits limits = makeLimits();
  limits.chips = 2, limits.meshWidth = limits.meshHeight = 2, limits.tileWidth = limits.tileHeight = 1;
  EnergyProfile profile = llvm::cantFail(EnergyProfile::load("loihi1_fit"));
  int64_t runs = 0, messages = 0, hops = 0, graded = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    auto network = std::make_shared<Network>(RandomNetwork(seed).make());
    std::string error;
    SimulatorOptions options;
    options.threads = 1 + seed % 3;
    std::unique_ptr<Simulator> simulator = Simulator::create(network, options, error);
    ASSERT_TRUE(simulator) << seed << ": " << error;
    int64_t batch = 1 + seed % 4;
    std::vector<std::vector<float>> arrays;
    std::vector<const float *> inputs;
    for (const Input &input : network->inputs) {
      int64_t size = std::accumulate(input.shape.begin(), input.shape.end(), batch, std::multiplies<>());
      std::vector<float> &array = arrays.emplace_back(size * (input.everyStep ? 1 : network->timeSteps));
      for (size_t i = 0; i < array.size(); ++i)
        array[i] = static_cast<float>((i * 7 + seed) % 5) - 1;
    }
    for (const std::vector<float> &array : arrays)
      inputs.push_back(array.data());
    RunResult result;
    if (!simulator->run(inputs, batch, result, error)) { // some of these networks send more than their payloads hold
      ASSERT_NE(std::string::npos, error.find("does not fit its")) << seed << ": " << error;
      continue;
    }
    ++runs;

    for (size_t cell = 0; cell < result.counters.synops.size(); ++cell) {
      int64_t synops = 0;
      for (const std::vector<int64_t> &reads : result.counters.reads)
        synops += reads[cell];
      EXPECT_EQ(result.counters.synops[cell], synops) << seed;
    }
    llvm::Expected<ChipActivity> found = makeActivity(*network, limits, result.counters);
    ASSERT_TRUE(bool(found)) << seed << ": " << llvm::toString(found.takeError());
    llvm::Expected<EnergyReport> report = profile.evaluate(found->activity);
    ASSERT_TRUE(bool(report)) << seed << ": " << llvm::toString(report.takeError());
    int64_t onLinks = 0, ofCores = 0;
    for (const CountedLink &link : found->links)
      onLinks += link.messages;
    for (const EventCounts &counts : found->activity.byPopulation) {
      messages += get(counts, Event::messageOut), graded += get(counts, Event::synopGraded);
      for (Event event : kHops)
        ofCores += get(counts, event);
    }
    EXPECT_EQ(onLinks, ofCores) << seed;
    hops += onLinks;
  }
  EXPECT_GT(runs, 50);
  EXPECT_GT(messages, 500);
  EXPECT_GT(hops, 500);
  EXPECT_GT(graded, 500);
}

} // namespace
