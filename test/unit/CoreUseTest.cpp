// SPDX-License-Identifier: Apache-2.0
// What a core uses, by hand and against a count of single synapses; who sends to whom, likewise.
#include "spike/Mapping/CoreUse.h"
#include "LayeredNetwork.h"
#include "RandomNetwork.h"
#include "spike/Mapping/MessageNets.h"

#include "gtest/gtest.h"
#include <algorithm>
#include <array>
#include <map>
#include <set>

using namespace spike::chip;

namespace {

class CoreUse : public ::testing::Test {
protected:
  Use useOf(const std::vector<Slice> &slices) {
    network = layers.take();
    Connections connections(network);
    return UseModel(connections, limits).ofCore(slices);
  }

  LayeredNetwork layers;
  Limits limits = makeLimits(1);
  Network network;
};

TEST_F(CoreUse, OfALinearLayer) {
  int32_t input = layers.addInput({10, 100}), target = layers.addLif("target", {10, 70}, 0.1);
  layers.connectDense(input, target);
  // 4 positions share 100 lists of 70 weights of 8 bits with 2 headers of 10: 580 bits, 10 words.
  Use use = useOf({{target, 2, 6, 0, 70}});
  EXPECT_EQ(use.neurons, 280);
  EXPECT_EQ(use.neuronBytes, 280 * 9);
  EXPECT_EQ(use.synapseBytes, 100 * 80);
  EXPECT_EQ(use.inputAxons, 4);
  EXPECT_EQ(use.inputAxonBytes, 32);
  EXPECT_EQ(use.memoryBytes(), 2520 + 8000 + 32);
}

TEST_F(CoreUse, OfBoxesThatShareWeightsAndAxons) {
  int32_t input = layers.addInput({10, 600}), target = layers.addLif("target", {10, 64}, 0.1);
  layers.connectDense(input, target);
  // Channels 0 to 31 twice, 40 to 47 once: lists of 266 and 74 bits, 5 and 2 words. 600 channels take two axons.
  Use use = useOf({{target, 0, 2, 0, 32}, {target, 5, 6, 0, 32}, {target, 0, 1, 40, 48}});
  EXPECT_EQ(use.synapseBytes, 600 * 5 * 8 + 600 * 2 * 8);
  EXPECT_EQ(use.inputAxons, 3 * 2);
}

TEST_F(CoreUse, OfConvolutions) {
  int32_t input = layers.addInput({8, 8, 4}), target = layers.addLif("target", {8, 8, 16}, 0.1);
  layers.connectConv(input, target, 3);
  layers.connectConv(input, target, 1, 4);
  // The second row of the image reads three rows through 3 x 3 windows, and its own through 1 x 1. 4 lists of 9 x 8
  // weights (596 bits) serve channels 0 to 7; these are groups 0 and 1, each a list of 4 weights with an index (90
  // bits).
  Use use = useOf({{target, 8, 16, 0, 8}});
  EXPECT_EQ(use.inputAxons, 24 + 8);
  EXPECT_EQ(use.synapseBytes, 4 * 80 + 2 * 16);
}

TEST_F(CoreUse, OfPoolsAndPairs) {
  int32_t input = layers.addInput({4, 4, 6}), pool = layers.addLif("pool", {2, 2, 6}, 0.1);
  layers.connectPool(input, pool);
  int32_t square = layers.addProgram("square", {4, 6, 6}, 2, 0.1);
  layers.connectPairs(pool, square, {{4, 6, 36}, {6, 1, 6}, {6, 0, 1}});
  layers.connectPairs(pool, square, {{4, 6, 36}, {6, 0, 6}, {6, 1, 1}}, 1);
  // The pool's first two positions have eight source positions, each with a list of one entry: 30 bits, a word.
  // The first square needs of one operand six lists of six pairs (130 bits, 3 words), of the other as many: the channel
  // of the square is the same, the position is not.
  Use use = useOf({{pool, 0, 2, 0, 3}, {square, 0, 6, 0, 6}});
  EXPECT_EQ(use.neurons, 6 + 36);
  EXPECT_EQ(use.neuronBytes, 6 * 9 + 36 * 6);
  EXPECT_EQ(use.inputAxons, 8 + 1 + 1);
  EXPECT_EQ(use.synapseBytes, 8 * 8 + 6 * 24 + 6 * 24);
}

TEST_F(CoreUse, FindsTheLimitThatIsExceeded) {
  Use use;
  use.neurons = 8192;
  EXPECT_FALSE(findExcess(use, limits));
  EXPECT_EQ(getFill(use, limits), 1);
  use.synapseBytes = limits.synapseBytesPerCore + 1;
  std::optional<Excess> excess = findExcess(use, limits);
  ASSERT_TRUE(excess);
  EXPECT_STREQ(excess->limitName, "synapseBytesPerCore");
  EXPECT_EQ(excess->used, 131073);
  EXPECT_FALSE(findExcess(use, Limits()));
}

/// Counts single synapses.
class Counted {
public:
  Counted(const Network &network, const Limits &limits) : network(network), limits(limits) {
    for (const Population &population : network.populations)
      coreOf.emplace_back(population.size(), -1);
    for (size_t core = 0; core < network.cores.size(); ++core)
      for (const Slice &slice : network.cores[core].slices)
        for (int64_t p = slice.p0; p < slice.p1; ++p)
          for (int64_t c = slice.c0; c < slice.c1; ++c)
            coreOf[slice.population][p * network.populations[slice.population].channels() + c] = core;
    for (const Projection &projection : network.projections)
      synapses.push_back(expandSynapses(network, projection));
  }

