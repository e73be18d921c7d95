// SPDX-License-Identifier: Apache-2.0
// Convolutions with groups against the definition, bit by bit, whatever the instruction set and the number of threads:
// exact sums of bytes, with and without neurons, and real sums in the specified order.
#include "KernelTest.h"
#include "spike/Support/FixedPoint.h"
#include "spike/Support/LaneWeights.h"
#include "llvm/ADT/ArrayRef.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace {

struct Case {
  int64_t images, height, width, groups, channels, outputs; // the last two of a group
  int64_t kernel[2], stride[2], padding[2], dilation[2];
  int64_t out(int axis) const {
    int64_t size = axis ? width : height;
    return (size + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis] + 1;
  }
  int64_t depth() const { return channels * kernel[0] * kernel[1]; }
  int64_t allOutputs() const { return groups * outputs; }
  int64_t results() const { return images * out(0) * out(1) * allOutputs(); }
};

constexpr Case kCases[] = {
    {2, 1, 1, 2, 1, 1, {1, 1}, {1, 1}, {0, 0}, {1, 1}},   {2, 9, 11, 48, 1, 1, {7, 7}, {1, 1}, {3, 3}, {1, 1}},
    {2, 8, 8, 20, 1, 1, {5, 5}, {1, 1}, {2, 2}, {1, 1}},  {4, 7, 5, 33, 1, 1, {3, 3}, {2, 2}, {1, 1}, {1, 1}},
    {2, 12, 9, 16, 1, 1, {3, 3}, {1, 1}, {2, 2}, {2, 2}}, {2, 3, 40, 16, 1, 1, {3, 2}, {1, 3}, {2, 0}, {1, 5}},
    {2, 6, 6, 9, 1, 3, {3, 3}, {1, 1}, {1, 1}, {1, 1}},   {2, 5, 8, 4, 3, 2, {3, 3}, {2, 1}, {1, 1}, {1, 2}},
    {2, 6, 7, 3, 8, 24, {3, 3}, {1, 1}, {1, 1}, {1, 1}},  {2, 2, 2, 16, 1, 1, {5, 5}, {1, 1}, {2, 2}, {1, 1}},
    {2, 10, 1, 5, 4, 4, {3, 1}, {3, 1}, {0, 0}, {2, 1}},  {2, 5, 70, 32, 1, 1, {1, 4}, {1, 2}, {0, 3}, {1, 1}},
    {2, 3, 5, 4, 4, 4, {3, 3}, {1, 1}, {1, 1}, {1, 1}},   {2, 2, 3, 17, 1, 1, {1, 1}, {1, 1}, {2, 9}, {1, 1}},
};

/// How inputs and weights are drawn.
enum class Draw { spikes, bytes, largest };

template <typename T>
struct Problem {
  Case c;
  std::vector<T> input;
  std::vector<float> weights, bias;

  explicit Problem(const Case &c) : c(c), input(c.images * c.height * c.width * c.groups * c.channels) {}

  void drawFixed(Draw draw) {
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (T &x : input)
      x = draw == Draw::spikes ? random() % 100 < 30 : draw == Draw::bytes ? random() % 256 : 255;
    weights.resize(c.allOutputs() * c.depth());
    for (int64_t n = 0; n < c.allOutputs(); ++n) {
      std::vector<float> row(c.depth());
      // The largest integer of 24 bits of both signs, or one whose lower half is the largest.
      for (float &w : row)
        w = draw == Draw::largest ? (n % 3 == 0   ? 8355711.0f
                                     : n % 3 == 1 ? -8355711.0f
                                                  : -2048.0f) *
                                        0x1p-20f
                                  : normal(random);
      mlir::spike::roundToFixed(row.data(), c.depth(), weights.data() + n * c.depth());
      bias.push_back(normal(random));
    }
  }

  void drawReal(int64_t max) {
    std::mt19937 random(11);
    std::normal_distribution<float> normal;
    for (T &x : input)
      x = random() % 3 ? T(0) : std::is_floating_point_v<T> ? T(normal(random)) : T(1 + random() % max);
    weights.resize(c.allOutputs() * c.depth());
    for (float &w : weights)
      w = normal(random);
    for (int64_t n = 0; n < c.allOutputs(); ++n)
      bias.push_back(normal(random));
  }

  mlir::spike::LaneFilter filter() const { return {c.allOutputs(), c.channels, c.kernel[0], c.kernel[1]}; }

