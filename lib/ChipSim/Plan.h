// SPDX-License-Identifier: Apache-2.0
// A network made ready to run: neurons laid out by slices, weights packed for the kernels, tables from neurons to
// places. It does not change while networks run.
#ifndef SPIKE_LIB_CHIPSIM_PLAN_H
#define SPIKE_LIB_CHIPSIM_PLAN_H

#include "FanOut.h"
#include "Kernels/Kernels.h"
#include <memory>
#include <string>

namespace spike::chip {

constexpr uint32_t nowhere = ~uint32_t(0);

/// Where the neurons of a source population stand in a projection's view. Empty tables: position and channel are those
/// of the population itself.
struct View {
  int64_t viewOffset = 0;
  std::vector<Dim> viewPositions, viewChannels;
  int64_t positions = 0;
  uint32_t channels = 1;                   ///< of the population
  std::vector<uint32_t> position, channel; ///< by neuron; `nowhere` if the view leaves it out

  uint32_t positionOf(uint32_t neuron) const { return position.empty() ? neuron / channels : position[neuron]; }
  uint32_t channelOf(uint32_t neuron, uint32_t itsPosition) const {
    return channel.empty() ? neuron - itsPosition * channels : channel[neuron];
  }
};

/// The synapses of a projection. Weights have their own shift applied; `left` and `right` shift sums.
struct SynapsePlan {
  const Projection *projection = nullptr;
  bool valued = false; ///< payloads multiply weights
  int left = 0, right = 0;
  size_t view = 0; ///< of dense, conv, sparse: in the source population's plan
  /// Rows of dense and conv: row tap * channels + channel holds `stride` targets. One of the two is used; of sparse and
  /// strided, weights16 holds a weight per entry, or the only one.
  int64_t stride = 0, sourceChannels = 0;
  std::vector<int8_t> weights8;
  std::vector<int16_t> weights16;
  /// Of strided: base targets of source neuron n are bases[offsets[n] .. offsets[n + 1]); each counts with every
  /// element of the pattern added. Of sparse: entries of source position n.
  std::vector<uint32_t> offsets;
  std::vector<int32_t> bases, pattern;

  /// The step of a time step in which the source sends what the target integrates in this one; negative or beyond the
  /// source's steps: none.
  int32_t sentIn(int32_t targetSubstep, const Network &network) const {
    return targetSubstep - projection->substep + network.populations[projection->source].substeps - 1;
  }
  bool isPushed() const {
    return projection->encoding == Encoding::strided || projection->encoding == Encoding::sparse;
  }
  /// Calls fn(target neuron) for every synapse of a source neuron, if the projection is pushed. The target has so many
  /// channels, and a sparse projection's view is given.
  template <typename Fn>
  void forEachTarget(int64_t neuron, int64_t channels, const View *seen, Fn &&fn) const {
    if (projection->encoding == Encoding::strided) {
      for (uint32_t b = offsets[neuron]; b < offsets[neuron + 1]; ++b)
        for (int32_t offset : pattern)
          fn(bases[b] + offset);
      return;
    }
    uint32_t position = seen->positionOf(static_cast<uint32_t>(neuron));
    if (position != nowhere)
      for (uint32_t e = offsets[position]; e < offsets[position + 1]; ++e)
        fn(projection->entries[e].target * channels + seen->channelOf(static_cast<uint32_t>(neuron), position));
  }
};

/// A parameter of the neurons of a slice, repeated so that a block can begin at any channel.
struct BlockParam {
  int64_t period = 1;
  std::vector<int32_t> values;
  const int32_t *at(int64_t neuron) const { return values.data() + (period == 1 ? 0 : neuron % period); }
};

/// Neurons of one core. They lie behind each other, position by position, from `base` of the population's storage on; a
/// slice begins with a block.
struct SlicePlan {
  Slice box;
  int32_t core = 0;
  int64_t base = 0;
  bool restless = false; ///< some neuron acts without state and input
  BlockParam threshold, bias, restlessness;
  std::vector<BlockParam> params;

  int64_t channels() const { return box.c1 - box.c0; }
};

struct PopulationPlan {
  const Population *population = nullptr;
  int32_t index = 0;
  std::vector<SlicePlan> slices;
  int64_t storage = 0; ///< neurons with the slices' padding
  int32_t ports = 1, words = 0;
  LifStep lif{};
  const Program *program = nullptr;
  bool jumps = false;
  int32_t silent = 0; ///< steps of a time step in which a message would come too early
  int32_t registers = 0;
  std::vector<size_t> incoming; ///< synapse plans, those that push first
  bool shiftsPushed = false;    ///< some of them shift sums to the right
  std::vector<View> views;      ///< of projections that start here
  std::vector<uint32_t> places; ///< storage of each neuron; only if something is pushed or probed
  FanOut fanOut;

  uint32_t neuronOf(const SlicePlan &slice, int64_t local) const;
  /// Fills `places`.
  void findPlaces();
};

struct Plan {
  std::shared_ptr<const Network> network;
  std::vector<PopulationPlan> populations;
  std::vector<SynapsePlan> synapses;
  std::vector<int32_t> order;  ///< of populations: sources come before their targets
  std::vector<int32_t> passes; ///< of each population

  /// False, and an error, for networks that cannot run.
  bool build(std::shared_ptr<const Network> source, std::string &error);
};

/// Packs the weights of a projection, and finds the tables of strided and sparse ones.
void planSynapses(const Network &network, SynapsePlan &synapses);
/// Finds or adds the view of a projection.
size_t planView(const Network &network, const Projection &projection, std::vector<View> &views);
/// Constants of a population's neurons and of its slices.
void planNeurons(const Network &network, PopulationPlan &plan);

} // namespace spike::chip

#endif // SPIKE_LIB_CHIPSIM_PLAN_H
