// SPDX-License-Identifier: Apache-2.0
// A quantised program of the spike dialect as a network on a chip (docs/loihi.md).
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "spike/Chip/Limits.h"

namespace mlir::spike {

/// What a layer of the source model became.
struct LayerSize {
  std::string layer;
  int64_t populations = 0, neurons = 0, projections = 0, synapses = 0;
};

struct ConvertedNetwork {
  ::spike::chip::Network network;
  std::vector<LayerSize> layers; ///< in the order of the program
};

/// The network that computes `function`, unmapped and verified; a failure after an error at the op that cannot be placed.
FailureOr<ConvertedNetwork> convertToNetwork(func::FuncOp function, const ::spike::chip::Limits &limits);

/// Multiplies attention's three factors in the order that takes fewer neurons, where both orders are exact, and says so
/// in a remark.
void chooseAssociation(func::FuncOp function);

} // namespace mlir::spike

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_H
