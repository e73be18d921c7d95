// SPDX-License-Identifier: Apache-2.0
// The runtime's kernels against loops that follow the specified order of evaluation: equal bit by bit, whatever the
// instruction set, the number of threads or the element type.
#include "KernelTest.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

namespace {

using Runtime = KernelTest;

struct Geometry {
  int64_t images, height, width, channels, outputs, kernel, stride, padding, dilation;
  int64_t out(int64_t size) const { return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1; }
};

std::vector<float> randomFloats(size_t count, std::mt19937 &random) {
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float &value : values)
    value = normal(random);
  return values;
}

/// Sparse inputs: mostly zeros, the rest up to `max` (or real numbers for f32).
template <typename T>
std::vector<T> randomInputs(size_t count, int max, std::mt19937 &random) {
  std::vector<T> values(count);
  for (T &value : values)
    if (random() % 100 < 30)
      value = std::is_floating_point_v<T> ? std::normal_distribution<float>()(random) : T(1 + random() % max);
  return values;
}

/// The specified sum: from zero, ascending (kh, kw, channel), two roundings per step, taps in the padding left out.
template <typename T>
std::vector<float> convReference(const Geometry &g, const std::vector<T> &input, const std::vector<float> &weight,
                                 const std::vector<float> &bias) {
  std::vector<float> output;
  for (int64_t image = 0; image < g.images; ++image)
    for (int64_t y = 0; y < g.out(g.height); ++y)
      for (int64_t x = 0; x < g.out(g.width); ++x)
        for (int64_t n = 0; n < g.outputs; ++n) {
          float sum = 0;
          for (int64_t kh = 0; kh < g.kernel; ++kh)
            for (int64_t kw = 0; kw < g.kernel; ++kw) {
              int64_t row = y * g.stride - g.padding + kh * g.dilation,
                      column = x * g.stride - g.padding + kw * g.dilation;
              if (row < 0 || row >= g.height || column < 0 || column >= g.width)
                continue;
              for (int64_t c = 0; c < g.channels; ++c) {
                float product = float(input[((image * g.height + row) * g.width + column) * g.channels + c]) *
                                weight[((n * g.kernel + kh) * g.kernel + kw) * g.channels + c];
                sum = sum + product;
              }
            }
          output.push_back(sum + bias[n]);
        }
  return output;
}

std::vector<float> pack(const std::vector<float> &weight, int64_t outputs, int64_t depth) {
  int64_t blocks = (outputs + SPIKE_RT_BLOCK - 1) / SPIKE_RT_BLOCK;
  std::vector<float> packed(blocks * depth * SPIKE_RT_BLOCK);
  for (int64_t n = 0; n < outputs; ++n)
    for (int64_t k = 0; k < depth; ++k)
      packed[((n / SPIKE_RT_BLOCK) * depth + k) * SPIKE_RT_BLOCK + n % SPIKE_RT_BLOCK] = weight[n * depth + k];
  return packed;
}

template <typename T>
void checkConv(const Geometry &g, int64_t type, int max, int64_t threads) {
  std::mt19937 random(7);
  auto input = randomInputs<T>(g.images * g.height * g.width * g.channels, max, random);
  int64_t depth = g.kernel * g.kernel * g.channels;
  auto weight = randomFloats(g.outputs * depth, random), bias = randomFloats(g.outputs, random);
  auto packed = pack(weight, g.outputs, depth);
  std::vector<float> output(g.images * g.out(g.height) * g.out(g.width) * g.outputs, -1.0f);

  spike_rt_conv_args args{};
  args.input = input.data();
  args.weight = packed.data();
  args.bias = bias.data();
  args.output = output.data();
  args.input_type = type;
  args.binary = max == 1 && !std::is_floating_point_v<T>;
  args.images = g.images;
  args.height = g.height;
  args.width = g.width;
  args.channels = g.channels;
  args.outputs = g.outputs;
  args.out_height = g.out(g.height);
  args.out_width = g.out(g.width);
  for (int axis = 0; axis < 2; ++axis) {
    args.kernel[axis] = g.kernel;
    args.strides[axis] = g.stride;
    args.padding[axis] = g.padding;
    args.dilations[axis] = g.dilation;
  }
  spike_rt_set_num_threads(threads);
  spike_rt_conv(&args);

  auto expected = convReference(g, input, weight, bias);
  ASSERT_EQ(expected.size(), output.size());
  EXPECT_EQ(0, std::memcmp(expected.data(), output.data(), output.size() * sizeof(float)));
}