  spike_rt_conv_args args(int64_t type, void *output) const {
    spike_rt_conv_args a{};
    a.input = input.data(), a.bias = bias.data(), a.output = output;
    a.input_type = type, a.groups = c.groups;
    a.images = c.images, a.height = c.height, a.width = c.width;
    a.channels = c.groups * c.channels, a.outputs = c.allOutputs();
    a.out_height = c.out(0), a.out_width = c.out(1);
    for (int axis = 0; axis < 2; ++axis)
      a.kernel[axis] = c.kernel[axis], a.strides[axis] = c.stride[axis], a.padding[axis] = c.padding[axis],
      a.dilations[axis] = c.dilation[axis];
    return a;
  }

  /// The specified sum: from zero, ascending (kh, kw, channel), taps in the padding left out, then the bias.
  template <typename Sum>
  std::vector<float> expected() const {
    std::vector<float> result;
    for (int64_t at = 0; at < c.results(); ++at) {
      int64_t n = at % c.allOutputs(), x = at / c.allOutputs() % c.out(1),
              y = at / c.allOutputs() / c.out(1) % c.out(0), image = at / c.allOutputs() / c.out(1) / c.out(0);
      Sum sum = 0;
      for (int64_t kh = 0; kh < c.kernel[0]; ++kh)
        for (int64_t kw = 0; kw < c.kernel[1]; ++kw) {
          int64_t row = y * c.stride[0] - c.padding[0] + kh * c.dilation[0];
          int64_t column = x * c.stride[1] - c.padding[1] + kw * c.dilation[1];
          if (row < 0 || row >= c.height || column < 0 || column >= c.width)
            continue;
          for (int64_t i = 0; i < c.channels; ++i) {
            int64_t channel = n / c.outputs * c.channels + i;
            Sum product = Sum(input[((image * c.height + row) * c.width + column) * c.groups * c.channels + channel]) *
                          Sum(weights[((n * c.channels + i) * c.kernel[0] + kh) * c.kernel[1] + kw]);
            sum = sum + product;
          }
        }
      result.push_back(static_cast<float>(sum + Sum(bias[n])));
    }
    return result;
  }
};

using Groups = KernelTest;

void expectSameBits(const std::vector<float> &expected, const std::vector<float> &output, size_t index) {
  ASSERT_EQ(expected.size(), output.size());
  EXPECT_EQ(0, std::memcmp(expected.data(), output.data(), output.size() * sizeof(float))) << "case " << index;
}

TEST_F(Groups, SumsOfBytesAreExact) {
  for (size_t i = 0; i < std::size(kCases); ++i)
    for (Draw draw : {Draw::spikes, Draw::bytes, Draw::largest}) {
      Problem<uint8_t> problem(kCases[i]);
      problem.drawFixed(draw);
      auto pairs = mlir::spike::packLanePairs(problem.filter(), problem.weights, 255);
      ASSERT_TRUE(pairs);
      std::vector<float> expected = problem.expected<double>();
      for (int64_t threads : {1, 2, 3}) {
        std::vector<float> output(expected.size(), -1.0f);
        spike_rt_conv_args args = problem.args(SPIKE_RT_U8, output.data());
        args.narrow = draw == Draw::spikes && threads < 3;
        args.weight = pairs->halves.data(), args.scale = pairs->scales.data();
        spike_rt_set_num_threads(threads);
        spike_rt_conv(&args);
        expectSameBits(expected, output, i);
      }
    }
}

