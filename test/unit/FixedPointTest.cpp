// SPDX-License-Identifier: Apache-2.0
// Fixed-point weights and digit planes: what the units hold, what the digits are, what is refused.
#include "spike/Support/FixedPoint.h"

#include "spike/Runtime/Runtime.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace mlir::spike;

namespace {

TEST(FixedPoint, TheUnitIsTheSmallestThatHoldsTheLargestWeight) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (int i = 0; i < 10000; ++i) {
    float largest = std::fabs(normal(random)) * std::ldexp(1.0f, static_cast<int>(random() % 60) - 30);
    double unit = getFixedUnit(largest);
    int exponent;
    EXPECT_EQ(0.5, std::frexp(unit, &exponent));
    EXPECT_LE(std::rint(largest / unit), kMaxFixed);
    EXPECT_GT(std::rint(largest / (unit / 2)), kMaxFixed);
  }
  // Around the largest integer of three digits, at the smallest numbers, at zero.
  EXPECT_EQ(1.0, getFixedUnit(kMaxFixed));
  EXPECT_EQ(2.0, getFixedUnit(kMaxFixed + 1));
  EXPECT_EQ(std::ldexp(1.0, -149), getFixedUnit(std::ldexp(1.0f, -149)));
  EXPECT_EQ(1.0, getFixedUnit(0.0f));
}

TEST(FixedPoint, RoundingIsWithinHalfAUnitAndStaysF32) {
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  std::vector<float> weights(257), rounded(257);
  for (float &w : weights)
    w = normal(random);
  weights[3] = 0;
  FixedRow row = roundToFixed(weights.data(), 257, rounded.data());
  double error = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    EXPECT_LE(std::fabs(double(rounded[i]) - weights[i]), row.unit / 2);
    EXPECT_EQ(std::rint(rounded[i] / row.unit), rounded[i] / row.unit);
    error += std::fabs(double(rounded[i]) - weights[i]);
  }
  EXPECT_DOUBLE_EQ(error, row.error);
  EXPECT_LT(row.error, 0x1p-18 * row.size);
  weights[3] = 4000;
  row = roundToFixed(weights.data(), 257, rounded.data());
  EXPECT_GT(row.error, 0x1p-18 * row.size);
}

TEST(FixedPoint, TheScaleHasTheLeastErrorOfThoseThatCutOff) {
  std::mt19937 random(4);
  std::normal_distribution<double> normal;
  std::vector<double> weights(400);
  for (double &w : weights)
    w = normal(random);
  auto error = [&](double scale, int64_t bits) {
    double sum = 0;
    for (double w : weights)
      sum += std::pow(roundToScale(w, scale, bits) / scale - w, 2);
    return sum;
  };
  double largest = 0;
  for (double w : weights)
    largest = std::max(largest, std::fabs(w));
  for (int64_t bits : {4, 6, 8}) {
    double scale = chooseScale(weights.data(), 400, bits), whole = ((1 << (bits - 1)) - 1) / largest;
    EXPECT_LE(error(scale, bits), error(whole, bits));
    EXPECT_GE(scale, whole);
  }
  // With few bits it pays to cut the largest off.
  EXPECT_GT(chooseScale(weights.data(), 400, 4), 1.2 * 7 / largest);
  // A single weight uses all levels, no weight none.
  double one[] = {-0.37, 0.0};
  EXPECT_DOUBLE_EQ(127 / 0.37, chooseScale(one, 1, 8));
  EXPECT_EQ(0.0, chooseScale(one + 1, 1, 8));
  EXPECT_EQ(-127.0, roundToScale(-2.0, 127.0, 8));
}

TEST(FixedPoint, DigitsMakeUpTheWeight) {
  constexpr int64_t outputs = 21, depth = 70;
  std::mt19937 random(3);
  std::vector<float> weights(outputs * depth), rounded(outputs * depth);
  std::normal_distribution<float> normal;
  for (float &w : weights)
    w = normal(random);
  weights[0] = 127.5f, weights[1] = -127.5f; // the largest digits
  for (int64_t n = 0; n < outputs; ++n)
    roundToFixed(weights.data() + n * depth, depth, rounded.data() + n * depth);
  auto digits = packDigitPlanes(outputs, depth, [&](int64_t n, int64_t k) { return rounded[n * depth + k]; });
  ASSERT_TRUE(digits.has_value());
  ASSERT_EQ(size_t(2 * 2 * 3 * 1024), digits->planes.size());
  ASSERT_EQ(size_t(32), digits->scales.size());
  for (int64_t n = 0; n < 32; ++n)
    for (int64_t k = 0; k < 128; ++k) {
      const int8_t *digit = &digits->planes[((n / 16 * 2 + k / 64) * 3) * 1024 + k % 64 / 4 * 64 + n % 16 * 4 + k % 4];
      double value = (digit[0] + 256.0 * digit[1024] + 65536.0 * digit[2048]) * digits->scales[n];
      EXPECT_EQ(n < outputs && k < depth ? rounded[n * depth + k] : 0.0, value);
    }
}

TEST(FixedPoint, ThereAreAsManyPlanesAsTheWeightsNeed) {
  struct Row {
    float first, second;
    int64_t planes;
    double unit;
  };
  for (auto [first, second, planes, unit] : {Row{127, -128, 1, 1},
                                             {128, 1, 2, 1},
                                             {-129, 2, 2, 1},
                                             {32639, 1, 2, 1},
                                             {32640, 1, 3, 1},
                                             {-32896, 1, 2, 1},
                                             {-32897, 1, 3, 1},
                                             {0.375f, 1.5f, 1, 0.125},
                                             {0, 0, 1, 1},
                                             {256, 512, 1, 256}}) {
    float weights[] = {first, second};
    auto digits = packDigitPlanes(1, 2, [&](int64_t, int64_t k) { return weights[k]; });
    ASSERT_TRUE(digits.has_value());
    EXPECT_EQ(planes, digits->count) << first << ", " << second;
    double found = digits->scales[0], twos = unit / found;
    EXPECT_EQ(std::rint(twos), twos) << found; // the unit is a power of two
    double value = 0;
    for (int64_t plane = planes - 1; plane >= 0; --plane)
      value = 256 * value + digits->planes[plane * 1024 + 1];
    EXPECT_EQ(second, value * found);
  }
}

TEST(FixedPoint, WeightsOffTheGridAreRefused) {
  float weights[] = {1.0f, 1.0e-7f};
  EXPECT_FALSE(packDigitPlanes(1, 2, [&](int64_t, int64_t k) { return weights[k]; }));
  weights[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(packDigitPlanes(1, 2, [&](int64_t, int64_t k) { return weights[k]; }));
}

TEST(FixedPoint, DigitSumsFitThirtyTwoBits) {
  EXPECT_TRUE(fitsDigitSums((int64_t(1) << 24) - 1, 1));
  EXPECT_FALSE(fitsDigitSums(int64_t(1) << 24, 1));
  EXPECT_TRUE(fitsDigitSums(65792, 255));
  EXPECT_FALSE(fitsDigitSums(65793, 255));
  EXPECT_FALSE(fitsDigitSums(10, 256));
  EXPECT_FALSE(fitsDigitSums(0, 1));
}

} // namespace
