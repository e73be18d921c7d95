// SPDX-License-Identifier: Apache-2.0
// When populations run: a balanced schedule, in which the waves of time steps meet whatever path they took.
#ifndef SPIKE_MAPPING_SCHEDULE_H
#define SPIKE_MAPPING_SCHEDULE_H

#include "spike/Chip/Limits.h"

#include "llvm/Support/Error.h"

namespace spike::chip {

struct ScheduleReport {
  int32_t chipSteps = 0;    ///< of one inference
  int32_t period = 1;       ///< chip steps from one time step to the next
  int32_t depth = 0;        ///< projections on the longest path
  int32_t longestDelay = 0; ///< of any projection
  int32_t relays = 0;       ///< populations added where a delay is longer than the target's
};

/// Sets the start of every population and the delay of every projection. Populations start as soon as the longest path
/// to them allows, those without projections into them as late as their readers do. The rest of a path becomes delay;
/// what exceeds the target's limit is spent in relays of the source, which projections from one source share.
/// Delays given before have no effect. The network must be verified (verifyNetwork) and unmapped; a cycle is an error
/// that names its populations.
llvm::Expected<ScheduleReport> scheduleNetwork(Network &network, const Limits &limits);

} // namespace spike::chip

#endif // SPIKE_MAPPING_SCHEDULE_H
