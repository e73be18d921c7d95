// SPDX-License-Identifier: Apache-2.0
// Passes of an inference: parts of a network that run one after the other, the host in between (docs/loihi.md, "Host").
#ifndef SPIKE_CHIP_PASSES_H
#define SPIKE_CHIP_PASSES_H

#include "spike/Chip/Network.h"

namespace spike::chip {

/// How many passes an inference has.
int32_t countPasses(const Network &network);

/// The pass of each population: that of the inputs and outputs to which projections connect it, the first without any.
std::vector<int32_t> getPasses(const Network &network);

} // namespace spike::chip

#endif // SPIKE_CHIP_PASSES_H
