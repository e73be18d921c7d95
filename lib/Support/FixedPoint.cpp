// SPDX-License-Identifier: Apache-2.0
// Fixed-point weights and their digits.
#include "spike/Support/FixedPoint.h"

#include "spike/Runtime/Runtime.h"
#include <algorithm>
#include <cmath>

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

static float getLargest(const float *weights, int64_t count) {
  float largest = 0;
  for (int64_t i = 0; i < count; ++i)
    largest = std::max(largest, std::fabs(weights[i]));
  return largest;
}

FixedRow mlir::spike::roundToFixed(const float *weights, int64_t count, float *rounded) {
  FixedRow row;
  row.unit = getFixedUnit(getLargest(weights, count));
  std::vector<float> sizes;
  for (int64_t i = 0; i < count; ++i) {
    double exact = std::rint(weights[i] / row.unit) * row.unit;
    row.error += std::fabs(exact - weights[i]);
    if (weights[i] != 0.0f)
      sizes.push_back(std::fabs(weights[i]));
    rounded[i] = static_cast<float>(exact);
  }
  auto half = sizes.begin() + (sizes.size() + 1) / 2;
  std::nth_element(sizes.begin(), half, sizes.end());
  for (auto size = sizes.begin(); size != half; ++size)
    row.size += *size;
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
static std::optional<int64_t> packOutput(const std::vector<float> &row, double unit, int8_t *digits) {
  int64_t positive = 0, negative = 0;
  for (size_t k = 0; k < row.size(); ++k) {
    double units = row[k] / unit;
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

bool mlir::spike::forEachInTurn(int64_t count, const std::function<bool(int64_t)> &body) {
  for (int64_t i = 0; i < count; ++i)
    if (!body(i))
      return false;
  return true;
}

std::optional<DigitPlanes> mlir::spike::packDigitPlanes(int64_t outputs, int64_t depth,
                                                        const std::function<float(int64_t, int64_t)> &at,
                                                        const ForEach &forEach) {
  int64_t blocks = (outputs + kWidth - 1) / kWidth, depthBlocks = (depth + kBlockDepth - 1) / kBlockDepth;
  DigitPlanes result;
  result.planes.assign(blocks * depthBlocks * kDigits * kTile, 0);
  result.scales.assign(blocks * kWidth, 1.0f);
  std::vector<int64_t> largestSums(outputs);
  auto pack = [&](int64_t n) {
    std::vector<float> row(depth);
    for (int64_t k = 0; k < depth; ++k)
      row[k] = at(n, k);
    double unit = getFixedUnit(getLargest(row.data(), depth));
    result.scales[n] = static_cast<float>(unit);
    int8_t *digits = result.planes.data() + (n / kWidth) * depthBlocks * kDigits * kTile + n % kWidth * 4;
    std::optional<int64_t> largest = packOutput(row, unit, digits);
    largestSums[n] = largest.value_or(0);
    return largest.has_value();
  };
  if (!forEach(outputs, pack))
    return std::nullopt;
  result.largestSum = outputs ? *std::max_element(largestSums.begin(), largestSums.end()) : 0;
  return result;
}
