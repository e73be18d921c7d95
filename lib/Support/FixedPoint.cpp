// SPDX-License-Identifier: Apache-2.0
// Fixed-point weights and their digits.
#include "spike/Support/FixedPoint.h"

#include "mlir/IR/Threading.h"
#include "spike/Runtime/Runtime.h"
#include "llvm/ADT/ArrayRef.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;

double mlir::spike::getFixedUnit(float largest) {
  constexpr int smallestExponent = -149;
  if (largest == 0.0f)
    return 1.0;
  // largest = m * 2^e with m in [0.5, 1): 2^(e - 23) units make it at most 2^23, one bit less always fits.
  int exponent;
  std::frexp(largest, &exponent);
  double unit = std::ldexp(1.0, std::max(exponent - 23, smallestExponent));
  return std::rint(largest / unit) <= kMaxFixed ? unit : 2 * unit;
}

static float getLargest(ArrayRef<float> weights) {
  float largest = 0;
  for (float w : weights)
    largest = std::max(largest, std::fabs(w));
  return largest;
}

FixedRow mlir::spike::roundToFixed(ArrayRef<float> weights, MutableArrayRef<float> rounded) {
  FixedRow row;
  row.unit = getFixedUnit(getLargest(weights));
  for (auto [w, result] : llvm::zip_equal(weights, rounded)) {
    double exact = std::rint(w / row.unit) * row.unit;
    result = static_cast<float>(exact);
    row.error += std::fabs(exact - w);
  }
  std::vector<float> sizes;
  for (float w : weights)
    if (w != 0.0f)
      sizes.push_back(std::fabs(w));
  auto half = sizes.begin() + (sizes.size() + 1) / 2;
  std::nth_element(sizes.begin(), half, sizes.end());
  for (float size : llvm::make_range(sizes.begin(), half))
    row.size += size;
  return row;
}

bool mlir::spike::fitsDigitSums(int64_t depth, int64_t maxInput) {
  constexpr int64_t largestDigit = 128;
  return depth > 0 && maxInput <= kMaxPlaneInput &&
         depth < (int64_t(1) << 31) / largestDigit / std::max<int64_t>(1, maxInput);
}

/// The lowest balanced digit of `value`, which loses it.
static int8_t takeDigit(int64_t &value) {
  auto digit = static_cast<int8_t>(value & 0xFF);
  value = (value - digit) / 256;
  return digit;
}

/// Places of one output in the planes.
static constexpr int64_t kWidth = SPIKE_RT_PLANE_OUTPUTS, kBlockDepth = SPIKE_RT_PLANE_DEPTH, kDigits = SPIKE_RT_PLANES,
                         kTile = kWidth * kBlockDepth;

/// Packs the weights of one output and gives the largest sum of integers that inputs of 0 and 1 can make of them;
/// nothing if a weight is no multiple of the unit.
static std::optional<int64_t> packOutput(ArrayRef<float> row, double unit, int8_t *digits) {
  int64_t positive = 0, negative = 0;
  for (auto [k, weight] : llvm::enumerate(row)) {
    double units = weight / unit;
    if (!(std::fabs(units) <= kMaxFixed) || units != std::rint(units))
      return std::nullopt;
    auto value = static_cast<int64_t>(units);
    (value > 0 ? positive : negative) += std::abs(value);
    int8_t *digit = digits + (k / kBlockDepth) * kDigits * kTile + k % kBlockDepth / 4 * 4 * kWidth + k % 4;
    for (int64_t plane = 0; plane < kDigits; ++plane, digit += kTile)
      *digit = takeDigit(value);
  }
  return std::max(positive, negative);
}

std::optional<DigitPlanes> mlir::spike::packDigitPlanes(MLIRContext *context, int64_t outputs, int64_t depth,
                                                        function_ref<float(int64_t, int64_t)> at) {
  int64_t blocks = (outputs + kWidth - 1) / kWidth, depthBlocks = (depth + kBlockDepth - 1) / kBlockDepth;
  DigitPlanes result;
  result.planes.assign(blocks * depthBlocks * kDigits * kTile, 0);
  result.scales.assign(blocks * kWidth, 1.0f);
  std::vector<int64_t> largestSums(outputs);
  auto pack = [&](size_t n) {
    std::vector<float> row(depth);
    for (int64_t k = 0; k < depth; ++k)
      row[k] = at(n, k);
    double unit = getFixedUnit(getLargest(row));
    result.scales[n] = static_cast<float>(unit);
    int8_t *digits = result.planes.data() + (n / kWidth) * depthBlocks * kDigits * kTile + n % kWidth * 4;
    std::optional<int64_t> largest = packOutput(row, unit, digits);
    largestSums[n] = largest.value_or(0);
    return success(largest.has_value());
  };
  if (context) {
    if (failed(failableParallelForEachN(context, 0, outputs, pack)))
      return std::nullopt;
  } else {
    for (int64_t n = 0; n < outputs; ++n)
      if (failed(pack(n)))
        return std::nullopt;
  }
  result.largestSum = outputs ? *llvm::max_element(largestSums) : 0;
  return result;
}