  Use ofCore(int32_t core) const {
    Use use;
    for (size_t i = 0; i < network.populations.size(); ++i) {
      const Population &population = network.populations[i];
      int64_t count = std::count(coreOf[i].begin(), coreOf[i].end(), core), words = 3;
      if (population.kind == NeuronKind::program)
        words = network.programs[population.program].ports + network.programs[population.program].states;
      use.neurons += count;
      use.neuronBytes += count * words * limits.stateWordBytes;
    }
    std::set<std::array<int64_t, 4>> outputs;
    for (size_t i = 0; i < synapses.size(); ++i) {
      const Projection &projection = network.projections[i];
      int64_t channels = network.populations[projection.source].channels();
      std::set<std::array<int64_t, 2>> axons;
      for (const Synapse &synapse : synapses[i]) {
        std::array<int64_t, 2> atom = {synapse.source / channels, synapse.source % channels >> limits.atomBits};
        if (coreOf[projection.target][synapse.target] == core)
          axons.insert(atom);
        if (coreOf[projection.source][synapse.source] == core)
          outputs.insert({projection.source, atom[0], atom[1], coreOf[projection.target][synapse.target]});
      }
      use.inputAxons += axons.size();
      use.synapseBytes += countBits(i, core); // bits so far
    }
    int64_t bits = 0;
    std::swap(bits, use.synapseBytes);
    use.inputAxonBytes = use.inputAxons * limits.axonBytes;
    use.outputAxons = outputs.size();
    // Each population's lists fill whole bytes, since words do.
    use.synapseBytes = bits / 8;
    return use;
  }

  /// Messages of a neuron go to each core once.
  std::map<std::pair<int32_t, int32_t>, double> countMessages(const LoadModel &load) const {
    std::set<std::array<int64_t, 3>> sent;
    for (size_t i = 0; i < synapses.size(); ++i)
      for (const Synapse &synapse : synapses[i])
        sent.insert(
            {network.projections[i].source, synapse.source, coreOf[network.projections[i].target][synapse.target]});
    std::map<std::pair<int32_t, int32_t>, double> messages;
    for (const std::array<int64_t, 3> &message : sent)
      messages[{coreOf[message[0]][message[1]], message[2]}] +=
          load.getRate(network.populations[message[0]]) * network.timeSteps;
    return messages;
  }

  std::vector<std::vector<int32_t>> coreOf;

private:
  int64_t roundUp(int64_t bits) const {
    while (bits % limits.synapseWordBits)
      ++bits;
    return bits;
  }
  int64_t listBits(const Projection &projection, int64_t targets, bool indexed) const {
    int64_t bits = 0;
    for (int64_t i = 0; i < targets; ++i)
      bits += projection.weightBits + (indexed ? limits.synapseIndexBits : 0) + (i % 64 ? 0 : limits.synapseHeaderBits);
    return roundUp(bits);
  }
  int64_t countBits(size_t index, int32_t core) const {
    const Projection &projection = network.projections[index];
    const Population &source = network.populations[projection.source], &target = network.populations[projection.target];
    int64_t channels = target.channels(), bits = 0;
    if (projection.encoding == Encoding::strided) {
      std::map<int64_t, int64_t> fanOut, longest;
      for (const Synapse &synapse : synapses[index])
        if (coreOf[projection.target][synapse.target] == core)
          ++fanOut[synapse.source];
      for (auto [neuron, count] : fanOut)
        longest[neuron % source.channels()] = std::max(longest[neuron % source.channels()], count);
      for (auto [channel, count] : longest)
        bits += listBits(projection, count, true);
      return bits;
    }
    if (projection.encoding == Encoding::sparse) {
      Geometry geometry(network, projection);
      std::map<int64_t, std::set<int64_t>> targets;
      for (const Synapse &synapse : synapses[index])
        if (coreOf[projection.target][synapse.target] == core)
          targets[geometry.placeOf(synapse.source)->position].insert(synapse.target / channels);
      for (const auto &[position, list] : targets)
        bits += listBits(projection, list.size(), true);
      return bits;
    }
    // Runs of channels that are on the core at any position, split where groups end.
    std::vector<bool> present(channels);
    for (int64_t n = 0; n < target.size(); ++n)
      if (coreOf[projection.target][n] == core)
        present[n % channels] = true;
    Geometry geometry(network, projection);
    const Window &w = projection.window;
    bool conv = projection.encoding == Encoding::conv;
    int64_t groups = conv ? w.groups : 1, taps = conv ? w.kH * w.kW : 1;
    for (int64_t input = 0; input < geometry.getViewChannels(); ++input)
      for (int64_t c = 0; c < channels;) {
        int64_t run = 0, group = c * groups / channels;
        for (; c < channels && present[c] && c * groups / channels == group; ++c)
          ++run;
        if (group == input * groups / geometry.getViewChannels())
          bits += listBits(projection, run * taps, groups > 1);
        if (run == 0)
          ++c;
      }
    return bits;
  }

