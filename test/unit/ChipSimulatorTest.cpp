// SPDX-License-Identifier: Apache-2.0
// Runs of random networks: batches, threads, and counters against synapses that are listed one by one. What neurons
// compute is compared with a reference in test/python/test_chip_sim.py.
#include "RandomNetwork.h"
#include "spike/Chip/Geometry.h"
#include "spike/Chip/Verify.h"
#include "spike/ChipSim/Simulator.h"

#include <gtest/gtest.h>
#include <numeric>

using namespace spike::chip;

namespace {

/// A network that keeps the rules; what random programs send may need all bits.
std::shared_ptr<const Network> makeNetwork(uint32_t seed) {
  for (;; seed += 1000) {
    auto network = std::make_shared<Network>(RandomNetwork(seed).make());
    for (Population &population : network->populations)
      if (population.kind == NeuronKind::program)
        population.payloadBits = 24;
    for (Projection &projection : network->projections)
      if (network->populations[projection.source].kind == NeuronKind::program)
        projection.graded = false;
    if (!findFault(*network))
      return network;
  }
}

SimulatorOptions probeAll(const Network &network, int64_t threads) {
  SimulatorOptions options;
  options.threads = threads;
  for (const Population &population : network.populations) {
    options.probes.push_back(population.name);
    if (population.kind == NeuronKind::lif)
      options.probes.push_back(population.name + ".v");
  }
  return options;
}

std::vector<std::vector<float>> makeInputs(const Network &network, int64_t batch, uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<std::vector<float>> arrays;
  for (const Input &input : network.inputs) {
    int64_t size = std::accumulate(input.shape.begin(), input.shape.end(), batch, std::multiplies<>());
    std::vector<float> &array = arrays.emplace_back(size * (input.everyStep ? 1 : network.timeSteps));
    for (float &x : array)
      x = static_cast<float>(std::uniform_int_distribution<int>(input.low - 1, input.high + 1)(engine) / input.scale);
  }
  return arrays;
}

RunResult run(const std::shared_ptr<const Network> &network, int64_t threads,
              const std::vector<std::vector<float>> &arrays, int64_t first, int64_t batch, int64_t of) {
  std::string error;
  std::unique_ptr<Simulator> simulator = Simulator::create(network, probeAll(*network, threads), error);
  EXPECT_TRUE(simulator) << error;
  std::vector<const float *> inputs;
  for (const std::vector<float> &array : arrays)
    inputs.push_back(array.data() + array.size() / of * first);
  RunResult result;
  EXPECT_TRUE(simulator->run(inputs, batch, result, error)) << error;
  return result;
}

bool operator==(const CountedFlow &a, const CountedFlow &b) {
  return a.source == b.source && a.target == b.target && a.messages == b.messages;
}

void expectEqual(const RunResult &a, const RunResult &b) {
  EXPECT_EQ(a.outputs, b.outputs);
  EXPECT_EQ(a.probes, b.probes);
  EXPECT_EQ(a.counters.synops, b.counters.synops);
  EXPECT_EQ(a.counters.updates, b.counters.updates);
  EXPECT_EQ(a.counters.spikes, b.counters.spikes);
  EXPECT_EQ(a.counters.messagesIn, b.counters.messagesIn);
  EXPECT_EQ(a.counters.messagesOut, b.counters.messagesOut);
  EXPECT_TRUE(std::equal(a.counters.traffic.begin(), a.counters.traffic.end(), b.counters.traffic.begin(),
                         b.counters.traffic.end(), [](const CountedFlow &x, const CountedFlow &y) { return x == y; }));
  EXPECT_EQ(a.counters.projectionSynops, b.counters.projectionSynops);
}

TEST(ChipSimulator, ThreadsChangeNothing) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::shared_ptr<const Network> network = makeNetwork(seed);
    std::vector<std::vector<float>> arrays = makeInputs(*network, 3, seed);
    RunResult alone = run(network, 1, arrays, 0, 3, 3);
    expectEqual(alone, run(network, 3, arrays, 0, 3, 3));
    expectEqual(run(network, 1, arrays, 1, 1, 3), run(network, 4, arrays, 1, 1, 3));
  }
}

TEST(ChipSimulator, InferencesOfABatchAreIndependent) {
  for (uint32_t seed = 100; seed < 140; ++seed) {
    SCOPED_TRACE(seed);
    std::shared_ptr<const Network> network = makeNetwork(seed);
    std::vector<std::vector<float>> arrays = makeInputs(*network, 3, seed);
    RunResult together = run(network, 2, arrays, 0, 3, 3), apart;
    apart.outputs.resize(together.outputs.size());
    apart.probes.resize(together.probes.size());
    int64_t synops = 0;
    for (int64_t b = 0; b < 3; ++b) {
      RunResult one = run(network, 1, arrays, b, 1, 3);
      for (size_t o = 0; o < one.outputs.size(); ++o)
        apart.outputs[o].insert(apart.outputs[o].end(), one.outputs[o].begin(), one.outputs[o].end());
      for (size_t p = 0; p < one.probes.size(); ++p)
        apart.probes[p].insert(apart.probes[p].end(), one.probes[p].begin(), one.probes[p].end());
      synops += std::accumulate(one.counters.synops.begin(), one.counters.synops.end(), int64_t(0));
    }
    EXPECT_EQ(together.outputs, apart.outputs);
    EXPECT_EQ(together.probes, apart.probes);
    EXPECT_EQ(std::accumulate(together.counters.synops.begin(), together.counters.synops.end(), int64_t(0)), synops);
  }
}

