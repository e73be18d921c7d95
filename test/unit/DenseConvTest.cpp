// SPDX-License-Identifier: Apache-2.0
// Convolutions of real inputs against the definition, bit by bit: zeros of both signs, NaNs, infinities among inputs
// and weights, any geometry, instruction set and number of threads; and which of them multiply all inputs.
#include "../../lib/Runtime/DenseConv.h"
#include "KernelTest.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace {

struct Case {
  int64_t images, height, width, channels, outputs;
  int64_t kernel[2], stride[2], padding[2], dilation[2];
  int64_t out(int axis) const {
    int64_t size = axis ? width : height;
    return (size + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis] + 1;
  }
  int64_t depth() const { return kernel[0] * kernel[1] * channels; }
  int64_t positions() const { return images * out(0) * out(1); }
};

/// All with as many positions and as few inputs of an output as it takes.
constexpr Case kDense[] = {
    {1, 32, 32, 3, 48, {3, 3}, {1, 1}, {1, 1}, {1, 1}},  {2, 9, 11, 3, 64, {3, 3}, {1, 1}, {1, 1}, {1, 1}},
    {3, 17, 13, 3, 20, {3, 3}, {2, 2}, {1, 1}, {1, 1}},  {1, 8, 8, 1, 1, {1, 1}, {1, 1}, {0, 0}, {1, 1}},
    {1, 12, 9, 2, 33, {3, 3}, {1, 1}, {2, 2}, {2, 2}},   {2, 7, 19, 5, 100, {2, 4}, {1, 3}, {1, 0}, {3, 1}},
    {1, 5, 40, 4, 17, {3, 2}, {1, 1}, {2, 5}, {1, 7}},   {8, 3, 3, 6, 130, {5, 5}, {1, 1}, {2, 2}, {1, 1}},
    {1, 64, 64, 3, 40, {7, 7}, {4, 4}, {3, 3}, {1, 1}},  {1, 1, 700, 37, 65, {1, 1}, {1, 1}, {0, 0}, {1, 1}},
    {64, 2, 1, 3, 16, {1, 3}, {1, 1}, {0, 4}, {1, 2}},   {1, 16, 16, 12, 31, {2, 2}, {2, 2}, {0, 0}, {1, 1}},
    {1, 3, 4, 3, 47, {3, 3}, {1, 2}, {4, 9}, {1, 1}},    {1, 33, 2, 8, 63, {4, 1}, {1, 1}, {0, 1}, {2, 9}},
    {2, 24, 24, 3, 112, {8, 8}, {3, 3}, {2, 2}, {1, 1}},
};

struct Problem {
  Case c;
  std::vector<float> input, weights, bias, packed;
  std::mt19937 random{5};

  explicit Problem(const Case &c, double active = 1.0)
      : c(c), input(c.images * c.height * c.width * c.channels), weights(c.outputs * c.depth()), bias(c.outputs) {
    std::normal_distribution<float> normal;
    for (auto *values : {&input, &weights, &bias})
      for (float &x : *values)
        x = normal(random);
    for (float &x : input)
      if (static_cast<double>(random() % 1000) >= 1000 * active)
        x = random() % 2 ? 0.0f : -0.0f;
  }

  void scatter(std::vector<float> &values, std::initializer_list<float> odd, size_t every) {
    size_t next = 0;
    for (size_t i = random() % every; i < values.size(); i += 1 + random() % (2 * every))
      values[i] = odd.begin()[next++ % odd.size()];
  }

  spike_rt_conv_args args(float *output) {
    int64_t blocks = (c.outputs + SPIKE_RT_BLOCK - 1) / SPIKE_RT_BLOCK, depth = c.depth();
    packed.assign(blocks * depth * SPIKE_RT_BLOCK, 0.0f);
    for (int64_t n = 0; n < c.outputs; ++n)
      for (int64_t k = 0; k < depth; ++k)
        packed[(n / SPIKE_RT_BLOCK * depth + k) * SPIKE_RT_BLOCK + n % SPIKE_RT_BLOCK] = weights[n * depth + k];
    spike_rt_conv_args a{};
    a.input = input.data(), a.weight = packed.data(), a.bias = bias.empty() ? nullptr : bias.data(), a.output = output;
    a.input_type = SPIKE_RT_F32, a.groups = 1;
    a.images = c.images, a.height = c.height, a.width = c.width, a.channels = c.channels, a.outputs = c.outputs;
    a.out_height = c.out(0), a.out_width = c.out(1);
    for (int axis = 0; axis < 2; ++axis)
      a.kernel[axis] = c.kernel[axis], a.strides[axis] = c.stride[axis], a.padding[axis] = c.padding[axis],
      a.dilations[axis] = c.dilation[axis];
    return a;
  }

