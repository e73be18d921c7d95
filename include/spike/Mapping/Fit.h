// SPDX-License-Identifier: Apache-2.0
// Whether a mapped network fits its board: rules, limits, and what every core holds.
#ifndef SPIKE_MAPPING_FIT_H
#define SPIKE_MAPPING_FIT_H

#include "spike/Chip/Verify.h"

namespace spike::chip {

/// The first core of a partitioned network that holds more than it may; the fault names the limit and both numbers.
std::optional<Fault> findOverfullCore(const Network &network, const Limits &limits);

/// Every rule and limit of findFault, and every core's memory and axons.
llvm::Error verifyFit(const Network &network, const Limits &limits);

} // namespace spike::chip

#endif // SPIKE_MAPPING_FIT_H
