// SPDX-License-Identifier: Apache-2.0
// What keeps the scale of a group from being larger.
#ifndef SPIKE_LIB_TRANSFORMS_QUANTIZE_LIMITS_H
#define SPIKE_LIB_TRANSFORMS_QUANTIZE_LIMITS_H

#include "ChipNumbers.h"
#include "ScaleGraph.h"

namespace mlir::spike::quantize {

struct Limit {
  double scale = std::numeric_limits<double>::infinity();
  Operation *op = nullptr;
  StringRef what;
  double largest = 0;
  void lower(double to, Operation *by, StringRef why, double bound) {
    if (to < scale)
      scale = to, op = by, what = why, largest = bound;
  }
};

/// Limits of the scale of a group, one for each channel or one in all, whose neurons align by `align` bits.
std::vector<Limit> getLimits(const ScaleGraph &graph, unsigned root, size_t channels, int align);

} // namespace mlir::spike::quantize

#endif // SPIKE_LIB_TRANSFORMS_QUANTIZE_LIMITS_H
