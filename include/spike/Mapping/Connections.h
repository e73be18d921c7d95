// SPDX-License-Identifier: Apache-2.0
// The projections of a network by the populations they join, and what reaches boxes of neurons over them.
#ifndef SPIKE_MAPPING_CONNECTIONS_H
#define SPIKE_MAPPING_CONNECTIONS_H

#include "spike/Chip/Geometry.h"

namespace spike::chip {

/// What boxes of one population have to do with one projection.
struct Reach {
  NeuronSet sources;    ///< neurons with a synapse into one of the boxes
  int64_t synapses = 0; ///< into the boxes
  /// Of strided: for each channel of the source with synapses, how many one of its neurons has into the boxes, at most.
  std::vector<int64_t> longest;
};

class Connections {
public:
  /// The network must outlive it, and its populations and projections must not change. Not for several threads at once.
  explicit Connections(const Network &network);

  const Network &getNetwork() const { return network; }
  const Population &getPopulation(int32_t population) const { return network.populations[population]; }
  const Geometry &getGeometry(int32_t projection) const { return geometries[projection]; }
  /// Projections that lead into a population, and out of it.
  const std::vector<int32_t> &into(int32_t population) const { return incoming[population]; }
  const std::vector<int32_t> &outOf(int32_t population) const { return outgoing[population]; }

  /// Of boxes of the projection's target, which must not overlap.
  Reach getReach(int32_t projection, const std::vector<Slice> &boxes) const;

  /// Neurons of a population with a synapse into one of the boxes, which may be of any populations.
  NeuronSet sourcesOf(int32_t population, const std::vector<Slice> &boxes) const;

private:
  Reach getStridedReach(int32_t projection, const std::vector<Slice> &boxes) const;

  const Network &network;
  std::vector<Geometry> geometries;
  std::vector<std::vector<int32_t>> incoming, outgoing;
  mutable std::vector<int64_t> fanOut; ///< of the neurons of a source that a walk meets, all zero between calls
};

} // namespace spike::chip

#endif // SPIKE_MAPPING_CONNECTIONS_H
