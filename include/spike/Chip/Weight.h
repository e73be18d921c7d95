// SPDX-License-Identifier: Apache-2.0
// What a stored weight counts (docs/loihi.md, "One step of a core").
#ifndef SPIKE_CHIP_WEIGHT_H
#define SPIKE_CHIP_WEIGHT_H

#include "spike/Chip/Network.h"

namespace spike::chip {

/// Turns stored weights of a projection into what a synapse adds for a payload of one.
struct WeightScale {
  int left, right = 0; ///< shifts of a stored weight
  int ofSum = 0;       ///< shift to the right of the sum of the projection

  WeightScale(const Projection &projection, const Conventions &conventions)
      : left(8 - projection.weightBits + (projection.sign == SignMode::mixed ? 1 : 0)) {
    if (projection.exponent >= 0)
      left += projection.exponent;
    else
      (conventions.shiftBeforeSum ? right : ofSum) = -projection.exponent;
  }
  int64_t operator()(int64_t stored) const { return stored * (int64_t(1) << left) >> right; }
};

/// Smallest and largest weight that can be stored.
struct WeightRange {
  int32_t low, high;
  WeightRange(int32_t bits, SignMode sign)
      : low(sign == SignMode::mixed        ? -(1 << (bits - 1))
            : sign == SignMode::excitatory ? 0
                                           : 1 - (1 << bits)),
        high(sign == SignMode::mixed        ? (1 << (bits - 1)) - 1
             : sign == SignMode::excitatory ? (1 << bits) - 1
                                            : 0) {}
};

} // namespace spike::chip

#endif // SPIKE_CHIP_WEIGHT_H
