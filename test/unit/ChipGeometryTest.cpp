// SPDX-License-Identifier: Apache-2.0
// Geometry against every synapse, listed one by one, of small random projections.
#include "RandomNetwork.h"
#include "spike/Chip/Geometry.h"
#include "gtest/gtest.h"

#include <map>
#include <set>

using namespace spike::chip;

namespace {

const Encoding encodings[] = {Encoding::dense, Encoding::conv, Encoding::strided, Encoding::sparse};

bool isIn(const Slice &box, int64_t neuron, int64_t channels) {
  int64_t p = neuron / channels, c = neuron % channels;
  return box.p0 <= p && p < box.p1 && box.c0 <= c && c < box.c1;
}

std::vector<Synapse> sorted(std::vector<Synapse> synapses) {
  std::sort(synapses.begin(), synapses.end());
  return synapses;
}

void checkNeurons(const Network &network, const Projection &projection) {
  Geometry geometry(network, projection);
  std::vector<Synapse> expected = sorted(expandSynapses(network, projection)), found;
  std::map<int64_t, int64_t> fanOut;
  for (const Synapse &synapse : expected)
    ++fanOut[synapse.source];
  EXPECT_EQ(geometry.countSynapses(), int64_t(expected.size()));
  for (int64_t n = 0; n < geometry.getSource().size(); ++n) {
    EXPECT_EQ(geometry.countSynapses(n), fanOut[n]);
    geometry.appendSynapses(n, found);
  }
  EXPECT_EQ(sorted(found), expected);
}

void checkView(const Network &network, const Projection &projection) {
  Geometry geometry(network, projection);
  std::map<int64_t, std::pair<int64_t, int64_t>> places;
  for (int64_t p = 0; p < geometry.getViewPositions(); ++p)
    for (int64_t c = 0; c < geometry.getViewChannels(); ++c)
      EXPECT_TRUE(places.insert({geometry.neuronAt(p, c), {p, c}}).second);
  for (int64_t n = 0; n < geometry.getSource().size(); ++n) {
    std::optional<Place> place = geometry.placeOf(n);
    auto known = places.find(n);
    ASSERT_EQ(place.has_value(), known != places.end());
    if (place)
      EXPECT_EQ(std::make_pair(place->position, place->channel), known->second);
  }
}

void checkBoxes(const Network &network, const Projection &projection, RandomNetwork &random) {
  Geometry geometry(network, projection);
  std::vector<Synapse> synapses = expandSynapses(network, projection);
  int64_t sourceChannels = geometry.getSource().channels(), targetChannels = geometry.getTarget().channels();
  for (int trial = 0; trial < 6; ++trial) {
    Slice to = random.makeBox(geometry.getTarget()), from = random.makeBox(geometry.getSource());
    int64_t count = 0, block = 1 + trial;
    std::map<int64_t, int64_t> fanOut;
    std::set<std::pair<int64_t, int64_t>> blocks;
    for (const Synapse &synapse : synapses)
      if (isIn(to, synapse.target, targetChannels)) {
        ++count;
        ++fanOut[synapse.source];
        blocks.insert({synapse.source / sourceChannels, synapse.source % sourceChannels / block});
      }
    EXPECT_EQ(geometry.countSynapses(to), count);
    NeuronSet sources = geometry.sourcesOf(to);
    EXPECT_EQ(sources.size(), int64_t(fanOut.size()));
    EXPECT_EQ(sources.countBlocks(sourceChannels, block), int64_t(blocks.size()));
    int64_t inBox = 0;
    for (int64_t n = 0; n < geometry.getSource().size(); ++n) {
      EXPECT_EQ(sources.contains(n), fanOut.count(n) == 1);
      EXPECT_EQ(geometry.countSynapses(n, to), fanOut.count(n) ? fanOut[n] : 0);
      inBox += fanOut.count(n) && isIn(from, n, sourceChannels);
    }
    EXPECT_EQ(sources.countIn(from, sourceChannels), inBox);
  }
}

TEST(ChipGeometry, EqualsTheListOfAllSynapses) {
  for (uint32_t seed = 0; seed < 200; ++seed)
    for (Encoding encoding : encodings) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", encoding " + std::to_string(int(encoding)));
      RandomNetwork random(seed);
      Network network = random.makePair(encoding);
      checkNeurons(network, network.projections[0]);
      checkBoxes(network, network.projections[0], random);
      if (encoding != Encoding::strided)
        checkView(network, network.projections[0]);
      if (HasFailure())
        return;
    }
}

TEST(ChipGeometry, EqualsTheListForLoopsThatMeetNeuronsTwice) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomNetwork random(seed);
    Network network = random.make();
    for (const Projection &projection : network.projections) {
      checkNeurons(network, projection);
      checkBoxes(network, projection, random);
    }
    if (HasFailure())
      return;
  }
}

TEST(ChipGeometry, ASetJoinsWhatTouches) {
  NeuronSet set;
  for (auto [begin, end] : {std::pair{8, 10}, {0, 2}, {2, 3}, {9, 12}, {5, 5}})
    set.add(begin, end);
  set.finish();
  EXPECT_EQ(set.intervals(), (std::vector<NeuronSet::Interval>{{0, 3}, {8, 12}}));
  EXPECT_EQ(set.size(), 7);
}

TEST(ChipGeometry, ANestIsTakenApartFromEitherSide) {
  // Six rows of four, the rows backwards, every second element.
  Nest nest = makeNest(20, {{6, -4}, {2, 2}});
  EXPECT_TRUE(nest.isUnique());
  EXPECT_EQ(nest.lowestKey(), 0);
  EXPECT_EQ(nest.highestKey(), 22);
  EXPECT_EQ(nest.valueAt(20), 0);
  EXPECT_EQ(nest.valueAt(22), 1);
  EXPECT_EQ(nest.valueAt(2), 11);
  EXPECT_FALSE(nest.valueAt(1));
  EXPECT_FALSE(nest.valueAt(24));
  // A window of three that moves by one meets the middle three times.
  Nest overlapping(0, 0, {{3, 1, 0}, {3, 1, 1}});
  EXPECT_FALSE(overlapping.isUnique());
  EXPECT_EQ(overlapping.maxMultiplicity(), 3);
}

} // namespace
