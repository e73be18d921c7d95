// SPDX-License-Identifier: Apache-2.0
// Mantissas and exponents.
#include "Weights.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/bit.h"
#include <cmath>

using namespace mlir::spike;
using namespace mlir::spike::onchip;

/// Largest magnitude of a weight that is read: far beyond what any exponent reaches.
static constexpr float kMaxWeight = 0x1p24f;

std::optional<StoredWeights> mlir::spike::onchip::storeWeights(llvm::ArrayRef<float> values, const chip::Limits &limits,
                                                               std::string &reason) {
  int64_t low = 0, high = 0;
  uint64_t digits = 0;
  for (float value : values) {
    if (!(std::fabs(value) <= kMaxWeight) || value != std::floor(value)) {
      reason = "has a weight of " + std::to_string(value) + ", which is no integer up to 2^24";
      return std::nullopt;
    }
    int64_t weight = static_cast<int64_t>(value);
    low = std::min(low, weight);
    high = std::max(high, weight);
    digits |= static_cast<uint64_t>(weight);
  }
  int shared = digits ? llvm::countr_zero(digits) : 0;
  llvm::SmallVector<int64_t> widths(limits.weightBits.begin(), limits.weightBits.end());
  llvm::sort(widths);
  for (int64_t bits : widths) {
    if (bits < 2)
      continue;
    // Zeros at the end of a mantissa make up for an exponent that is too large.
    int64_t exponent = shared - (9 - bits), zeros = std::max<int64_t>(0, exponent - limits.weightExponentHigh);
    zeros = std::min<int64_t>(zeros, shared);
    exponent -= zeros;
    int64_t down = shared - zeros, bound = int64_t(1) << (bits - 1);
    if ((high >> down) >= bound || (low >> down) < -bound || exponent < limits.weightExponentLow ||
        exponent > limits.weightExponentHigh)
      continue;
    StoredWeights stored;
    stored.bits = bits;
    stored.exponent = exponent;
    stored.mantissas.reserve(values.size());
    for (float value : values)
      stored.mantissas.push_back(static_cast<int16_t>(static_cast<int64_t>(value) >> down));
    return stored;
  }
  reason = "has weights from " + std::to_string(low) + " to " + std::to_string(high) + " in units of 2^" +
           std::to_string(shared) + ", but target '" + limits.name + "' stores signed weights of at most " +
           std::to_string(widths.empty() ? 0 : widths.back()) + " bits with an exponent from " +
           std::to_string(limits.weightExponentLow) + " to " + std::to_string(limits.weightExponentHigh);
  return std::nullopt;
}

std::optional<StoredBias> mlir::spike::onchip::storeBias(int64_t value, const chip::Limits &limits) {
  int64_t bound = int64_t(1) << (limits.biasMantissaBits - 1), most = int64_t(1) << limits.biasExponentBits;
  StoredBias bias;
  int64_t mantissa = value;
  while ((mantissa >= bound || mantissa <= -bound) && mantissa % 2 == 0) {
    mantissa /= 2;
    ++bias.exponent;
  }
  if (mantissa >= bound || mantissa <= -bound || bias.exponent >= most)
    return std::nullopt;
  bias.mantissa = static_cast<int32_t>(mantissa);
  return bias;
}
