// SPDX-License-Identifier: Apache-2.0
// What happened on the cores during a run. docs/loihi.md, "Counters", defines every number.
#ifndef SPIKE_CHIPSIM_COUNTERS_H
#define SPIKE_CHIPSIM_COUNTERS_H

#include "spike/Chip/Network.h"

#include <array>
#include <cstdint>
#include <vector>

namespace spike::chip {

/// Messages from a core to another, or to itself; from the host if the source is negative.
struct CountedFlow {
  int32_t source = 0, target = 0;
  int64_t messages = 0;
};

/// The same of one population, in one step of the chip.
struct StepFlow {
  int32_t population = 0, step = 0; ///< the step in which they are sent
  int32_t source = 0, target = 0;
  int64_t messages = 0;
};

/// What synapses are told apart by: the encoding of their projection, or that a payload multiplies the weight.
constexpr size_t kNumReads = 5, kGradedRead = 4;
inline size_t getRead(const Projection &projection) {
  return projection.graded ? kGradedRead : static_cast<size_t>(projection.encoding);
}

/// Sums over all inferences of a run.
struct Counters {
  int64_t inferences = 0;
  int64_t cores = 0, chipSteps = 0;
  /// Element core * chipSteps + step.
  std::vector<int64_t> synops, updates, spikes, messagesIn, messagesOut;
  std::array<std::vector<int64_t>, kNumReads> reads; ///< `synops`, told apart
  /// By source, then target; none without messages.
  std::vector<CountedFlow> traffic;
  /// By population, step, source, then target; none without messages.
  std::vector<StepFlow> flows;
  /// Synapses read of each projection; neurons of each population that ran, and that fired or sent.
  std::vector<int64_t> projectionSynops, populationUpdates, populationSpikes;
};

} // namespace spike::chip

#endif // SPIKE_CHIPSIM_COUNTERS_H
