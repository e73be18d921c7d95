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

/// The network that computes `function`, unmapped and verified; a failure after an error at the op that cannot be
/// placed.
FailureOr<ConvertedNetwork> convertToNetwork(func::FuncOp function, const ::spike::chip::Limits &limits);

/// What a layer of the source model became. A projection counts where it leads.
struct LayerSize {
  std::string layer;
  int64_t populations = 0, neurons = 0, projections = 0, synapses = 0;
};

/// In the order of the program.
std::vector<LayerSize> countLayers(const ConvertedNetwork &converted);

/// Multiplies attention's three factors in the order that takes fewer neurons, where both orders are exact, and says so
/// in a remark.
void chooseAssociation(func::FuncOp function);

} // namespace mlir::spike

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_H
