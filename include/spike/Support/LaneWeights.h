// SPDX-License-Identifier: Apache-2.0
// Weights of convolutions with groups in the order in which kernels read them, see SPIKE_RT_LANES.
#ifndef SPIKE_SUPPORT_LANEWEIGHTS_H
#define SPIKE_SUPPORT_LANEWEIGHTS_H

#include "mlir/Support/LLVM.h"
#include <cstdint>
#include <optional>
#include <vector>

namespace mlir::spike {

/// Sizes of a weight [outputs, channels of a group, height, width].
struct LaneFilter {
  int64_t outputs, channels, height, width;

  int64_t blocks() const;
  /// Pairs in a row of the filter: of taps if a group has one channel, else of channels.
  int64_t pairs() const { return channels == 1 ? (width + 1) / 2 : width * ((channels + 1) / 2); }
  int64_t depth() const { return channels * height * width; }
};

/// [blocks][height][width][channels][lanes].
std::vector<float> packLanes(const LaneFilter &filter, ArrayRef<float> weights);

struct LanePairs {
  std::vector<int16_t> halves; ///< [blocks][height][pairs][2][lanes][2]
  std::vector<float> scales;   ///< the unit of each output, one for those that only fill the last block
  bool narrow = false;         ///< no sum of integers that inputs can make leaves 32 bits
};

/// Fixed-point weights as pairs; nothing if a weight is no multiple of its output's unit, or if inputs up to `maxInput`
/// could make sums of halves that do not fit 32 bits.
std::optional<LanePairs> packLanePairs(const LaneFilter &filter, ArrayRef<float> weights, int64_t maxInput);

} // namespace mlir::spike

#endif // SPIKE_SUPPORT_LANEWEIGHTS_H