constexpr Geometry kGeometries[] = {
    {1, 1, 1, 1, 1, 1, 1, 0, 1},   {2, 5, 7, 3, 10, 3, 1, 1, 1},   {1, 8, 8, 17, 70, 3, 2, 1, 1},
    {2, 6, 6, 64, 64, 1, 1, 0, 1}, {1, 9, 40, 8, 130, 3, 1, 2, 2}, {3, 1, 33, 96, 200, 1, 1, 0, 1},
};

TEST_F(Runtime, ConvolutionFollowsTheSpecifiedOrder) {
  for (const Geometry &g : kGeometries)
    for (int64_t threads : {1, 2, 3}) {
      checkConv<uint8_t>(g, SPIKE_RT_U8, 1, threads);
      checkConv<uint8_t>(g, SPIKE_RT_U8, 255, threads);
      checkConv<uint16_t>(g, SPIKE_RT_U16, 60000, threads);
      checkConv<uint32_t>(g, SPIKE_RT_U32, 1 << 20, threads);
      checkConv<float>(g, SPIKE_RT_F32, 1, threads);
    }
}

TEST_F(Runtime, ParallelForVisitsEveryIndexOnce) {
  for (int64_t threads : {1, 2, 4})
    for (int64_t extent : {0, 1, 7, 1000})
      for (int64_t grain : {1, 3, 5000}) {
        spike_rt_set_num_threads(threads);
        std::vector<std::atomic<int>> visits(extent);
        spike_rt_parallel_for(
            [](void *frame, int64_t begin, int64_t end) {
              auto &counts = *static_cast<std::vector<std::atomic<int>> *>(frame);
              for (int64_t i = begin; i < end; ++i)
                ++counts[i];
            },
            &visits, extent, grain);
        for (auto &count : visits)
          ASSERT_EQ(1, count.load());
      }
}

TEST_F(Runtime, SeveralThreadsMayRunAtOnce) {
  std::atomic<int64_t> total{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&total] {
      spike_rt_set_num_threads(2);
      for (int round = 0; round < 50; ++round)
        spike_rt_parallel_for(
            [](void *frame, int64_t begin, int64_t end) { *static_cast<std::atomic<int64_t> *>(frame) += end - begin; },
            &total, 100, 7);
    });
  for (std::thread &caller : callers)
    caller.join();
  EXPECT_EQ(4 * 50 * 100, total.load());
}

TEST_F(Runtime, SmallestNumbersAreKept) {
  uint32_t state = spike_rt_enter_fp_mode();
  volatile float tiny = 1e-38f;
  EXPECT_GT(tiny * 0.25f, 0.0f);
  spike_rt_leave_fp_mode(state);
}

/// A caller that rounds up and flushes subnormal numbers to zero.
TEST(FloatMode, TheCallersModeDoesNotMatterAndComesBack) {
#if defined(__x86_64__)
  constexpr uint32_t odd = 0x9F80 | 0x4000;
#elif defined(__aarch64__)
  constexpr uint32_t odd = 1 << 24 | 1 << 22;
#else
  GTEST_SKIP() << "this machine's mode is not changed";
  constexpr uint32_t odd = 0;
#endif
  // Volatile, or the compiler would move the arithmetic over the calls.
  volatile float tiny = 0x1p-126f, quarter = 0.25f, one = 1.0f, half = 0x1p-24f, flushed, up, kept, even;
  uint32_t state = spike_rt_enter_fp_mode();
  spike_rt_leave_fp_mode(odd);
  flushed = tiny * quarter;
  up = one + half;
  uint32_t left = spike_rt_enter_fp_mode();
  kept = tiny * quarter;
  even = one + half;
  spike_rt_leave_fp_mode(state);
  EXPECT_EQ(0.0f, flushed);
  EXPECT_LT(1.0f, up);
  EXPECT_EQ(odd, left & odd);
  EXPECT_EQ(0x1p-128f, kept);
  EXPECT_EQ(1.0f, even);
}

} // namespace
