// SPDX-License-Identifier: Apache-2.0
// From what the simulator counted to the events that an energy profile has costs of.
#ifndef SPIKE_TARGET_CHIPACTIVITY_H
#define SPIKE_TARGET_CHIPACTIVITY_H

#include "spike/Chip/Limits.h"
#include "spike/Chip/TileMesh.h"
#include "spike/ChipSim/Counters.h"
#include "spike/Target/EnergyProfile.h"

namespace spike::chip {

/// Messages of all inferences over a link.
struct CountedLink : MeshLink {
  int64_t messages = 0;
};

struct ChipActivity {
  Activity activity;
  std::vector<CountedLink> links; ///< those that carried anything, by chip, y, x, direction
};

/// Of a placed network. Messages go the ways of TileMesh, to several cores each by itself. Where the host's messages
/// enter a chip is not known: they count on arrival and have no hops.
llvm::Expected<ChipActivity> makeActivity(const Network &network, const Limits &limits, const Counters &counters);

} // namespace spike::chip

#endif // SPIKE_TARGET_CHIPACTIVITY_H
