// SPDX-License-Identifier: Apache-2.0
// Places are distinct and inside the board; routes add up; annealing pays.
#include "spike/Mapping/Place.h"
#include "LayeredNetwork.h"
#include "spike/Chip/Verify.h"
#include "spike/Mapping/MappingReport.h"
#include "spike/Mapping/Partition.h"

#include "gtest/gtest.h"
#include <array>
#include <set>

using namespace spike::chip;

namespace {

MappingReport report(const Network &network, const Limits &limits) {
  llvm::Expected<MappingReport> found = reportMapping(network, limits);
  EXPECT_TRUE(bool(found));
  return found ? std::move(*found) : MappingReport();
}

std::vector<std::array<int32_t, 3>> listPlaces(const Network &network) {
  std::vector<std::array<int32_t, 3>> places;
  for (const Core &core : network.cores)
    places.push_back({core.chip, core.x, core.y});
  return places;
}

/// Two populations of one neuron per core; the first sends to the second.
Network makeTwoCores(int64_t neurons) {
  LayeredNetwork layers;
  int32_t input = layers.addInput({1, 1}), first = layers.addLif("first", {neurons, 1}, 0.5);
  layers.connectPairs(input, first, {{neurons, 0, 1}});
  int32_t second = layers.addLif("second", {neurons, 1}, 0.5);
  layers.connectEach(first, second);
  Network network = layers.take();
  network.cores.resize(2);
  network.cores[0].slices = {{first, 0, neurons, 0, 1}};
  network.cores[1].slices = {{second, 0, neurons, 0, 1}};
  return network;
}

TEST(Route, GoesAlongXThenY) {
  Limits limits = makeLimits(2);
  Network network = makeTwoCores(10); // 10 neurons at rate 0.5 in 4 steps: 20 messages
  network.chips = {{0, 0}, {1, 0}};
  network.cores[0].x = 14, network.cores[0].y = 2;
  network.cores[1].chip = 1, network.cores[1].x = 1, network.cores[1].y = 1;
  llvm::Expected<Routes> routes = routeNetwork(network, limits);
  ASSERT_TRUE(bool(routes));
  EXPECT_EQ(routes->messages, 20);
  EXPECT_EQ(routes->inputMessages, 4);
  EXPECT_EQ(routes->hops, 20 * 3);
  EXPECT_EQ(routes->chipHops, 20);
  EXPECT_EQ(routes->longest, 4);
  EXPECT_EQ(routes->chipMessages, (std::vector<double>{20, 0}));
  std::vector<std::array<int, 5>> links;
  for (const LinkLoad &link : routes->links) {
    links.push_back({link.chip, link.x, link.y, int(link.direction), link.betweenChips});
    EXPECT_EQ(link.messages, 20);
  }
  EXPECT_EQ(links, (std::vector<std::array<int, 5>>{{0, 14, 2, int(Direction::east), 0},
                                                    {0, 15, 2, int(Direction::east), 1},
                                                    {1, 0, 2, int(Direction::east), 0},
                                                    {1, 1, 2, int(Direction::north), 0}}));
}

TEST(Route, CountsHopsBetweenTiles) {
  Limits limits = makeLimits(1);
  limits.tileWidth = limits.tileHeight = 2;
  Network network = makeTwoCores(10);
  network.chips = {{0, 0}};
  network.cores[1].x = 1, network.cores[1].y = 1; // the same router
  llvm::Expected<Routes> routes = routeNetwork(network, limits);
  ASSERT_TRUE(bool(routes));
  EXPECT_EQ(routes->messages, 20);
  EXPECT_EQ(routes->hops, 0);
  network.cores[1].x = 4;
  routes = routeNetwork(network, limits);
  ASSERT_TRUE(bool(routes));
  EXPECT_EQ(routes->hops, 40);
}

TEST(Route, GoesAroundAMissingCorner) {
  Limits limits = makeLimits(3);
  limits.chipColumns = 2;
  Network network = makeTwoCores(10);
  network.chips = {{0, 0}, {1, 0}, {0, 1}};
  network.cores[0].chip = 2; // along x first would lead over (1, 1), which is not there
  network.cores[1].chip = 1;
  llvm::Expected<Routes> routes = routeNetwork(network, limits);
  ASSERT_TRUE(bool(routes));
  EXPECT_EQ(routes->chipHops, 40);
  EXPECT_EQ(routes->links.front().chip, 0);
}

TEST(Route, RefusesCoresOutsideTheBoard) {
  Network network = makeTwoCores(10);
  network.chips = {{0, 0}};
  network.cores[1].x = 16;
  EXPECT_PRED2(contains, llvm::toString(routeNetwork(network, makeLimits(1)).takeError()),
               std::string("core at (16, 0) of chip 0 lies outside the board, 1 chips with meshes of 16 x 8 cores"));
  network.cores[1].x = 0;
  network.chips = {{0, 0}, {1, 1}};
  EXPECT_PRED2(contains, llvm::toString(routeNetwork(network, makeLimits(2)).takeError()),
               std::string("would leave the 2 chips"));
}

TEST(Place, BeatsOtherPlacementsByFar) {
  for (int64_t chips : {1, 8}) {
    Limits limits = makeLimits(chips);
    if (chips > 1)
      limits.coresPerChip = 20, limits.meshWidth = 5, limits.meshHeight = 4;
    for (Network network : {makeConvStack(32, 64), makeTokenMlp(64, 128, 3), makeSpikformer(16, 4, 16, 2)}) {
      PartitionOptions options;
      options.objective = Objective::minimizeLatency;
      options.maxCores = 100;
      ASSERT_EQ(llvm::toString(partitionNetwork(network, limits, options)), "");
      ASSERT_EQ(llvm::toString(placeNetwork(network, limits)), "");
      EXPECT_EQ(llvm::toString(verifyNetwork(network, Phase::placed)), "");
      MappingReport ours = report(network, limits);
      PlaceOptions first;
      first.sweeps = 0;
      ASSERT_EQ(llvm::toString(placeNetwork(network, limits, first)), "");
      MappingReport start = report(network, limits);
      ASSERT_EQ(llvm::toString(placeRowMajor(network, limits)), "");
      EXPECT_EQ(llvm::toString(verifyNetwork(network, Phase::placed)), "");
      MappingReport rows = report(network, limits);
      ASSERT_EQ(llvm::toString(placeRandom(network, limits, 1)), "");
      EXPECT_EQ(llvm::toString(verifyNetwork(network, Phase::placed)), "");
      MappingReport random = report(network, limits);
      EXPECT_LE(ours.activityHops, start.activityHops);
      EXPECT_LT(1.3 * ours.activityHops, rows.activityHops) << network.populations[1].name << " " << chips;
      EXPECT_LT(2 * ours.activityHops, random.activityHops) << network.populations[1].name << " " << chips;
      EXPECT_EQ(ours.routes.messages, random.routes.messages);
      EXPECT_EQ(ours.maxSynops, random.maxSynops);
      double links = 0;
      for (const LinkLoad &link : ours.routes.links)
        links += link.messages;
      EXPECT_NEAR(links, ours.routes.hops + ours.routes.chipHops, 1e-6 * links);
    }
  }
}

TEST(Place, IsTheSameForTheSameSeed) {
  Limits limits = makeLimits(4);
  Network network = makeSpikformer(16, 4, 16, 2);
  PartitionOptions partition;
  partition.maxCores = 90;
  partition.objective = Objective::minimizeLatency;
  ASSERT_EQ(llvm::toString(partitionNetwork(network, limits, partition)), "");
  PlaceOptions options;
  options.seed = 5;
  options.chips = 2;
  ASSERT_EQ(llvm::toString(placeNetwork(network, limits, options)), "");
  std::vector<std::array<int32_t, 3>> first = listPlaces(network);
  EXPECT_EQ(network.chips.size(), 2u);
  ASSERT_EQ(llvm::toString(placeNetwork(network, limits, options)), "");
  EXPECT_EQ(first, listPlaces(network));
}

TEST(Place, RefusesWhatTheBoardDoesNotHold) {
  Limits limits = makeLimits(1);
  limits.coresPerChip = 1;
  Network network = makeTwoCores(1);
  EXPECT_EQ(llvm::toString(placeNetwork(network, limits)),
            "placement needs 2 chips, 'test' has 1 (chips); choose a board with more chips");
  limits.chips = 2;
  PlaceOptions options;
  options.chips = 1;
  EXPECT_EQ(llvm::toString(placeNetwork(network, limits, options)),
            "2 cores do not fit on 1 chips of 'test' with 1 cores each (coresPerChip); allow 2 chips");
}

TEST(Report, SumsUpTheNetwork) {
  Limits limits = makeLimits(1);
  Network network = makeTwoCores(10);
  network.chips = {{0, 0}};
  network.cores[1].x = 3;
  MappingReport found = report(network, limits);
  EXPECT_EQ(found.cores, 2);
  EXPECT_EQ(found.neurons, 20);
  EXPECT_EQ(found.synops, 10 * 4 * 1.0 + 10 * 4 * 0.5);
  EXPECT_EQ(found.maxSynops, 40);
  EXPECT_EQ(found.maxUpdates, 40);
  EXPECT_EQ(found.activityHops, 60);
  EXPECT_EQ(found.perCore[1].load.messagesIn, 20);
  EXPECT_EQ(found.perCore[0].load.messagesIn, 4);
  EXPECT_EQ(found.perCore[0].load.messagesOut, 20);
  EXPECT_EQ(found.perCore[0].use.outputAxons, 10);
}

} // namespace