  const Network &network;
  const Limits &limits;
  std::vector<std::vector<Synapse>> synapses;
};

TEST(CoreUseRandom, IsWhatSingleSynapsesAddUpTo) {
  Limits limits = makeLimits(1);
  for (uint32_t seed = 0; seed < 400; ++seed) {
    limits.atomBits = seed % 4;
    Network network = RandomNetwork(seed).make();
    Connections connections(network);
    UseModel model(connections, limits);
    Counted counted(network, limits);
    std::vector<int64_t> outputAxons = countOutputAxons(connections, network.cores, limits);
    for (size_t core = 0; core < network.cores.size(); ++core) {
      Use use = model.ofCore(network.cores[core].slices), expected = counted.ofCore(core);
      use.outputAxons = outputAxons[core];
      EXPECT_EQ(use.neurons, expected.neurons) << "seed " << seed << " core " << core;
      EXPECT_EQ(use.neuronBytes, expected.neuronBytes) << "seed " << seed << " core " << core;
      EXPECT_EQ(use.inputAxons, expected.inputAxons) << "seed " << seed << " core " << core;
      EXPECT_EQ(use.outputAxons, expected.outputAxons) << "seed " << seed << " core " << core;
      EXPECT_EQ(use.synapseBytes, expected.synapseBytes) << "seed " << seed << " core " << core;
      EXPECT_EQ(use.inputAxonBytes, expected.inputAxonBytes);
    }
  }
}

TEST(CoreUseRandom, ReachIsThatOfTheGeometry) {
  for (uint32_t seed = 0; seed < 400; ++seed) {
    RandomNetwork random(seed);
    Network network = random.makePair(static_cast<Encoding>(seed % 4));
    Connections connections(network);
    const Geometry &geometry = connections.getGeometry(0);
    for (int round = 0; round < 4; ++round) {
      Slice box = random.makeBox(geometry.getTarget());
      box.population = network.projections[0].target;
      Reach reach = connections.getReach(0, {box});
      EXPECT_EQ(reach.sources.intervals(), geometry.sourcesOf(box).intervals()) << "seed " << seed;
      EXPECT_EQ(reach.synapses, geometry.countSynapses(box)) << "seed " << seed;
    }
  }
}

TEST(MessageNets, TrafficIsWhatSingleNeuronsSend) {
  Limits limits = makeLimits(1);
  LoadModel load;
  for (uint32_t seed = 0; seed < 300; ++seed) {
    Network network = RandomNetwork(seed).make();
    Connections connections(network);
    std::vector<Slice> slices;
    std::vector<int32_t> coreOf;
    listSlices(network.cores, slices, coreOf);
    CoreTraffic traffic = getCoreTraffic(MessageNets(connections, slices, load), coreOf, network.cores.size());
    std::map<std::pair<int32_t, int32_t>, double> expected = Counted(network, limits).countMessages(load), found;
    for (const Flow &flow : traffic.flows)
      found[{flow.source, flow.target}] += flow.messages;
    std::vector<double> in(network.cores.size()), out(network.cores.size());
    for (auto [cores, messages] : expected) {
      in[cores.second] += messages;
      if (cores.first < 0)
        EXPECT_NEAR(traffic.inputs[cores.second], messages, 1e-6);
      else
        out[cores.first] += messages;
      if (cores.first >= 0 && cores.first != cores.second)
        EXPECT_NEAR((found[{cores.first, cores.second}]), messages, 1e-6) << "seed " << seed;
    }
    for (size_t core = 0; core < network.cores.size(); ++core) {
      EXPECT_NEAR(traffic.messagesIn[core], in[core], 1e-6) << "seed " << seed;
      EXPECT_NEAR(traffic.messagesOut[core], out[core], 1e-6) << "seed " << seed;
    }
    for (auto [cores, messages] : found)
      EXPECT_TRUE(expected.count(cores)) << "seed " << seed;
  }
}

} // namespace
