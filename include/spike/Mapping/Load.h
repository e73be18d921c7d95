// SPDX-License-Identifier: Apache-2.0
// What cores are expected to do in an inference, from rates.
#ifndef SPIKE_MAPPING_LOAD_H
#define SPIKE_MAPPING_LOAD_H

#include "spike/Chip/Network.h"

namespace spike::chip {

/// How work adds up to the load of a core, in units of one synaptic operation. The ratios are those of the times that
/// SANA-FE fitted to Loihi 1 (arch/loihi.yaml: synapse 3.8 ns, neuron access and update 9.7 ns, message in 16 ns, out
/// 5.1 ns); no such numbers are public for a later chip.
struct LoadModel {
  double synop = 1, update = 2.55, messageIn = 4.2, messageOut = 1.34;
  double unknownRate = 0.15; ///< of populations that do not say theirs, in messages per neuron and step
  double getRate(const Population &population) const {
    return population.rate >= 0 ? population.rate : population.kind == NeuronKind::input ? 1.0 : unknownRate;
  }
};

/// Expected counts per inference; docs/loihi.md says what each counts.
struct Load {
  double synops = 0, updates = 0, messagesIn = 0, messagesOut = 0;
  Load &operator+=(const Load &other) {
    synops += other.synops, updates += other.updates;
    messagesIn += other.messagesIn, messagesOut += other.messagesOut;
    return *this;
  }
  double weigh(const LoadModel &model) const {
    return model.synop * synops + model.update * updates + model.messageIn * messagesIn +
           model.messageOut * messagesOut;
  }
};

} // namespace spike::chip

#endif // SPIKE_MAPPING_LOAD_H
