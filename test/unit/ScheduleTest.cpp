// SPDX-License-Identifier: Apache-2.0
// Schedules against the rule that makes one balanced, which findFault checks for every projection.
#include "spike/Mapping/Schedule.h"

#include "RandomNetwork.h"
#include "spike/Chip/Verify.h"
#include "spike/ChipSim/Simulator.h"
#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"

using namespace spike::chip;

namespace {

/// Populations of two neurons, the first an input, and a projection of each pair.
Network makeGraph(int populations, std::vector<std::pair<int, int>> edges) {
  Network network;
  network.name = "graph";
  network.timeSteps = 2;
  for (int i = 0; i < populations; ++i) {
    Population population;
    population.name = "p" + std::to_string(i);
    population.shape = {2};
    population.kind = i == 0 ? NeuronKind::input : NeuronKind::lif;
    network.populations.push_back(population);
  }
  network.inputs.push_back({"x", 0, 1, 0, 1, true, {2}});
  network.populations[0].tensor = {{2, 1}};
  for (auto [source, target] : edges) {
    Projection projection;
    projection.name = "e" + std::to_string(network.projections.size());
    projection.source = source;
    projection.target = target;
    projection.encoding = Encoding::strided;
    projection.loops = {{2, 1, 1}};
    projection.weights = {1};
    network.projections.push_back(projection);
  }
  return network;
}

Limits makeLimits(int64_t delay) {
  Limits limits;
  limits.name = "target";
  limits.delay = delay;
  return limits;
}

std::string describe(const std::optional<Fault> &fault) { return fault ? fault->message : ""; }

std::vector<int32_t> starts(const Network &network) {
  std::vector<int32_t> list;
  for (const Population &population : network.populations)
    list.push_back(population.start);
  return list;
}

std::string errorOf(Network network, const Limits &limits) {
  llvm::Expected<ScheduleReport> report = scheduleNetwork(network, limits);
  return report ? "" : llvm::toString(report.takeError());
}

TEST(Schedule, DelaysTheShorterPath) {
  Network network = makeGraph(4, {{0, 1}, {1, 2}, {2, 3}, {0, 3}});
  ScheduleReport report = llvm::cantFail(scheduleNetwork(network, makeLimits(63)));
  EXPECT_EQ(starts(network), (std::vector<int32_t>{0, 1, 2, 3}));
  EXPECT_EQ(network.projections[3].delay, 2);
  EXPECT_EQ(report.depth, 3);
  EXPECT_EQ(report.longestDelay, 2);
  EXPECT_EQ(report.relays, 0);
  EXPECT_EQ(report.chipSteps, 5);
}

TEST(Schedule, StartsRootsWhenTheyAreRead) {
  // Population 3 has no projection into it and is read late; 4 is read by nobody.
  Network network = makeGraph(5, {{0, 1}, {1, 2}, {3, 2}});
  llvm::cantFail(scheduleNetwork(network, makeLimits(63)));
  EXPECT_EQ(starts(network), (std::vector<int32_t>{0, 1, 2, 1, 0}));
  EXPECT_EQ(network.projections[2].delay, 0);
}

TEST(Schedule, WaitsForPopulationsThatTakeSeveralSteps) {
  // 1 gets its messages one by one in four steps, 2 takes as many and is done in its last, 3 reads that.
  Network network = makeGraph(4, {{0, 1}, {0, 1}, {1, 2}, {2, 3}, {0, 3}});
  network.timeSteps = 2;
  network.populations[1].substeps = network.populations[2].substeps = 4;
  network.projections[1].substep = network.projections[2].substep = 3;
  ScheduleReport report = llvm::cantFail(scheduleNetwork(network, makeLimits(63)));
  EXPECT_EQ(starts(network), (std::vector<int32_t>{0, 1, 2, 6}));
  EXPECT_EQ(network.projections[0].delay, 0);
  EXPECT_EQ(network.projections[1].delay, 3);
  EXPECT_EQ(network.projections[2].delay, 0);
  EXPECT_EQ(network.projections[4].delay, 5);
  EXPECT_EQ(report.depth, 3);
  EXPECT_EQ(report.chipSteps, 7 + 4);
  EXPECT_EQ(describe(findFault(network, Phase::scheduled)), "");

  // A relay passes each of the steps on.
  llvm::cantFail(scheduleNetwork(network, makeLimits(1)));
  EXPECT_EQ(describe(findFault(network, Phase::scheduled)), "");
  Network late = makeGraph(5, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {1, 4}});
  for (int32_t population : {1, 2, 3, 4})
    late.populations[population].substeps = 4;
  for (int32_t projection : {1, 2, 3, 4})
    late.projections[projection].substep = 3;
  llvm::cantFail(scheduleNetwork(late, makeLimits(1)));
  ASSERT_EQ(late.populations.size(), 6u);
  EXPECT_EQ(late.populations[5].substeps, 4);
  EXPECT_EQ(late.projections[5].substep, 3);
  EXPECT_EQ(describe(findFault(late, Phase::scheduled)), "");
}

