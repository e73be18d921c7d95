// SPDX-License-Identifier: Apache-2.0
// Which neurons share a core: populations are cut into boxes, and boxes are gathered on cores.
#ifndef SPIKE_MAPPING_PARTITION_H
#define SPIKE_MAPPING_PARTITION_H

#include "spike/Chip/Limits.h"
#include "spike/Mapping/Load.h"

#include "llvm/Support/Error.h"

namespace spike::chip {

enum class Objective : uint8_t {
  minimizeCommunication, ///< fewest messages between cores, and few cores
  minimizeLatency,       ///< the busiest core has least to do; takes free cores for it
  balance,               ///< no more cores than for communication, their load evened out
};

struct PartitionOptions {
  Objective objective = Objective::minimizeCommunication;
  uint32_t seed = 1;
  int64_t maxCores = 0; ///< zero: all that the board has
  LoadModel load;
};

/// Fills `network.cores` with slices, their places left at zero. The network must be verified (verifyNetwork), and any
/// cores that it has are replaced. What does not fit is an error that names population, limit and both numbers.
llvm::Error partitionNetwork(Network &network, const Limits &limits, const PartitionOptions &options = {});

/// What one would write down without thought: populations in their order, cut at the first limit that is met, each
/// piece on the last core if it fits there, else on a new one. To compare with.
llvm::Error partitionFirstFit(Network &network, const Limits &limits);

} // namespace spike::chip

#endif // SPIKE_MAPPING_PARTITION_H
