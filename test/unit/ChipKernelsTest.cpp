// SPDX-License-Identifier: Apache-2.0
// Kernels of the chip simulator against one neuron, one synapse at a time.
#include "../../lib/ChipSim/Kernels/Kernels.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <random>

using namespace spike::chip;

namespace {

std::mt19937 engine(7);
int64_t pick(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine); }

void addRows(const RowSum<int8_t> &sum) { getKernels().addRows8(sum); }
void addRows(const RowSum<int16_t> &sum) { getKernels().addRows16(sum); }

/// Sums of rows of extreme weights, so that partial sums meet their limits.
template <typename Weight>
void checkRows(int64_t width, int64_t count, int32_t largestPayload, int right) {
  constexpr int64_t low = sizeof(Weight) == 1 ? -128 : -255, high = sizeof(Weight) == 1 ? 127 : 255;
  int64_t stride = width + pick(0, 3), height = pick(1, 9);
  std::vector<Weight> weights(height * stride + rowPadding);
  bool extreme = pick(0, 1);
  for (Weight &weight : weights)
    weight = static_cast<Weight>(extreme ? (pick(0, 9) ? low : high) : pick(low, high));
  std::vector<uint32_t> rows(count);
  std::vector<int32_t> payloads(count), sums(width + 64), expected;
  for (uint32_t &row : rows)
    row = static_cast<uint32_t>(pick(0, height - 1));
  for (int32_t &payload : payloads) // mostly small ones, as batches of them share 16 bits
    payload = static_cast<int32_t>(pick(0, 3) ? pick(-3, 130) : pick(-largestPayload, largestPayload));
  for (int32_t &sum : sums)
    sum = static_cast<int32_t>(pick(-1000, 1000));
  expected = sums;
  int left = right ? 0 : static_cast<int>(pick(0, 2));
  for (int64_t i = 0; i < width; ++i) {
    int64_t sum = 0;
    for (int64_t r = 0; r < count; ++r)
      sum += int64_t(largestPayload ? payloads[r] : 1) * weights[rows[r] * stride + i];
    expected[i] += static_cast<int32_t>((sum * (1 << left)) >> right);
  }
  addRows(RowSum<Weight>{weights.data(), stride, rows.data(), largestPayload ? payloads.data() : nullptr, count, width,
                         left, right, sums.data()});
  ASSERT_EQ(sums, expected) << "width " << width << ", rows " << count << ", payloads to " << largestPayload;
}

TEST(ChipKernels, RunsOnTheInstructionSetAskedFor) {
  const char *wanted = std::getenv("SPIKE_CHIP_ISA");
  if (wanted && std::string(wanted) != getKernels().name)
    GTEST_SKIP() << "this machine has no " << wanted;
}

TEST(ChipKernels, RowsAreSums) {
  for (int64_t width : {1, 3, 31, 63, 64, 65, 100, 127, 128, 200, 256, 300, 511, 512, 513, 1030})
    for (int64_t count : {0, 1, 2, 7, 127, 128, 129, 255, 256, 257, 600})
      for (int32_t largest : {0, 1, 200, 300, 5000}) {
        checkRows<int8_t>(width, count, largest, 0);
        checkRows<int16_t>(width, count, largest, static_cast<int>(pick(0, 7)));
      }
}

int32_t wrap24(int64_t x) { return static_cast<int32_t>(((x + (1 << 23)) & 0xffffff) - (1 << 23)); }

int32_t decay(int32_t x, int32_t keep) {
  int64_t size = x < 0 ? -int64_t(x) : x, kept = size * keep / 4096;
  return static_cast<int32_t>(x < 0 ? -kept : kept);
}