TEST(Schedule, PassesFollowEachOther) {
  Network network = makeGraph(6, {{0, 1}, {1, 2}, {3, 4}, {3, 5}, {4, 5}});
  network.populations[3].kind = NeuronKind::input;
  network.populations[3].tensor = {{2, 1}};
  network.inputs.push_back({"cut", 3, 1, 0, 1, true, {2}, 1});
  network.host = {"layer"};
  Limits limits = makeLimits(63);
  ScheduleReport report = llvm::cantFail(scheduleNetwork(network, limits));
  EXPECT_EQ(starts(network), (std::vector<int32_t>{0, 1, 2, 4, 5, 6}));
  EXPECT_EQ(report.chipSteps, 8);
  EXPECT_EQ(describe(findFault(network, Phase::scheduled, &limits)), "");
}

TEST(Schedule, SharesRelaysOfASource) {
  // The input reaches 4, 5, 6 at slacks 3, 4, 5 with at most 1 step of delay: two relays serve all.
  Network network = makeGraph(7, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {0, 4}, {0, 5}, {0, 6}});
  Limits limits = makeLimits(1);
  ScheduleReport report = llvm::cantFail(scheduleNetwork(network, limits));
  EXPECT_EQ(report.relays, 2);
  EXPECT_EQ(network.populations.size(), 9u);
  EXPECT_EQ(network.populations[7].name, "p0_relay");
  EXPECT_EQ(network.populations[7].start, 2);
  EXPECT_EQ(network.populations[8].start, 4);
  EXPECT_EQ(network.programs.size(), 1u);
  EXPECT_EQ(network.projections[6].source, 7);
  EXPECT_EQ(network.projections[6].delay, 1);
  EXPECT_EQ(network.projections[7].source, 8);
  EXPECT_EQ(network.projections[8].source, 8);
  EXPECT_EQ(describe(findFault(network, Phase::scheduled, &limits)), "");
}

TEST(Schedule, RelaysSpikesWithoutPrograms) {
  Network network = makeGraph(4, {{0, 1}, {1, 2}, {2, 3}, {0, 3}});
  Limits limits = makeLimits(1);
  limits.programs = false;
  llvm::cantFail(scheduleNetwork(network, limits));
  ASSERT_EQ(network.populations.size(), 5u);
  EXPECT_EQ(network.populations[4].kind, NeuronKind::lif);
  EXPECT_EQ(describe(findFault(network, Phase::scheduled, &limits)), "");
}

TEST(Schedule, KeepsNamesApart) {
  Network network = makeGraph(4, {{0, 1}, {1, 2}, {2, 3}, {0, 3}});
  network.populations[1].name = "p0_relay";
  network.populations[2].name = "relay";
  Limits limits = makeLimits(1);
  llvm::cantFail(scheduleNetwork(network, limits));
  EXPECT_EQ(network.populations[4].name, "p0_relay_1");
  EXPECT_EQ(network.programs[0].name, "relay_1");
  EXPECT_EQ(describe(findFault(network, Phase::scheduled, &limits)), "");
}

TEST(Schedule, RefusesWhatCannotBeRelayed) {
  Network network = makeGraph(4, {{0, 1}, {1, 2}, {2, 3}, {0, 3}});
  network.populations[0].payloadBits = 8;
  Limits limits = makeLimits(1);
  limits.programs = false;
  EXPECT_EQ(
      errorOf(network, limits),
      "projection 'e3' needs more delay than the 1 steps of target (delay), and its graded messages need a neuron "
      "program to be relayed, which target does not have (programs): choose another target");
}