/// The network, and a copy of it that runs in a second pass.
std::shared_ptr<const Network> makeTwice(const Network &network) {
  auto twice = std::make_shared<Network>(network);
  auto populations = static_cast<int32_t>(network.populations.size());
  for (Population population : network.populations) {
    population.name += "_again";
    population.start += network.chipSteps();
    twice->populations.push_back(population);
  }
  for (Projection projection : network.projections) {
    projection.name += "_again";
    projection.source += populations, projection.target += populations;
    twice->projections.push_back(projection);
  }
  for (Input input : network.inputs) {
    input.name += "_again", input.population += populations, input.pass = 1;
    twice->inputs.push_back(input);
  }
  for (Output output : network.outputs) {
    output.name += "_again", output.population += populations, output.pass = 1;
    twice->outputs.push_back(output);
  }
  for (Core core : network.cores) {
    for (Slice &slice : core.slices)
      slice.population += populations;
    twice->cores.push_back(core);
  }
  twice->host = {"between"};
  return twice;
}

TEST(ChipSimulator, PassesRunOneAfterTheOther) {
  for (uint32_t seed = 300; seed < 330; ++seed) {
    SCOPED_TRACE(seed);
    std::shared_ptr<const Network> network = makeNetwork(seed), twice = makeTwice(*network);
    std::vector<std::vector<float>> arrays = makeInputs(*network, 2, seed);
    RunResult once = run(network, 1, arrays, 0, 2, 2), both;
    std::string error;
    std::unique_ptr<Simulator> simulator = Simulator::create(twice, probeAll(*twice, 2), error);
    ASSERT_TRUE(simulator) << error;
    std::vector<const float *> inputs(twice->inputs.size());
    for (size_t i = 0; i < arrays.size(); ++i)
      inputs[i] = arrays[i].data();
    EXPECT_FALSE(simulator->run(inputs, 2, both, error));
    EXPECT_NE(error.find("the network needs the host, which computes layer 'between'"), std::string::npos) << error;

    int calls = 0;
    auto host = [&](int32_t pass, const std::vector<std::vector<float>> &outputs, std::vector<const float *> &given,
                    std::string &) {
      EXPECT_EQ(pass, ++calls);
      for (size_t o = 0; o < once.outputs.size(); ++o)
        EXPECT_EQ(outputs[o], once.outputs[o]);
      for (size_t i = 0; i < arrays.size(); ++i)
        given[arrays.size() + i] = arrays[i].data();
      return true;
    };
    ASSERT_TRUE(simulator->run(inputs, 2, both, error, host)) << error;
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(both.counters.inferences, 2);
    EXPECT_EQ(both.counters.chipSteps, 2 * once.counters.chipSteps);
    for (size_t pass = 0; pass < 2; ++pass) {
      for (size_t o = 0; o < once.outputs.size(); ++o)
        EXPECT_EQ(both.outputs[pass * once.outputs.size() + o], once.outputs[o]);
      for (size_t p = 0; p < once.probes.size(); ++p)
        EXPECT_EQ(both.probes[pass * once.probes.size() + p], once.probes[p]);
      for (size_t p = 0; p < once.counters.populationUpdates.size(); ++p) {
        size_t again = pass * once.counters.populationUpdates.size() + p;
        EXPECT_EQ(both.counters.populationUpdates[again], once.counters.populationUpdates[p]);
        EXPECT_EQ(both.counters.populationSpikes[again], once.counters.populationSpikes[p]);
      }
    }
    EXPECT_FALSE(simulator->run(inputs, 2, both, error, [](int32_t, auto &, auto &, std::string &why) {
      why = "no";
      return false;
    }));
    EXPECT_EQ(error, "no");
  }
}

TEST(ChipSimulator, SynapsesOfEveryMessageAreCounted) {
  for (uint32_t seed = 200; seed < 260; ++seed) {
    SCOPED_TRACE(seed);
    std::shared_ptr<const Network> network = makeNetwork(seed);
    RunResult result = run(network, 1, makeInputs(*network, 1, seed), 0, 1, 1);
    size_t probe = 0;
    std::vector<const std::vector<int32_t> *> sent;
    for (const Population &population : network->populations) {
      sent.push_back(&result.probes[probe]);
      probe += population.kind == NeuronKind::lif ? 2 : 1;
    }
    for (size_t p = 0; p < network->projections.size(); ++p) {
      const Projection &projection = network->projections[p];
      const Population &source = network->populations[projection.source];
      // A conv reads what it does not deliver, too; of several steps for one time step a probe shows the last.
      if (projection.encoding == Encoding::conv || source.substeps > 1)
        continue;
      std::vector<int64_t> fanOut(source.size());
      for (const Synapse &synapse : expandSynapses(*network, projection))
        ++fanOut[synapse.source];
      int64_t expected = 0, elements = countElements(source.tensor);
      for (size_t i = 0; i < sent[projection.source]->size(); ++i)
        if ((*sent[projection.source])[i] != 0)
          expected += fanOut[neuronOf(source.tensor, static_cast<int64_t>(i) % elements)];
      EXPECT_EQ(result.counters.projectionSynops[p], expected) << projection.name;
    }
  }
}

TEST(ChipSimulator, RefusesWhatBreaksARule) {
  auto network = std::make_shared<Network>(*makeNetwork(1));
  network->projections[0].delay = 62;
  std::string error;
  EXPECT_FALSE(Simulator::create(network, {}, error));
  EXPECT_NE(error.find("balanced schedule"), std::string::npos) << error;
}

} // namespace