TEST(ChipKernels, LifAtTheCornersOfItsRange) {
  const int32_t corners[] = {0, 1, -1, 4095, -4096, (1 << 23) - 1, 1 - (1 << 23), -(1 << 23)};
  for (int trial = 0; trial < 2000; ++trial) {
    LifStep step{static_cast<int32_t>(pick(0, 4096)),
                 static_cast<int32_t>(pick(0, 4096)),
                 6,
                 static_cast<int32_t>(pick(0, 3)),
                 {}};
    std::vector<int32_t> a(blockSize), u(blockSize), v(blockSize), left(blockSize), threshold(blockSize),
        bias(blockSize);
    for (int64_t i = 0; i < blockSize; ++i) {
      a[i] = static_cast<int32_t>(pick(0, 1) ? pick(-(1 << 25), 1 << 25) : pick(-3, 3));
      u[i] = pick(0, 1) ? corners[pick(0, 7)] : static_cast<int32_t>(pick(-(1 << 23), (1 << 23) - 1));
      v[i] = pick(0, 1) ? corners[pick(0, 6)] : static_cast<int32_t>(pick(1 - (1 << 23), (1 << 23) - 1));
      left[i] = static_cast<int32_t>(pick(0, 1) * pick(0, step.refractory));
      threshold[i] = static_cast<int32_t>(pick(-10, 1 << 23));
      bias[i] = static_cast<int32_t>(pick(-(1 << 19), 1 << 19));
    }
    std::vector<int32_t> u0 = u, v0 = v, left0 = left, a0 = a;
    bool resting = step.refractory > 0;
    BlockResult result = getKernels().stepLif(
        step, {a.data(), u.data(), v.data(), resting ? left.data() : nullptr, threshold.data(), bias.data(), nullptr});
    for (int64_t i = 0; i < blockSize; ++i) {
      int32_t current = wrap24(decay(u0[i], step.keepU) + int64_t(a0[i]) * 64);
      int64_t sum = int64_t(decay(v0[i], step.keepV)) + current + bias[i];
      auto membrane = static_cast<int32_t>(std::min<int64_t>(std::max<int64_t>(sum, 1 - (1 << 23)), (1 << 23) - 1));
      bool rests = resting && left0[i] > 0, fires = !rests && membrane > threshold[i];
      ASSERT_EQ(a[i], 0);
      ASSERT_EQ(u[i], current);
      ASSERT_EQ(v[i], rests || fires ? 0 : membrane);
      ASSERT_EQ(result.sent >> i & 1, fires);
      ASSERT_EQ(result.ran >> i & 1, a0[i] != 0 || u0[i] != 0 || v0[i] != 0 || (resting && left0[i] != 0));
      if (resting)
        ASSERT_EQ(left[i], rests ? left0[i] - 1 : fires ? step.refractory : 0);
    }
  }
}

/// sign(a * b) * floor(|a * b| / 2^shift), in 24 bits.
TEST(ChipKernels, ProductsRoundTowardZero) {
  std::vector<Instruction> code = {
      {Opcode::rdc, 0, 0, 0, 0}, {Opcode::rdc, 1, 0, 0, 1}, {Opcode::mul_shr, 2, 0, 1, 0}, {Opcode::spike, 0, 2, 0, 0}};
  for (int trial = 0; trial < 500; ++trial) {
    code[2].imm = static_cast<int32_t>(pick(0, 31));
    std::vector<int32_t> sums(2 * blockSize), payloads(blockSize);
    for (int32_t &sum : sums)
      sum = static_cast<int32_t>(pick(0, 2) ? pick(-(1 << 23), (1 << 23) - 1) : pick(-5, 5));
    std::vector<int32_t> before = sums;
    ProgramBlock block{code.data(), 4, 3, false,   sums.data(), nullptr,
                       blockSize,   2, 0, nullptr, nullptr,     payloads.data()};
    BlockResult result = getKernels().stepProgram(block);
    for (int64_t i = 0; i < blockSize; ++i) {
      int64_t product = int64_t(before[i]) * before[i + blockSize];
      int32_t expected = wrap24(product / (int64_t(1) << code[2].imm));
      ASSERT_EQ(payloads[i], expected);
      ASSERT_EQ(result.sent >> i & 1, expected != 0);
    }
    ASSERT_FALSE(result.awake);
  }
}

} // namespace
