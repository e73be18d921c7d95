// SPDX-License-Identifier: Apache-2.0
// Digit planes against exact integer sums: equal bit by bit, whatever the instruction set, the number of threads, the
// shape, and however large the inputs and digits are.
#include "KernelTest.h"
#include "spike/Support/FixedPoint.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

namespace {

using Planes = KernelTest;

struct Case {
  int64_t images, height, width, channels, outputs, kernel, stride, padding, dilation;
  int64_t out(int64_t size) const { return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1; }
  int64_t depth() const { return kernel * kernel * channels; }
  int64_t pixels() const { return images * out(height) * out(width); }
};

/// How inputs and weights are drawn: counts are mostly of two bits, a few of four, and of eight in `rareBytes`, which
/// no sample of rows need show; all inputs and digits of `ones` and `largest` are as large as they can be.
enum class Draw { spikes, counts, rareBytes, bytes, ones, largest };

struct Problem {
  Case c;
  std::vector<uint8_t> input;
  std::vector<float> weights, bias;
  mlir::spike::DigitPlanes digits;

  /// Weights of so many bits; 8 and 16 need one and two planes.
  Problem(const Case &c, Draw draw, int bits = 24) : c(c) {
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    input.resize(c.images * c.height * c.width * c.channels);
    for (uint8_t &x : input)
      x = drawInput(draw, random);
    weights.resize(c.outputs * c.depth());
    for (int64_t n = 0; n < c.outputs; ++n) {
      std::vector<float> row(c.depth());
      // Every digit -128, the one that fits only just; or 127.
      for (float &w : row)
        w = draw == Draw::ones || draw == Draw::largest ? (n % 2 ? -8421504.0f + 128 : 8355711.0f) * 0x1p-20f
            : bits == 24 ? normal(random)
                         : std::rint(std::clamp(normal(random), -3.0f, 3.0f) * std::ldexp(1.0f, bits - 3));
      mlir::spike::roundToFixed(row.data(), c.depth(), weights.data() + n * c.depth());
      bias.push_back(normal(random));
    }
    int64_t segment = c.kernel * c.channels, segments = spike_rt_plane_segments(c.kernel, segment);
    int64_t depth = spike_rt_plane_blocks(c.kernel, segment) * SPIKE_RT_PLANE_DEPTH;
    int64_t room = depth / segments, inputs = c.depth() / segments;
    digits = *mlir::spike::packDigitPlanes(c.outputs, depth, [&](int64_t n, int64_t k) {
      return k % room < inputs ? weights[n * c.depth() + k / room * inputs + k % room] : 0.0f;
    });
  }

  template <typename Random>
  static uint8_t drawInput(Draw draw, Random &random) {
    switch (draw) {
    case Draw::spikes:
      return random() % 100 < 30;
    case Draw::counts:
    case Draw::rareBytes:
      if (random() % 1000 == 0)
        return draw == Draw::counts ? random() % 16 : random() % 256;
      return std::max<int>(0, static_cast<int>(random() % 6) - 2);
    case Draw::bytes:
      return random() % 256;
    case Draw::ones:
      return 1;
    case Draw::largest:
      return 255;
    }
    return 0;
  }

  spike_rt_conv_args args(void *output) const {
    spike_rt_conv_args a{};
    a.input = input.data();
    a.weight = digits.planes.data();
    a.scale = digits.scales.data();
    a.bias = bias.data();
    a.output = output;
    a.input_type = SPIKE_RT_U8;
    a.planes = digits.count;
    a.images = c.images, a.height = c.height, a.width = c.width, a.channels = c.channels, a.outputs = c.outputs;
    a.out_height = c.out(c.height), a.out_width = c.out(c.width);
    for (int axis = 0; axis < 2; ++axis)
      a.kernel[axis] = c.kernel, a.strides[axis] = c.stride, a.padding[axis] = c.padding,
      a.dilations[axis] = c.dilation;
    return a;
  }

