// SPDX-License-Identifier: Apache-2.0
// Who is connected to whom: what the encoding and the view of a projection say, worked out for single neurons and for
// boxes of a population. For networks that verifyNetwork accepts.
#ifndef SPIKE_CHIP_GEOMETRY_H
#define SPIKE_CHIP_GEOMETRY_H

#include "spike/Chip/Nest.h"
#include "spike/Chip/NeuronSet.h"
#include "spike/Support/Window.h"

namespace spike::chip {

/// Source and target are neurons of the projection's populations; the weight is the stored mantissa.
struct Synapse {
  int64_t source = 0, target = 0;
  int32_t weight = 0;
  bool operator==(const Synapse &o) const { return source == o.source && target == o.target && weight == o.weight; }
  bool operator<(const Synapse &o) const {
    return source != o.source ? source < o.source : target != o.target ? target < o.target : weight < o.weight;
  }
};

/// All synapses of a projection, those of weight zero too, straight from the definitions in docs/loihi.md. A reference
/// for everything that is cleverer; needs memory for each synapse.
std::vector<Synapse> expandSynapses(const Network &network, const Projection &projection);

/// A place of a view: running numbers of a position and a channel.
struct Place {
  int64_t position = 0, channel = 0;
};

class Geometry {
public:
  /// Both must outlive it.
  Geometry(const Network &network, const Projection &projection);

  const Projection &getProjection() const { return projection; }
  const Population &getSource() const { return source; }
  const Population &getTarget() const { return target; }

  //===--- The view (not of strided) ---===//

  int64_t getViewPositions() const { return viewPositions; }
  int64_t getViewChannels() const { return viewChannels; }
  /// The source neuron at a place.
  int64_t neuronAt(int64_t position, int64_t channel) const {
    return projection.viewOffset + neuronOf(projection.viewPositions, position) +
           neuronOf(projection.viewChannels, channel);
  }
  /// The place of a source neuron; none if the view leaves it out.
  std::optional<Place> placeOf(int64_t neuron) const;

  //===--- Synapses ---===//

  int64_t countSynapses() const;
  /// Of one source neuron: its fan-out.
  int64_t countSynapses(int64_t neuron) const;
  /// Into a box of the target.
  int64_t countSynapses(const Slice &box) const;
  /// Adds the synapses of one source neuron, in no particular order.
  void appendSynapses(int64_t neuron, std::vector<Synapse> &synapses) const;
  /// Fan-out of a source neuron into a box of the target.
  int64_t countSynapses(int64_t neuron, const Slice &box) const;

  //===--- Boxes ---===//

  /// The source neurons with a synapse into a box of the target; NeuronSet::countIn tells how many lie in a box of the
  /// source.
  NeuronSet sourcesOf(const Slice &box) const;

private:
  /// Targets of one source neuron: channels [c0, c1) at a position. Channel c has weights[(c - c0) * stride].
  struct Run {
    int64_t position, c0, c1;
    const int16_t *weights;
    int64_t stride;
  };
  template <typename Fn>
  void forEachRun(int64_t neuron, Fn &&fn) const;
  template <typename Fn>
  void forEachEntryInto(const Slice &box, Fn &&fn) const;
  std::pair<const Entry *, const Entry *> entriesOf(int64_t position) const;
  /// Adds the neurons at view positions [p0, p1); `channels` lie so far from a position's first neuron.
  void addPlaces(int64_t p0, int64_t p1, const NeuronSet &channels, NeuronSet &set) const;
  /// How far view channels [first, end) lie from a position's first neuron.
  NeuronSet channelOffsets(int64_t first, int64_t end) const;
  void addConvSources(const Slice &box, NeuronSet &set) const;

  const Projection &projection;
  const Population &source, &target;
  int64_t viewPositions = 0, viewChannels = 0, targetChannels;
  Nest bySource;                          ///< of a view: values are running numbers; of strided: target neurons
  Nest byTarget;                          ///< of strided: values are source neurons
  mlir::spike::WindowAxis rows, columns;  ///< of conv
  std::vector<uint32_t> byTargetPosition; ///< of sparse: entries in the order of their targets
};

} // namespace spike::chip

#endif // SPIKE_CHIP_GEOMETRY_H