  /// From zero, ascending (kh, kw, channel), two roundings per step; taps in the padding and zeros are left out.
  std::vector<float> expected() const {
    std::vector<float> result;
    for (int64_t at = 0; at < c.positions() * c.outputs; ++at) {
      int64_t n = at % c.outputs, position = at / c.outputs, x = position % c.out(1),
              y = position / c.out(1) % c.out(0), image = position / c.out(1) / c.out(0);
      float sum = 0;
      for (int64_t k = 0; k < c.depth(); ++k) {
        int64_t channel = k % c.channels, kw = k / c.channels % c.kernel[1], kh = k / c.channels / c.kernel[1];
        int64_t row = y * c.stride[0] - c.padding[0] + kh * c.dilation[0];
        int64_t column = x * c.stride[1] - c.padding[1] + kw * c.dilation[1];
        if (row < 0 || row >= c.height || column < 0 || column >= c.width)
          continue;
        float value = input[((image * c.height + row) * c.width + column) * c.channels + channel];
        if (value == 0.0f)
          continue;
        float product = value * weights[n * c.depth() + k];
        sum = sum + product;
      }
      result.push_back(bias.empty() ? sum : sum + bias[n]);
    }
    return result;
  }

  /// NaNs count as equal: which of two a sum keeps is not specified.
  void check(bool dense) {
    std::vector<float> wanted = expected();
    for (int64_t threads : {1, 2, 3}) {
      SCOPED_TRACE(testing::Message() << c.height << "x" << c.width << "x" << c.channels << " to " << c.outputs
                                      << ", threads " << threads);
      std::vector<float> output(wanted.size() + SPIKE_RT_BLOCK, -1.0f);
      spike_rt_conv_args a = args(output.data());
      spike_rt_set_num_threads(threads);
      EXPECT_EQ(dense, spike_rt::runDense(a));
      output.assign(output.size(), -1.0f);
      spike_rt_conv(&a);
      size_t wrong = 0;
      for (size_t i = 0; i < wanted.size(); ++i)
        wrong +=
            !(std::isnan(wanted[i]) && std::isnan(output[i])) && std::memcmp(&wanted[i], &output[i], sizeof(float));
      EXPECT_EQ(0u, wrong);
      for (size_t i = wanted.size(); i < output.size(); ++i)
        ASSERT_EQ(-1.0f, output[i]) << "written behind the end";
    }
  }
};

constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();

using Dense = KernelTest;

TEST_F(Dense, SumsFollowTheSpecifiedOrder) {
  for (const Case &c : kDense) {
    Problem(c).check(true);
    Problem(c, 0.7).check(true);
  }
}

TEST_F(Dense, BiasMayBeMissing) {
  for (const Case &c : kDense) {
    Problem problem(c, 0.8);
    problem.bias.clear();
    problem.check(true);
  }
}

TEST_F(Dense, ZerosKeepTheirSigns) {
  for (const Case &c : kDense) {
    Problem problem(c, 0.8);
    problem.scatter(problem.weights, {0.0f, -0.0f, 1e-30f, -1e-30f}, 2);
    problem.scatter(problem.input, {1e-30f, -1e-30f}, 3);
    problem.scatter(problem.bias, {0.0f, -0.0f}, 1);
    problem.check(true);
  }
}

TEST_F(Dense, InputsMayBeInfiniteOrNoNumbers) {
  for (const Case &c : kDense) {
    Problem problem(c, 0.8);
    problem.scatter(problem.weights, {0.0f, -0.0f}, 5);
    problem.scatter(problem.input, {infinity, nan, -infinity, 3e38f}, 50);
    problem.check(true);
  }
}

TEST_F(Dense, WeightsThatAreNotFiniteMeetNoZeros) {
  for (const Case &c : kDense)
    for (float odd : {infinity, -infinity, nan}) {
      Problem problem(c, 0.7);
      problem.weights[problem.random() % problem.weights.size()] = odd;
      problem.check(false);
    }
}

TEST_F(Dense, LargestWeightsAreFinite) {
  Problem problem(kDense[0], 0.9);
  problem.scatter(problem.weights, {3.4028235e38f, -3.4028235e38f}, 9);
  problem.check(true);
}

TEST_F(Dense, WhatIsMostlyZeroIsListed) {
  for (const Case &c : {kDense[0], kDense[5], kDense[9], kDense[14]})
    Problem(c, 0.05).check(false);
}

TEST_F(Dense, FewPositionsAndManyInputsAreListed) {
  Problem({1, 7, 9, 3, 48, {3, 3}, {1, 1}, {1, 1}, {1, 1}}).check(false);
  Problem({1, 9, 9, 120, 18, {3, 3}, {1, 1}, {1, 1}, {1, 1}}).check(false);
}

} // namespace
