// SPDX-License-Identifier: Apache-2.0
// What slices of populations take of a core: the memory model of docs/loihi.md.
#ifndef SPIKE_MAPPING_COREUSE_H
#define SPIKE_MAPPING_COREUSE_H

#include "spike/Chip/Limits.h"

#include <optional>

namespace spike::chip {

/// Resources of a core. `outputAxons` depends on where all other slices lie: see countOutputAxons.
struct Use {
  int64_t neurons = 0, neuronBytes = 0, synapseBytes = 0, inputAxons = 0, inputAxonBytes = 0, outputAxons = 0;
  int64_t memoryBytes() const { return neuronBytes + synapseBytes + inputAxonBytes; }
  Use &operator+=(const Use &other);
  Use &operator-=(const Use &other);
  bool operator==(const Use &other) const;
};

/// A limit that a use exceeds.
struct Excess {
  const char *resource, *limitName; ///< as a reader says it, and the field of Limits
  int64_t used, limit;
};

/// The first limit that `use` exceeds.
std::optional<Excess> findExcess(const Use &use, const Limits &limits);

/// The largest of used / limit, over all resources: 1 is a full core.
double getFill(const Use &use, const Limits &limits);

} // namespace spike::chip

#endif // SPIKE_MAPPING_COREUSE_H