TEST(Schedule, NamesACycle) {
  EXPECT_EQ(errorOf(makeGraph(5, {{0, 1}, {1, 2}, {2, 3}, {3, 2}, {3, 4}}), makeLimits(63)),
            "populations 'p3' -> 'p2' -> 'p3' form a cycle, which no schedule can balance: unroll it over the time "
            "steps");
  EXPECT_EQ(errorOf(makeGraph(2, {{0, 1}, {1, 1}}), makeLimits(63)),
            "populations 'p1' -> 'p1' form a cycle, which no schedule can balance: unroll it over the time steps");
  std::vector<std::pair<int, int>> ring;
  for (int i = 0; i < 20; ++i)
    ring.push_back({i, (i + 1) % 20});
  std::string error = errorOf(makeGraph(20, ring), makeLimits(63));
  EXPECT_NE(error.find("'p1' -> 'p2' -> 'p3' -> ... -> 'p17' -> "), std::string::npos) << error;
}

TEST(Schedule, BalancesRandomNetworks) {
  int32_t relays = 0;
  for (uint32_t seed = 0; seed < 300; ++seed) {
    Network network = RandomNetwork(seed).make();
    network.cores.clear();
    network.chips.clear();
    for (Population &population : network.populations)
      population.start = 0;
    for (Projection &projection : network.projections)
      projection.delay = 0;
    Limits limits = makeLimits(seed % 4);
    limits.programs = true;
    limits.programPorts = limits.programStates = limits.programParams = limits.programLength = 0;
    std::string before = describe(findFault(network, Phase::unmapped));
    ASSERT_EQ(before, "") << seed;
    llvm::Expected<ScheduleReport> report = scheduleNetwork(network, limits);
    ASSERT_TRUE(bool(report)) << seed << ": " << llvm::toString(report.takeError());
    relays += report->relays;
    EXPECT_EQ(describe(findFault(network, Phase::scheduled)), "") << seed;
    for (const Projection &projection : network.projections)
      EXPECT_LE(projection.delay, limits.delay) << seed;
  }
  EXPECT_GT(relays, 0);
}

/// What the host reads of a network whose every population lies on one core; nothing if a payload grows too large.
std::vector<std::vector<float>> run(Network network, uint32_t seed) {
  network.chips = {{0, 0}};
  network.cores.assign(1, Core());
  for (size_t i = 0; i < network.populations.size(); ++i)
    if (const Population &population = network.populations[i]; population.kind != NeuronKind::input)
      network.cores[0].slices.push_back({static_cast<int32_t>(i), 0, population.positions(), 0, population.channels()});
  std::mt19937 random(seed);
  std::vector<std::vector<float>> values;
  std::vector<const float *> inputs;
  for (const Input &input : network.inputs) {
    int64_t size = input.everyStep ? 1 : network.timeSteps;
    for (int64_t dim : input.shape)
      size *= dim;
    std::uniform_real_distribution<float> pick(input.low / input.scale, input.high / input.scale);
    values.emplace_back(size);
    for (float &value : values.back())
      value = pick(random);
  }
  for (const std::vector<float> &value : values)
    inputs.push_back(value.data());
  std::string error;
  auto simulator = Simulator::create(std::make_shared<Network>(std::move(network)), {}, error);
  EXPECT_TRUE(simulator) << error;
  RunResult result;
  if (simulator && !simulator->run(inputs, 1, result, error))
    EXPECT_NE(error.find("sends a payload of"), std::string::npos) << error;
  return result.outputs;
}

TEST(Schedule, RelaysChangeNoOutput) {
  int32_t relays = 0;
  size_t sent = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    Network once = RandomNetwork(seed).make();
    for (Population &population : once.populations)
      if (population.kind == NeuronKind::program)
        population.payloadBits = std::max(population.payloadBits, 16);
    if (findFault(once, Phase::unmapped))
      continue; // sums of such payloads leave 32 bits
    Network again = once;
    llvm::cantFail(scheduleNetwork(once, makeLimits(63)));
    relays += llvm::cantFail(scheduleNetwork(again, makeLimits(1))).relays;
    std::vector<std::vector<float>> expected = run(once, seed);
    EXPECT_EQ(run(again, seed), expected) << seed;
    for (size_t i = 0; i < expected.size(); ++i)
      sent += llvm::any_of(expected[i], [&](float value) { return value != expected[i][0]; });
  }
  EXPECT_GT(relays, 10);
  EXPECT_GT(sent, 20u);
}

} // namespace
