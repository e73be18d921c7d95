// SPDX-License-Identifier: Apache-2.0
// What products of digit planes cost on this machine.
#ifndef SPIKE_LIB_RUNTIME_PLANECOSTS_H
#define SPIKE_LIB_RUNTIME_PLANECOSTS_H

#include <cstdint>

namespace spike_rt {

/// Seconds, for weights of so many planes.
struct PlaneCosts {
  double dense;  ///< a row times a block
  double active; ///< an active group times a block of outputs
  double list;   ///< looking at a block's groups of a row, and listing them
};

/// Measured when it is first asked for, then kept; see spike_rt_planes_isa for what overrides it.
const PlaneCosts &getPlaneCosts(int64_t planes);

/// Whether to leave out silent groups where the share `active` of a row's groups is not silent, and lists serve so many
/// blocks of outputs. It is a matter of time only: both ways compute the same integers.
bool shouldLeaveOutSilent(double active, int64_t planes, int64_t outputBlocks);

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_PLANECOSTS_H
