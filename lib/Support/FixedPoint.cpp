// SPDX-License-Identifier: Apache-2.0
// Fixed-point weights and their digits.
#include "spike/Support/FixedPoint.h"

#include "spike/Runtime/Runtime.h"
#include <algorithm>
#include <cmath>
#include <limits>

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

void mlir::spike::roundToBits(const float *weights, int64_t count, int64_t bits, float *rounded) {
  double highest = std::ldexp(1.0, static_cast<int>(bits) - 1) - 1;
  auto round = [&](float weight, double unit) {
    return std::clamp(std::rint(weight / unit), -highest, highest) * unit;
  };
  int exponent;
  std::frexp(getLargest(weights, count) / highest, &exponent);
  double best = 0, leastError = std::numeric_limits<double>::infinity();
  constexpr int cuts = 3;
  for (int cut = 0; cut < cuts; ++cut) {
    double unit = std::ldexp(1.0, exponent - cut), error = 0;
    for (int64_t i = 0; i < count; ++i)
      error += (round(weights[i], unit) - weights[i]) * (round(weights[i], unit) - weights[i]);
    if (error < leastError)
      leastError = error, best = unit;
  }
  for (int64_t i = 0; i < count; ++i)
    rounded[i] = static_cast<float>(round(weights[i], best));
}

double mlir::spike::roundToScale(double weight, double scale, int64_t bits) {
  double highest = std::ldexp(1.0, static_cast<int>(bits) - 1) - 1;
  return std::clamp(std::rint(weight * scale), -highest, highest);
}

double mlir::spike::chooseScale(const double *weights, int64_t count, int64_t bits) {
  double largest = 0;
  for (int64_t i = 0; i < count; ++i)
    largest = std::max(largest, std::fabs(weights[i]));
  if (largest == 0)
    return 0;
  double whole = (std::ldexp(1.0, static_cast<int>(bits) - 1) - 1) / largest;
  double best = whole, leastError = std::numeric_limits<double>::infinity();
  // Few of many weights are large: up to two thirds of the range may be cut off.
  constexpr int cuts = 32;
  for (int cut = 0; cut < cuts; ++cut) {
    double scale = whole / (1 - cut / 48.0), error = 0;
    for (int64_t i = 0; i < count && error < leastError; ++i) {
      double difference = roundToScale(weights[i], scale, bits) / scale - weights[i];
      error += difference * difference;
    }
    if (error < leastError)
      leastError = error, best = scale;
  }
  return best;
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

namespace {

/// Places of one output in the planes.
constexpr int64_t kWidth = SPIKE_RT_PLANE_OUTPUTS, kBlockDepth = SPIKE_RT_PLANE_DEPTH, kTile = kWidth * kBlockDepth;

/// The weights of one output as integers of the largest power of two that they are multiples of.
class IntegerRow {
public:
  /// False if a weight is no multiple of the fixed unit.
  bool set(const std::vector<float> &weights) {
    unit = getFixedUnit(getLargest(weights.data(), weights.size()));
    values.clear();
    uint32_t bits = 0;
    for (float weight : weights) {
      double units = weight / unit;
      if (!(std::fabs(units) <= kMaxFixed) || units != std::rint(units))
        return false;
      values.push_back(static_cast<int32_t>(units));
      bits |= static_cast<uint32_t>(std::abs(values.back()));
    }
    for (; bits && bits % 2 == 0; bits /= 2, unit *= 2)
      for (int32_t &value : values)
        value /= 2;
    return true;
  }

  double getUnit() const { return unit; }

  /// Digits that the largest weight needs.
  int64_t countDigits() const {
    int64_t digits = 1, lowest = -128, highest = 127;
    for (int32_t value : values)
      for (; value < lowest || value > highest; ++digits)
        lowest = 256 * lowest - 128, highest = 256 * highest + 127;
    return digits;
  }

  /// The largest sum that inputs of 0 and 1 can make of them.
  int64_t getLargestSum() const {
    int64_t positive = 0, negative = 0;
    for (int64_t value : values)
      (value > 0 ? positive : negative) += std::abs(value);
    return std::max(positive, negative);
  }

  void pack(int64_t planes, int8_t *digits) const {
    for (size_t k = 0; k < values.size(); ++k) {
      int64_t rest = values[k];
      int8_t *digit = digits + (k / kBlockDepth) * planes * kTile + k % kBlockDepth / 4 * 4 * kWidth + k % 4;
      for (int64_t plane = 0; plane < planes; ++plane, digit += kTile)
        *digit = takeDigit(rest);
    }
  }

private:
  double unit = 1;
  std::vector<int32_t> values;
};

} // namespace

bool mlir::spike::forEachInTurn(int64_t count, const std::function<bool(int64_t)> &body) {
  for (int64_t i = 0; i < count; ++i)
    if (!body(i))
      return false;
  return true;
}

std::optional<DigitPlanes> mlir::spike::packDigitPlanes(int64_t outputs, int64_t depth,
                                                        const std::function<float(int64_t, int64_t)> &at,
                                                        const ForEach &forEach) {
  std::vector<IntegerRow> rows(outputs);
  auto read = [&](int64_t n) {
    std::vector<float> weights(depth);
    for (int64_t k = 0; k < depth; ++k)
      weights[k] = at(n, k);
    return rows[n].set(weights);
  };
  if (!forEach(outputs, read))
    return std::nullopt;
  DigitPlanes result;
  for (const IntegerRow &row : rows) {
    result.count = std::max(result.count, row.countDigits());
    result.largestSum = std::max(result.largestSum, row.getLargestSum());
  }
  int64_t blocks = (outputs + kWidth - 1) / kWidth, depthBlocks = (depth + kBlockDepth - 1) / kBlockDepth;
  result.planes.assign(blocks * depthBlocks * result.count * kTile, 0);
  result.scales.assign(blocks * kWidth, 1.0f);
  forEach(outputs, [&](int64_t n) {
    result.scales[n] = static_cast<float>(rows[n].getUnit());
    rows[n].pack(result.count,
                 result.planes.data() + (n / kWidth) * depthBlocks * result.count * kTile + n % kWidth * 4);
    return true;
  });
  return result;
}
