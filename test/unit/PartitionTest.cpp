// SPDX-License-Identifier: Apache-2.0
// Partitions hold every neuron once and exceed no limit; what does not fit is said with both numbers.
#include "spike/Mapping/Partition.h"
#include "LayeredNetwork.h"
#include "RandomNetwork.h"
#include "spike/Chip/Verify.h"
#include "spike/Mapping/CoreUse.h"
#include "spike/Mapping/MappingReport.h"
#include "spike/Mapping/Place.h"

#include "gtest/gtest.h"
#include <array>

using namespace spike::chip;

namespace {

constexpr Objective objectives[] = {Objective::minimizeCommunication, Objective::minimizeLatency, Objective::balance};

std::string partition(Network &network, const Limits &limits, Objective objective = Objective::minimizeCommunication,
                      uint32_t seed = 1) {
  PartitionOptions options;
  options.objective = objective;
  options.seed = seed;
  return llvm::toString(partitionNetwork(network, limits, options));
}

void expectWithinLimits(const Network &network, const Limits &limits, const std::string &what) {
  Connections connections(network);
  UseModel model(connections, limits);
  std::vector<int64_t> outputAxons = countOutputAxons(connections, network.cores, limits);
  for (size_t core = 0; core < network.cores.size(); ++core) {
    Use use = model.ofCore(network.cores[core].slices);
    use.outputAxons = outputAxons[core];
    std::optional<Excess> excess = findExcess(use, limits);
    EXPECT_FALSE(excess) << what << ", core " << core << ": " << excess->used << " " << excess->resource;
  }
  if (limits.coresPerChip > 0)
    EXPECT_LE(int64_t(network.cores.size()), limits.coresPerChip * limits.chips) << what;
}

std::vector<std::array<int64_t, 6>> listBoxes(const Network &network) {
  std::vector<std::array<int64_t, 6>> boxes;
  for (size_t core = 0; core < network.cores.size(); ++core)
    for (const Slice &slice : network.cores[core].slices)
      boxes.push_back({int64_t(core), slice.population, slice.p0, slice.p1, slice.c0, slice.c1});
  return boxes;
}

TEST(Partition, KeepsEveryLimitOnRandomNetworks) {
  int fitted = 0;
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    Limits limits;
    limits.name = "tiny";
    limits.chips = 1 + random() % 4;
    limits.coresPerChip = 4 + random() % 60;
    limits.meshWidth = 8;
    limits.meshHeight = 8;
    limits.neuronsPerCore = 1 + random() % 20;
    limits.synapseBytesPerCore = random() % 2 ? 0 : 100 + random() % 1000;
    limits.memoryBytesPerCore = random() % 2 ? 0 : 200 + random() % 2000;
    limits.inputAxonsPerCore = random() % 2 ? 0 : 8 + random() % 100;
    limits.outputAxonsPerCore = random() % 2 ? 0 : 4 + random() % 40;
    limits.atomBits = random() % 4;
    Network network = RandomNetwork(seed).make();
    for (Objective objective : objectives) {
      std::string what = "seed " + std::to_string(seed) + " objective " + std::to_string(int(objective));
      std::string error = partition(network, limits, objective);
      if (!error.empty()) {
        EXPECT_TRUE(contains(error, " cores, ") || contains(error, "a single neuron needs") ||
                    contains(error, "a single position needs"))
            << what << ": " << error;
        continue;
      }
      ++fitted;
      EXPECT_EQ(llvm::toString(verifyNetwork(network, Phase::partitioned)), "") << what;
      expectWithinLimits(network, limits, what);
    }
    if (llvm::Error error = partitionFirstFit(network, limits)) {
      llvm::consumeError(std::move(error));
      continue;
    }
    EXPECT_EQ(llvm::toString(verifyNetwork(network, Phase::partitioned)), "") << "first fit, seed " << seed;
  }
  EXPECT_GT(fitted, 300);
}

TEST(Partition, KeepsEveryLimitOfLoihi1) {
  // As nengo-loihi has them: fewer neurons, and lists of axons of both kinds that are short.
  Limits limits = makeLimits(8);
  limits.coresPerChip = 128;
  limits.neuronsPerCore = 1024;
  limits.synapseBytesPerCore = 128 << 10;
  limits.memoryBytesPerCore = 0;
  limits.inputAxonsPerCore = 4096;
  limits.outputAxonsPerCore = 512;
  Network network = makeSpikformer(16, 4, 16, 2);
  for (Objective objective : objectives) {
    ASSERT_EQ(partition(network, limits, objective), "");
    EXPECT_EQ(llvm::toString(verifyNetwork(network, Phase::partitioned)), "");
    expectWithinLimits(network, limits, "objective " + std::to_string(int(objective)));
  }
}

TEST(Partition, IsTheSameForTheSameSeed) {
  Limits limits = makeLimits(4);
  Network first = makeSpikformer(16, 4, 16, 2), second = first;
  for (Objective objective : objectives) {
    ASSERT_EQ(partition(first, limits, objective, 7), "");
    ASSERT_EQ(partition(second, limits, objective, 7), "");
    EXPECT_EQ(listBoxes(first), listBoxes(second));
  }
}