  /// Sums of f64, in which nothing is rounded, then the bias.
  std::vector<float> expected() const {
    std::vector<float> result;
    for (int64_t image = 0; image < c.images; ++image)
      for (int64_t y = 0; y < c.out(c.height); ++y)
        for (int64_t x = 0; x < c.out(c.width); ++x)
          for (int64_t n = 0; n < c.outputs; ++n) {
            double sum = 0;
            const float *w = weights.data() + n * c.depth();
            for (int64_t tap = 0; tap < c.kernel * c.kernel; ++tap, w += c.channels) {
              int64_t row = y * c.stride - c.padding + tap / c.kernel * c.dilation;
              int64_t column = x * c.stride - c.padding + tap % c.kernel * c.dilation;
              if (row < 0 || row >= c.height || column < 0 || column >= c.width)
                continue;
              const uint8_t *seen = input.data() + ((image * c.height + row) * c.width + column) * c.channels;
              for (int64_t k = 0; k < c.channels; ++k)
                sum += double(w[k]) * seen[k];
            }
            result.push_back(static_cast<float>(sum + bias[n]));
          }
    return result;
  }
};

constexpr Case kCases[] = {
    {1, 1, 1, 1, 1, 1, 1, 0, 1},      {2, 5, 7, 3, 10, 3, 1, 1, 1},    {2, 8, 8, 17, 70, 3, 2, 1, 1},
    {2, 6, 6, 64, 64, 1, 1, 0, 1},    {2, 9, 40, 8, 130, 3, 1, 2, 2},  {2, 1, 33, 128, 200, 1, 1, 0, 1},
    {4, 1, 17, 192, 16, 1, 1, 0, 1},  {2, 40, 40, 64, 20, 3, 1, 1, 1}, {2, 9, 16, 96, 33, 3, 1, 1, 1},
    {4, 5, 30, 64, 16, 3, 1, 0, 1},   {2, 3, 14, 32, 17, 5, 1, 2, 1},  {6, 2, 31, 64, 8, 3, 1, 1, 1},
    {2, 20, 15, 128, 40, 2, 1, 1, 1}, {2, 4, 6, 64, 20, 3, 1, 6, 1},
};

void expectExactSums(const Case &c, Draw draw, int bits, const std::vector<int64_t> &threadCounts) {
  Problem problem(c, draw, bits);
  EXPECT_LE(problem.digits.count, bits / 8);
  std::vector<float> expected = problem.expected(), output(expected.size());
  for (int64_t threads : threadCounts)
    for (bool binary : {false, true}) {
      if (binary && draw != Draw::spikes)
        continue;
      std::fill(output.begin(), output.end(), -1.0f);
      spike_rt_conv_args args = problem.args(output.data());
      args.binary = binary;
      args.narrow = problem.digits.largestSum <= INT32_MAX / (draw == Draw::spikes ? 1 : 255);
      spike_rt_set_num_threads(threads);
      spike_rt_conv(&args);
      EXPECT_EQ(0, std::memcmp(expected.data(), output.data(), output.size() * sizeof(float)))
          << static_cast<int>(draw) << " drawn, " << bits << " bits, " << c.channels << " channels, " << c.outputs
          << " outputs, " << threads << " threads";
    }
}

TEST_F(Planes, SumsAreExact) {
  for (const Case &c : kCases) {
    for (Draw draw : {Draw::spikes, Draw::bytes})
      expectExactSums(c, draw, 24, {1, 2, 3});
    if (c.pixels() * c.depth() * c.outputs > 8000000)
      continue; // sanitizers are slow
    for (auto [draw, bits] : {std::pair(Draw::spikes, 8), {Draw::counts, 24}, {Draw::rareBytes, 16}, {Draw::bytes, 8}})
      expectExactSums(c, draw, bits, {2});
  }
}

/// Inputs of 255 and digits of -128 and 127 all over: instructions that saturate, or sums of 16 bits, show. Up to a
/// depth of 500 blocks sums may be kept in two halves, which must not overflow either.
TEST_F(Planes, TheLargestSumsFit) {
  for (auto [depth, draw] : {std::pair<int64_t, Draw>(64, Draw::largest),
                             {192, Draw::ones},
                             {254, Draw::ones},
                             {256, Draw::ones},
                             {4096, Draw::largest},
                             {32000, Draw::largest},
                             {32000, Draw::ones},
                             {32064, Draw::ones},
                             {65792, Draw::largest},
                             {200000, Draw::ones}}) {
    Problem problem({1, 1, 3, depth, 2, 1, 1, 0, 1}, draw);
    std::vector<float> expected = problem.expected(), output(expected.size());
    spike_rt_conv_args args = problem.args(output.data());
    args.binary = draw == Draw::ones;
    spike_rt_conv(&args);
    EXPECT_EQ(0, std::memcmp(expected.data(), output.data(), output.size() * sizeof(float))) << depth;
  }
}

/// Rows that a sample of a few shows nothing of: large counts, which would make very many events and many bits.
TEST_F(Planes, NoSampleNeedShowWhatRowsHold) {
  for (int64_t value : {1, 5, 15, 16, 200}) {
    Problem problem({1, 1, 256, 192, 20, 1, 1, 0, 1}, Draw::spikes);
    for (size_t i = 0; i < problem.input.size(); ++i)
      problem.input[i] = i / 192 % 65 == 0 ? 0 : value; // every 65th row is looked at
    std::vector<float> expected = problem.expected(), output(expected.size());
    spike_rt_conv_args args = problem.args(output.data());
    spike_rt_conv(&args);
    EXPECT_EQ(0, std::memcmp(expected.data(), output.data(), output.size() * sizeof(float))) << value;
  }
}

TEST_F(Planes, NoImagesAreNoWork) {
  for (int64_t kernel : {1, 3}) {
    Problem problem({0, 4, 4, 64, 20, kernel, 1, kernel / 2, 1}, Draw::spikes);
    float output = -1.0f;
    spike_rt_conv_args args = problem.args(&output);
    spike_rt_conv(&args);
    EXPECT_EQ(-1.0f, output);
  }
}

/// Nothing fires, or only in some rows.
TEST_F(Planes, SilenceIsTheBias) {
  for (int64_t active : {0, 1}) {
    Problem problem({2, 1, 37, 128, 40, 1, 1, 0, 1}, Draw::spikes);
    for (size_t i = 0; i < problem.input.size(); ++i)
      problem.input[i] = active && i / 128 % 9 == 4 && i % 5 == 0;
    std::vector<float> expected = problem.expected(), output(expected.size());
    spike_rt_conv_args args = problem.args(output.data());
    args.binary = true;
    spike_rt_conv(&args);
    EXPECT_EQ(0, std::memcmp(expected.data(), output.data(), output.size() * sizeof(float))) << active;
  }
}

TEST_F(Planes, RealNumbersThatAreIntegersAreTaken) {
  Problem problem(kCases[1], Draw::bytes);
  std::vector<float> expected = problem.expected(), output(expected.size());
  std::vector<float> input(problem.input.begin(), problem.input.end());
  spike_rt_conv_args args = problem.args(output.data());
  args.input = input.data();
  args.input_type = SPIKE_RT_F32;
  spike_rt_conv(&args);
  EXPECT_EQ(0, std::memcmp(expected.data(), output.data(), output.size() * sizeof(float)));
}

TEST_F(Planes, NeuronsAreThoseOfTheCurrents) {
  for (const Case &c : kCases) {
    if (c.images % 2)
      continue;
    Problem problem(c, Draw::spikes);
    std::vector<float> currents = problem.expected();
    int64_t half = currents.size() / 2;
    std::vector<uint8_t> expected(currents.size()), output(currents.size());
    for (int64_t i = 0; i < half; ++i) {
      float v = currents[i];
      expected[i] = v >= 1.0f;
      v = v >= 1.0f ? 0.0f : v;
      expected[half + i] = v + currents[half + i] >= 1.0f;
    }
    for (int64_t threads : {1, 2}) {
      std::fill(output.begin(), output.end(), 9);
      spike_rt_conv_args args = problem.args(output.data());
      args.neuron = fireOverTwoSteps;
      args.steps = 2;
      spike_rt_set_num_threads(threads);
      spike_rt_conv(&args);
      EXPECT_EQ(expected, output) << c.channels << " channels, " << c.outputs << " outputs, " << threads << " threads";
    }
  }
}

/// Maxima of currents over windows, and neurons over two steps behind them, as kernel.pool takes them.
TEST_F(Planes, PooledCurrentsAreThoseOfAPoolBehind) {
  struct Window {
    int64_t kernel, stride, padding;
    int64_t out(int64_t size) const { return (size + 2 * padding - kernel) / stride + 1; }
  };
  constexpr Case cases[] = {{2, 8, 16, 64, 40, 3, 1, 1, 1}, {2, 9, 15, 32, 17, 3, 1, 1, 1},
                            {4, 5, 30, 64, 16, 3, 1, 1, 1}, {6, 4, 6, 128, 20, 3, 1, 1, 1},
                            {2, 80, 64, 64, 8, 3, 1, 1, 1}, {2, 3, 7, 5, 70, 1, 1, 0, 1},
                            {2, 33, 32, 64, 16, 3, 2, 1, 1}};
  for (const Case &c : cases) {
    Problem problem(c, Draw::spikes);
    std::vector<float> currents = problem.expected();
    for (Window w : {Window{3, 2, 1}, Window{2, 2, 0}, Window{3, 1, 1}}) {
      if (w.out(c.out(c.height)) < 1 || w.out(c.out(c.width)) < 1)
        continue;
      int64_t outputs = c.images * w.out(c.out(c.height)) * w.out(c.out(c.width)) * c.outputs;
      std::vector<uint8_t> expected(outputs), output(outputs);
      spike_rt_pool_args pool{};
      pool.input = currents.data(), pool.output = expected.data(), pool.input_type = SPIKE_RT_F32;
      pool.images = c.images, pool.height = c.out(c.height), pool.width = c.out(c.width), pool.channels = c.outputs;
      pool.out_height = w.out(pool.height), pool.out_width = w.out(pool.width);
      pool.neuron = fireOverTwoSteps, pool.steps = 2;
      spike_rt_conv_args args = problem.args(output.data());
      args.neuron = fireOverTwoSteps, args.steps = 2;
      args.pooled_height = pool.out_height, args.pooled_width = pool.out_width;
      for (int axis = 0; axis < 2; ++axis) {
        pool.kernel[axis] = args.pool_kernel[axis] = w.kernel;
        pool.strides[axis] = args.pool_strides[axis] = w.stride;
        pool.padding[axis] = args.pool_padding[axis] = w.padding;
        pool.dilations[axis] = 1;
      }
      spike_rt_pool(&pool);
      for (int64_t threads : {1, 2, 3}) {
        std::fill(output.begin(), output.end(), 9);
        spike_rt_set_num_threads(threads);
        spike_rt_conv(&args);
        EXPECT_EQ(expected, output) << c.width << " columns, " << w.kernel << " by " << w.stride << ", " << threads
                                    << " threads";
      }
    }
  }
}

} // namespace
