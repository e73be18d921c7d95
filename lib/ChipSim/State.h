// SPDX-License-Identifier: Apache-2.0
// What changes during an inference.
#ifndef SPIKE_LIB_CHIPSIM_STATE_H
#define SPIKE_LIB_CHIPSIM_STATE_H

#include "Messages.h"

namespace spike::chip {

struct SliceState {
  Messages sent; ///< in this step
  int64_t updates = 0;
  bool overflow = false; ///< a payload that the population cannot send
};

/// What a population sends in a step of the chip.
struct Sent {
  Messages messages;
  std::vector<ViewedMessages> viewed; ///< of each view
};

struct PopulationState {
  std::vector<int32_t> accumulators; ///< of each port, then each place of the population's storage
  std::vector<int32_t> words;        ///< state words (LIF: v, u, refractory steps left), likewise
  std::vector<uint8_t> awake;        ///< of each block: not all is zero
  std::vector<SliceState> slices;
  std::vector<Sent> sent;       ///< of all slices, in each of the steps that a time step takes
  std::vector<int32_t> partial; ///< sums of a pushed projection that are shifted before they count

  void prepare(const PopulationPlan &plan);
};

/// The part [begin, end) of a population's storage that a thread adds to.
struct PlaceRange {
  uint32_t begin, end;
};

/// Adds what a strided or sparse projection delivers into a part of the target's storage.
void push(const SynapsePlan &synapses, const Sent &source, const PopulationPlan &plan, PopulationState &target,
          PlaceRange range);
/// Adds what a dense or conv projection delivers to a slice.
void pull(const SynapsePlan &synapses, const Sent &source, const PopulationPlan &plan, const SlicePlan &slice,
          PopulationState &target);
/// Runs the neurons of a slice that have something to do.
void update(const PopulationPlan &plan, size_t slice, PopulationState &state);

} // namespace spike::chip

#endif // SPIKE_LIB_CHIPSIM_STATE_H