TEST(Partition, MeetsItsObjective) {
  Limits limits = makeLimits(4);
  for (Network network : {makeConvStack(32, 64), makeTokenMlp(64, 128, 3), makeSpikformer(16, 4, 16, 2)}) {
    std::vector<MappingReport> reports;
    for (Objective objective : objectives) {
      ASSERT_EQ(partition(network, limits, objective), "");
      ASSERT_EQ(llvm::toString(placeRowMajor(network, limits)), "");
      llvm::Expected<MappingReport> report = reportMapping(network, limits);
      ASSERT_TRUE(bool(report));
      reports.push_back(std::move(*report));
    }
    ASSERT_EQ(llvm::toString(partitionFirstFit(network, limits)), "");
    ASSERT_EQ(llvm::toString(placeRowMajor(network, limits)), "");
    llvm::Expected<MappingReport> plain = reportMapping(network, limits);
    ASSERT_TRUE(bool(plain));
    EXPECT_LE(reports[0].routes.messages, plain->routes.messages);
    EXPECT_LE(reports[0].routes.messages, 1.001 * reports[1].routes.messages);
    EXPECT_LE(reports[0].cores, plain->cores);
    EXPECT_LT(3 * reports[1].maxLoad, plain->maxLoad);
    EXPECT_LE(reports[1].cores, 120); // of the chips that are needed anyway
    EXPECT_LE(reports[2].maxLoad, reports[0].maxLoad);
    EXPECT_LE(reports[2].cores, reports[0].cores);
    EXPECT_GT(reports[0].synops, 0);
    EXPECT_NEAR(reports[0].synops, reports[1].synops, 1e-6 * reports[0].synops);
  }
}

TEST(Partition, SharesCoresBetweenSmallPopulations) {
  LayeredNetwork layers;
  int32_t last = layers.addInput({4, 8});
  for (int i = 0; i < 100; ++i) {
    int32_t next = layers.addLif("layer" + std::to_string(i), {4, 8}, 0.1);
    layers.connectDense(last, next);
    last = next;
  }
  Network network = layers.take();
  Limits limits = makeLimits(1);
  ASSERT_EQ(partition(network, limits), "");
  EXPECT_LE(network.cores.size(), 2u);
}

TEST(Partition, TakesNetworksThatAreSilent) {
  Network network = makeSpikformer(16, 4, 16, 1);
  for (Population &population : network.populations)
    population.rate = 0;
  Limits limits = makeLimits(1);
  for (Objective objective : objectives) {
    ASSERT_EQ(partition(network, limits, objective), "");
    ASSERT_EQ(llvm::toString(placeNetwork(network, limits)), "");
    EXPECT_EQ(llvm::toString(verifyNetwork(network, Phase::placed)), "");
    expectWithinLimits(network, limits, "silent");
  }
}

TEST(Partition, TakesNetworksWithNothingToPlace) {
  LayeredNetwork layers;
  layers.addInput({4, 8});
  Network network = layers.take();
  for (Objective objective : objectives) {
    EXPECT_EQ(partition(network, makeLimits(1), objective), "");
    EXPECT_TRUE(network.cores.empty());
  }
  EXPECT_EQ(llvm::toString(placeNetwork(network, makeLimits(1))), "");
  llvm::Expected<MappingReport> report = reportMapping(network, makeLimits(1));
  ASSERT_TRUE(bool(report));
  EXPECT_EQ(report->routes.messages, 0);
}

TEST(Partition, SaysThatANeuronIsTooLarge) {
  LayeredNetwork layers;
  int32_t input = layers.addInput({1, 20000}), target = layers.addLif("encoder.fc", {1, 4}, 0.1);
  layers.connectDense(input, target);
  Network network = layers.take();
  // 20000 lists of one weight, a word each.
  EXPECT_EQ(
      partition(network, makeLimits(1)),
      "layer 'encoder.fc' (population 'encoder.fc'): a single neuron needs 160000 bytes of synapses, a core of "
      "'test' has 131072 (synapseBytesPerCore); give the layer fewer inputs, or choose a target with larger cores");
  llvm::Error error = partitionFirstFit(network, makeLimits(1));
  EXPECT_PRED2(contains, llvm::toString(std::move(error)),
               std::string("a single neuron needs 160000 bytes of synapses"));
}

TEST(Partition, SaysThatCoresAreTooFew) {
  Network network = makeTokenMlp(64, 384, 8);
  Limits limits = makeLimits(1);
  limits.coresPerChip = 20;
  std::string error = partition(network, limits);
  EXPECT_PRED2(contains, error, std::string("network 'layered' needs "));
  EXPECT_PRED2(contains, error, std::string(" cores, 20 are there (target 'test', 1 chips of 20 cores)"));
  EXPECT_PRED2(contains, error, std::string("choose a board with more chips"));
}

TEST(Partition, SaysAtOnceThatNeuronsAreTooMany) {
  LayeredNetwork layers;
  int32_t input = layers.addInput({1, 1}), huge = layers.addLif("huge", {1 << 20, 1 << 11}, 0.1);
  layers.connectPairs(input, huge, {{int64_t(1) << 31, 0, 1}});
  Network network = layers.take();
  EXPECT_PRED2(contains, partition(network, makeLimits(1)), std::string("needs 262144 cores, 120 are there"));
}

TEST(Partition, SaysThatOutputAxonsAreTooFew) {
  LayeredNetwork layers;
  int32_t input = layers.addInput({1, 4}), hub = layers.addLif("hub", {1, 1}, 0.1);
  layers.connectDense(input, hub);
  int32_t wide = layers.addLif("wide", {1, 1000}, 0.1);
  layers.connectDense(hub, wide);
  Network network = layers.take();
  Limits limits = makeLimits(1);
  limits.neuronsPerCore = 10;
  limits.outputAxonsPerCore = 50;
  EXPECT_PRED2(contains, partition(network, limits),
               std::string("layer 'hub' (population 'hub'): a single position needs 100 output "
                           "axons, a core of 'test' has 50 (outputAxonsPerCore)"));
}

} // namespace
