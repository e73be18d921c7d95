// SPDX-License-Identifier: Apache-2.0
// What slices of populations take of a core: the memory model of docs/loihi.md.
#ifndef SPIKE_MAPPING_COREUSE_H
#define SPIKE_MAPPING_COREUSE_H

#include "spike/Chip/Limits.h"
#include "spike/Mapping/Connections.h"

#include <map>
#include <optional>

namespace spike::chip {

/// Resources of a core. Output axons depend on where all other slices lie: see countOutputAxons.
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

/// The slices of a core by their population.
std::map<int32_t, std::vector<Slice>> groupByPopulation(const std::vector<Slice> &slices);

/// Works out what boxes take. Boxes of one population that lie on one core share lists of synapses and input axons;
/// populations share nothing, so the use of a core is the sum over its populations.
class UseModel {
public:
  /// Both must outlive it.
  UseModel(const Connections &connections, const Limits &limits) : connections(connections), limits(limits) {}

  /// Of boxes of one population on one core; they must not overlap. `reaches`, if any, gets what was found out about
  /// each projection into the population.
  Use ofBoxes(const std::vector<Slice> &boxes, std::vector<Reach> *reaches = nullptr) const;
  /// Of a whole core.
  Use ofCore(const std::vector<Slice> &slices) const;
  /// What the neurons alone take, without synapses and axons.
  Use ofNeurons(int32_t population, int64_t count) const;
  const Limits &getLimits() const { return limits; }

private:
  int64_t getSynapseBits(int32_t projection, const std::vector<Slice> &boxes, const Reach &reach) const;
  int64_t getListBits(const Projection &projection, int64_t targets) const;

  const Connections &connections;
  const Limits &limits;
};

/// Output axons of every core of a partitioned network.
std::vector<int64_t> countOutputAxons(const Connections &connections, const std::vector<Core> &cores,
                                      const Limits &limits);

} // namespace spike::chip

#endif // SPIKE_MAPPING_COREUSE_H
