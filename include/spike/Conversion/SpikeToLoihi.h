// SPDX-License-Identifier: Apache-2.0
// A quantised program of the spike dialect as a network on a chip (docs/loihi.md).
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "spike/Chip/Limits.h"

namespace mlir::spike {

struct ConvertedNetwork {
  ::spike::chip::Network network;
  std::vector<std::string> layers; ///< of the source model: the one that each population belongs to
};

/// The network that computes a function, or the parts of one that spike-outline-host has cut, of which the host's are
/// only named. Unmapped and verified; a failure after an error at the op that cannot be placed.
/// Products of activations take up to `mostSubsteps` chip steps each, and the fewer neurons.
FailureOr<ConvertedNetwork> convertToNetwork(ArrayRef<func::FuncOp> parts, const ::spike::chip::Limits &limits,
                                             int64_t mostSubsteps = 1);

/// What a layer of the source model became. A projection counts where it leads.
struct LayerSize {
  std::string layer;
  int64_t populations = 0, neurons = 0, projections = 0, synapses = 0;
};

/// In the order of the program.
std::vector<LayerSize> countLayers(const ConvertedNetwork &converted);

/// Whether pairs of factors are multiplied at once, by a neuron for each, or one after the other. `automatic` takes as
/// few steps as the board has neurons for.
enum class AttentionForm { automatic, parallel, serial };

/// The chip steps that a product of activations may take. Multiplies attention's three factors in the order that takes
/// fewer neurons then, where both orders are exact. Remarks say why. Fails, after an error, if the target cannot do it.
FailureOr<int64_t> chooseAttention(func::FuncOp function, const ::spike::chip::Limits &limits, AttentionForm form);

} // namespace mlir::spike

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_H
