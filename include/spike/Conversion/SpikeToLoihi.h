// SPDX-License-Identifier: Apache-2.0
// A quantised program of the spike dialect as a network on a chip (docs/loihi.md).
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "spike/Chip/Limits.h"

namespace mlir::spike {

/// The network that computes `function`, unmapped; a failure after an error at the op that cannot be placed.
FailureOr<::spike::chip::Network> convertToNetwork(func::FuncOp function, const ::spike::chip::Limits &limits);

} // namespace mlir::spike

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_H
