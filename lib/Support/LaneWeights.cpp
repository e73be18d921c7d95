// SPDX-License-Identifier: Apache-2.0
// Weights of convolutions with groups, packed.
#include "spike/Support/LaneWeights.h"

#include "spike/Runtime/Runtime.h"
#include "spike/Support/FixedPoint.h"
#include "llvm/ADT/ArrayRef.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;

static constexpr int64_t kLanes = SPIKE_RT_LANES;
/// A weight is low + kHalf * high.
static constexpr int64_t kHalf = 4096;

int64_t LaneFilter::blocks() const { return (outputs + kLanes - 1) / kLanes; }

std::vector<float> mlir::spike::packLanes(const LaneFilter &filter, ArrayRef<float> weights) {
  int64_t taps = filter.height * filter.width;
  std::vector<float> packed(filter.blocks() * filter.depth() * kLanes);
  for (int64_t n = 0; n < filter.outputs; ++n)
    for (int64_t k = 0; k < filter.depth(); ++k) {
      int64_t tap = k / filter.channels, channel = k % filter.channels;
      packed[(n / kLanes * filter.depth() + k) * kLanes + n % kLanes] =
          weights[(n * filter.channels + channel) * taps + tap];
    }
  return packed;
}

/// Writes the weights of one output and gives the largest sum of integers that inputs of 0 and 1 can make of them;
/// nothing if a weight is no multiple of the unit.
static std::optional<int64_t> packOutput(const LaneFilter &filter, ArrayRef<float> row, double unit, int16_t *halves) {
  int64_t inner = (filter.channels + 1) / 2, positive = 0, negative = 0;
  for (auto [k, weight] : llvm::enumerate(row)) {
    double units = weight / unit;
    if (!(std::fabs(units) <= kMaxFixed) || units != std::rint(units))
      return std::nullopt;
    int64_t channel = k / (filter.height * filter.width), kh = k / filter.width % filter.height, kw = k % filter.width;
    int64_t pair = filter.channels == 1 ? kw / 2 : kw * inner + channel / 2;
    int64_t side = filter.channels == 1 ? kw % 2 : channel % 2;
    auto value = static_cast<int64_t>(units);
    (value > 0 ? positive : negative) += std::abs(value);
    int64_t low = ((value + kHalf / 2) & (kHalf - 1)) - kHalf / 2;
    int16_t *to = halves + (kh * filter.pairs() + pair) * 4 * kLanes + side;
    to[0] = static_cast<int16_t>(low);
    to[2 * kLanes] = static_cast<int16_t>((value - low) / kHalf);
  }
  return std::max(positive, negative);
}

std::optional<LanePairs> mlir::spike::packLanePairs(const LaneFilter &filter, ArrayRef<float> weights,
                                                    int64_t maxInput) {
  if (maxInput > kMaxPlaneInput || filter.depth() >= (int64_t(1) << 31) / (kHalf / 2) / std::max<int64_t>(1, maxInput))
    return std::nullopt;
  int64_t blockSize = filter.height * filter.pairs() * 4 * kLanes;
  int64_t largestSum = 0;
  LanePairs result;
  result.halves.assign(filter.blocks() * blockSize, 0);
  result.scales.assign(filter.blocks() * kLanes, 1.0f);
  for (int64_t n = 0; n < filter.outputs; ++n) {
    ArrayRef<float> row = weights.slice(n * filter.depth(), filter.depth());
    float largest = 0;
    for (float w : row)
      largest = std::max(largest, std::fabs(w));
    double unit = getFixedUnit(largest);
    result.scales[n] = static_cast<float>(unit);
    std::optional<int64_t> sum =
        packOutput(filter, row, unit, result.halves.data() + n / kLanes * blockSize + n % kLanes * 2);
    if (!sum)
      return std::nullopt;
    largestSum = std::max(largestSum, *sum);
  }
  result.narrow = largestSum <= std::numeric_limits<int32_t>::max() / std::max<int64_t>(1, maxInput);
  return result;
}