/// As deep as packing allows, with halves of both signs at their limits.
TEST_F(Groups, TheLargestSumsFit) {
  Problem<uint8_t> problem({1, 37, 111, 16, 1, 1, {37, 111}, {1, 1}, {0, 0}, {1, 1}});
  problem.drawFixed(Draw::largest);
  auto pairs = mlir::spike::packLanePairs(problem.filter(), problem.weights, 255);
  ASSERT_TRUE(pairs);
  std::vector<float> expected = problem.expected<double>(), output(expected.size());
  spike_rt_conv_args args = problem.args(SPIKE_RT_U8, output.data());
  args.weight = pairs->halves.data(), args.scale = pairs->scales.data();
  spike_rt_conv(&args);
  expectSameBits(expected, output, 0);
  EXPECT_FALSE(mlir::spike::packLanePairs({1, 1, 37, 112}, std::vector<float>(37 * 112), 255));
  EXPECT_TRUE(mlir::spike::packLanePairs({1, 1, 37, 112}, std::vector<float>(37 * 112), 1));
  EXPECT_FALSE(mlir::spike::packLanePairs({1, 1, 1, 2}, {1.0f, 1.0e-7f}, 1));
  // 511 weights of 2^22 fit 32 bits with spikes, 512 do not, nor does one of 2^23 - 2^15 with 255.
  EXPECT_TRUE(mlir::spike::packLanePairs({1, 1, 1, 511}, std::vector<float>(511, 1.0f), 1)->narrow);
  EXPECT_FALSE(mlir::spike::packLanePairs({1, 1, 1, 512}, std::vector<float>(512, 1.0f), 1)->narrow);
  EXPECT_TRUE(mlir::spike::packLanePairs({1, 1, 1, 2}, {1.0f, 1.0f}, 255)->narrow);
  EXPECT_FALSE(mlir::spike::packLanePairs({1, 1, 1, 3}, {1.0f, 1.0f, 1.0f}, 255)->narrow);
}

TEST_F(Groups, NeuronsAreThoseOfTheCurrents) {
  for (size_t i = 0; i < std::size(kCases); ++i) {
    Problem<uint8_t> problem(kCases[i]);
    problem.drawFixed(Draw::spikes);
    auto pairs = mlir::spike::packLanePairs(problem.filter(), problem.weights, 1);
    std::vector<float> currents = problem.expected<double>();
    int64_t half = currents.size() / 2;
    std::vector<uint8_t> expected(currents.size());
    for (int64_t j = 0; j < half; ++j) {
      float v = currents[j];
      expected[j] = v >= 1.0f;
      v = v >= 1.0f ? 0.0f : v;
      expected[half + j] = v + currents[half + j] >= 1.0f;
    }
    for (int64_t threads : {1, 2}) {
      std::vector<uint8_t> output(expected.size(), 9);
      spike_rt_conv_args args = problem.args(SPIKE_RT_U8, output.data());
      args.weight = pairs->halves.data(), args.scale = pairs->scales.data();
      args.neuron = fireOverTwoSteps, args.steps = 2;
      spike_rt_set_num_threads(threads);
      spike_rt_conv(&args);
      EXPECT_EQ(expected, output) << "case " << i;
    }
  }
}

template <typename T>
void checkReal(int64_t type, int64_t max) {
  for (size_t i = 0; i < std::size(kCases); ++i) {
    Problem<T> problem(kCases[i]);
    problem.drawReal(max);
    std::vector<float> packed = mlir::spike::packLanes(problem.filter(), problem.weights);
    for (bool exact : {false, true})
      for (int64_t threads : {1, 2}) {
        std::vector<float> expected = exact ? problem.template expected<double>() : problem.template expected<float>();
        std::vector<float> output(expected.size(), -1.0f);
        spike_rt_conv_args args = problem.args(type, output.data());
        args.weight = packed.data(), args.exact = exact;
        spike_rt_set_num_threads(threads);
        spike_rt_conv(&args);
        expectSameBits(expected, output, i);
      }
  }
}

TEST_F(Groups, RealSumsFollowTheSpecifiedOrder) {
  checkReal<float>(SPIKE_RT_F32, 1);
  checkReal<uint8_t>(SPIKE_RT_U8, 255);
  checkReal<uint16_t>(SPIKE_RT_U16, 60000);
  checkReal<uint32_t>(SPIKE_RT_U32, 1 << 20);
}

/// A tap in the padding is no product with zero.
TEST_F(Groups, TapsInThePaddingAreLeftOut) {
  Problem<float> problem({1, 2, 3, 16, 1, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1}});
  problem.drawReal(1);
  for (int64_t n = 0; n < 16; ++n)
    problem.weights[n * 9] = std::numeric_limits<float>::infinity();
  std::vector<float> packed = mlir::spike::packLanes(problem.filter(), problem.weights);
  std::vector<float> expected = problem.expected<float>(), output(expected.size());
  spike_rt_conv_args args = problem.args(SPIKE_RT_F32, output.data());
  args.weight = packed.data();
  spike_rt_conv(&args);
  for (size_t i = 0; i < output.size(); ++i)
    EXPECT_TRUE(std::isnan(expected[i]) ? std::isnan(output[i]) : expected[i] == output[i]) << i;
}

} // namespace
