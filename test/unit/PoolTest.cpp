// SPDX-License-Identifier: Apache-2.0
// Maxima over windows against the definition, bit by bit: zeros of both signs, NaNs, any geometry and number of
// threads.
#include "KernelTest.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace {

struct Case {
  int64_t images, height, width, channels, kernel, stride, padding, dilation;
  int64_t out(int64_t size) const { return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1; }
};

constexpr Case kCases[] = {{2, 1, 1, 1, 1, 1, 0, 1},   {2, 8, 6, 3, 3, 2, 1, 1},   {4, 9, 9, 192, 3, 2, 1, 1},
                           {2, 6, 6, 700, 2, 2, 0, 1}, {2, 10, 7, 17, 3, 1, 1, 2}, {2, 32, 32, 48, 2, 2, 0, 1}};

spike_rt_pool_args makeArgs(const Case &c, int64_t type, const void *input, void *output) {
  spike_rt_pool_args a{};
  a.input = input, a.output = output, a.input_type = type;
  a.images = c.images, a.height = c.height, a.width = c.width, a.channels = c.channels;
  a.out_height = c.out(c.height), a.out_width = c.out(c.width);
  for (int axis = 0; axis < 2; ++axis)
    a.kernel[axis] = c.kernel, a.strides[axis] = c.stride, a.padding[axis] = c.padding, a.dilations[axis] = c.dilation;
  return a;
}

float larger(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return std::isnan(a) ? a : b;
  if (a == 0.0f && b == 0.0f)
    return std::signbit(a) ? b : a;
  return a > b ? a : b;
}
uint8_t larger(uint8_t a, uint8_t b) { return a > b ? a : b; }

template <typename T>
std::vector<T> expect(const Case &c, const std::vector<T> &input) {
  std::vector<T> result;
  for (int64_t image = 0; image < c.images; ++image)
    for (int64_t y = 0; y < c.out(c.height); ++y)
      for (int64_t x = 0; x < c.out(c.width); ++x)
        for (int64_t channel = 0; channel < c.channels; ++channel) {
          bool started = false;
          T best{};
          for (int64_t tap = 0; tap < c.kernel * c.kernel; ++tap) {
            int64_t row = y * c.stride - c.padding + tap / c.kernel * c.dilation;
            int64_t column = x * c.stride - c.padding + tap % c.kernel * c.dilation;
            if (row < 0 || row >= c.height || column < 0 || column >= c.width)
              continue;
            T value = input[((image * c.height + row) * c.width + column) * c.channels + channel];
            best = started ? larger(best, value) : value;
            started = true;
          }
          result.push_back(best);
        }
  return result;
}

class Pools : public KernelTest {
protected:
  std::mt19937 random{5};

  std::vector<float> drawReals(const Case &c, bool special) {
    std::normal_distribution<float> normal;
    std::vector<float> values(c.images * c.height * c.width * c.channels);
    for (float &value : values) {
      unsigned kind = special ? random() % 10 : 9;
      value = kind == 0   ? std::numeric_limits<float>::quiet_NaN()
              : kind < 4  ? 0.0f
              : kind < 7  ? -0.0f
              : kind == 7 ? -std::numeric_limits<float>::infinity()
                          : normal(random);
    }
    return values;
  }
};

TEST_F(Pools, MaximaOfReals) {
  for (const Case &c : kCases)
    for (bool special : {false, true})
      for (int64_t threads : {1, 2}) {
        std::vector<float> input = drawReals(c, special), expected = expect(c, input), output(expected.size());
        spike_rt_pool_args args = makeArgs(c, SPIKE_RT_F32, input.data(), output.data());
        spike_rt_set_num_threads(threads);
        spike_rt_pool(&args);
        EXPECT_EQ(0, std::memcmp(expected.data(), output.data(), output.size() * sizeof(float))) << c.channels;
      }
}

TEST_F(Pools, MaximaOfBytes) {
  for (const Case &c : kCases) {
    std::vector<uint8_t> input(c.images * c.height * c.width * c.channels);
    for (uint8_t &value : input)
      value = random() % 256;
    std::vector<uint8_t> expected = expect(c, input), output(expected.size());
    spike_rt_pool_args args = makeArgs(c, SPIKE_RT_U8, input.data(), output.data());
    spike_rt_set_num_threads(2);
    spike_rt_pool(&args);
    EXPECT_EQ(expected, output) << c.channels;
  }
}

TEST_F(Pools, NeuronsBehindMaxima) {
  for (const Case &c : kCases)
    for (int64_t threads : {1, 2}) {
      std::vector<float> input = drawReals(c, false), maxima = expect(c, input);
      size_t population = maxima.size() / 2;
      std::vector<uint8_t> output(maxima.size(), 7);
      spike_rt_pool_args args = makeArgs(c, SPIKE_RT_F32, input.data(), output.data());
      args.neuron = fireOverTwoSteps, args.steps = 2;
      spike_rt_set_num_threads(threads);
      spike_rt_pool(&args);
      // The images are two steps of one half of them.
      for (size_t i = 0; i < population; ++i) {
        float v = maxima[i];
        bool first = v >= 1.0f;
        v = (first ? 0.0f : v) + maxima[population + i];
        ASSERT_EQ(first, output[i]) << c.channels;
        ASSERT_EQ(v >= 1.0f, output[population + i]) << c.channels;
      }
    }
}

} // namespace
