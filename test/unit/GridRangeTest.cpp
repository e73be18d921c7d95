// SPDX-License-Identifier: Apache-2.0
// Whatever a range keeps is exact: f32 arithmetic on values inside gives the true result, and the result lies inside.
#include "spike/Analysis/GridRange.h"

#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace mlir::spike;

namespace {

class Random {
public:
  int64_t below(int64_t n) { return std::uniform_int_distribution<int64_t>(0, n - 1)(engine); }

  /// Small and large intervals near and far from zero, and single values.
  GridRange range() {
    int64_t span = int64_t(1) << below(25),
            offset = below(2) ? 0 : below(2 * GridRange::kMaxUnits) - GridRange::kMaxUnits;
    int64_t low = std::max(offset - below(span), -GridRange::kMaxUnits);
    int64_t high = below(4) ? std::min(low + below(span), GridRange::kMaxUnits) : low;
    return GridRange::get(std::min(low, high), std::max(low, high), static_cast<int>(below(40)) - 20);
  }

  float inside(const GridRange &range) {
    int64_t units = range.getLow();
    switch (below(3)) {
    case 0:
      break;
    case 1:
      units = range.getHigh();
      break;
    default:
      units += below(range.getHigh() - range.getLow() + 1);
    }
    return static_cast<float>(std::ldexp(static_cast<double>(units), -range.getFractionBits()));
  }

private:
  std::mt19937_64 engine{7};
};

/// Whether `value` is one of the range's.
bool contains(const GridRange &range, double value) {
  double units = std::ldexp(value, range.getFractionBits());
  return units == std::floor(units) && units >= static_cast<double>(range.getLow()) &&
         units <= static_cast<double>(range.getHigh());
}

} // namespace

TEST(GridRange, KeepsOnlyExactResults) {
  Random random;
  int kept = 0;
  for (int round = 0; round < 200000; ++round) {
    GridRange a = random.range(), b = random.range();
    ASSERT_TRUE(a.isGrid() && b.isGrid());
    float x = random.inside(a), y = random.inside(b);
    auto check = [&](const GridRange &range, float rounded, double exact) {
      if (!range.isGrid())
        return;
      ++kept;
      ASSERT_EQ(static_cast<double>(rounded), exact) << x << " and " << y;
      ASSERT_TRUE(contains(range, exact)) << exact;
    };
    check(a + b, x + y, static_cast<double>(x) + y);
    check(a - b, x - y, static_cast<double>(x) - y);
    check(a * b, x * y, static_cast<double>(x) * y);
    if (y != 0)
      check(a / b, x / y, static_cast<double>(x) / y);
    check(GridRange::join(a, b), x, x);
    check(GridRange::join(a, b), y, y);
  }
  EXPECT_GT(kept, 200000);
}

TEST(GridRange, CoversEveryPartialSum) {
  Random random;
  for (int round = 0; round < 2000; ++round) {
    GridRange range = random.range(), sums = range.sumOf(20);
    if (!sums.isGrid())
      continue;
    float sum = 0;
    double exact = 0;
    for (int i = 0; i < 20; ++i) {
      float x = random.inside(range);
      sum += x;
      exact += x;
      ASSERT_EQ(static_cast<double>(sum), exact);
      ASSERT_TRUE(contains(sums, exact));
    }
  }
}

TEST(GridRange, FindsTheGridOfValues) {
  Random random;
  for (int round = 0; round < 2000; ++round) {
    std::vector<float> values;
    GridRange range = random.range();
    for (int i = 0; i < 10; ++i)
      values.push_back(random.inside(range));
    GridRange found = GridRange::of(values);
    ASSERT_TRUE(found.isGrid());
    for (float value : values)
      ASSERT_TRUE(contains(found, value));
    ASSERT_TRUE(found.getFractionBits() <= range.getFractionBits() || found == GridRange::zero());
  }
}

TEST(GridRange, RefusesWhatIsNoGrid) {
  EXPECT_TRUE(GridRange::of({1.0f, 0.1f}).isReal());
  EXPECT_TRUE(GridRange::of({0.0f, std::numeric_limits<float>::infinity()}).isReal());
  EXPECT_TRUE(GridRange::of({std::nanf("")}).isReal());
  EXPECT_TRUE(GridRange::of({1e-45f}).isReal());
  EXPECT_TRUE(GridRange::of({1e38f}).isReal());
  EXPECT_TRUE(GridRange::get(0, GridRange::kMaxUnits + 1, 0).isReal());
  EXPECT_TRUE(GridRange::get(0, 1, 61).isReal());
  EXPECT_TRUE(GridRange::get(0, 1, 0).sumOf(int64_t(1) << 62).isReal());
}

TEST(GridRange, TellsCounts) {
  EXPECT_EQ(GridRange::get(0, 5, 0).getMaxCount(), 5u);
  EXPECT_EQ(GridRange::get(0, 5, -2).getMaxCount(), 20u);
  EXPECT_EQ(GridRange::get(0, 5, -23).getMaxCount(), std::nullopt);
  EXPECT_EQ(GridRange::get(0, 4, 1).getMaxCount(), std::nullopt);
  EXPECT_EQ(GridRange::get(-1, 4, 0).getMaxCount(), std::nullopt);
  EXPECT_EQ(GridRange::zero().getMaxCount(), 0u);
  EXPECT_EQ(GridRange::real().getMaxCount(), std::nullopt);
}
