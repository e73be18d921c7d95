// SPDX-License-Identifier: Apache-2.0
// Weights as a chip stores them.
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_WEIGHTS_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_WEIGHTS_H

#include "Chip.h"
#include "llvm/ADT/ArrayRef.h"
#include <optional>
#include <string>

namespace mlir::spike::onchip {

/// Weights m * 2^e of one layer: `value = (m << (9 - bits)) * 2^exponent`.
struct StoredWeights {
  std::vector<int16_t> mantissas;
  int32_t bits = 8, exponent = 0;
};

/// Stores integers with the fewest bits that the limits allow; if that is not possible, `reason` says why.
std::optional<StoredWeights> storeWeights(llvm::ArrayRef<float> values, const chip::Limits &limits,
                                          std::string &reason);

/// A bias as mantissa and exponent.
struct StoredBias {
  int32_t mantissa = 0, exponent = 0;
};

/// `value = mantissa << exponent`, if the limits allow it.
std::optional<StoredBias> storeBias(int64_t value, const chip::Limits &limits);

} // namespace mlir::spike::onchip

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_WEIGHTS_H
