// SPDX-License-Identifier: Apache-2.0
// Attention over spikes against the products written out: any sizes, strides and number of threads.
#include "KernelTest.h"

#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

namespace {

using Attention = KernelTest;

constexpr int64_t kSteps = 3;

float step(float &v, float current) {
  v += 0.5f * (current - v);
  bool fires = v >= 1.0f;
  v = fires ? 0.0f : v;
  return fires;
}

void fire(const float *currents, uint8_t *outputs) {
  for (int i = 0; i < SPIKE_RT_NEURONS; ++i) {
    float v = 0;
    for (int t = 0; t < kSteps; ++t)
      outputs[t * SPIKE_RT_TILE + i] = static_cast<uint8_t>(step(v, currents[t * SPIKE_RT_TILE + i]));
  }
}

struct Sizes {
  int64_t outer, inner, m, k, n, j;
  bool transposeLeft = false, transposeRight = false, transposeLast = false, transposeResult = false;
};

/// A contiguous [steps, outer, rows, inner, columns], or with rows and columns swapped.
spike_rt_view makeView(const Sizes &s, int64_t rows, int64_t columns, bool swap) {
  spike_rt_view view = {0,
                        {s.outer * s.inner * rows * columns, s.inner * rows * columns, columns, s.inner * columns, 1}};
  if (swap)
    view.strides[2] = rows, view.strides[3] = 1, view.strides[4] = s.inner * rows;
  return view;
}

int64_t indexOf(const spike_rt_view &view, int64_t t, int64_t outer, int64_t inner, int64_t row, int64_t column) {
  const int64_t *s = view.strides;
  return view.offset + t * s[0] + outer * s[1] + inner * s[2] + row * s[3] + column * s[4];
}

TEST_F(Attention, EqualsTheProductsWrittenOut) {
  std::mt19937 random(3);
  for (Sizes s : {Sizes{1, 1, 1, 1, 1, 1}, Sizes{1, 2, 64, 32, 64, 32}, Sizes{2, 3, 5, 7, 11, 13},
                  Sizes{1, 2, 17, 255, 3, 33}, Sizes{3, 1, 32, 64, 32, 16}, Sizes{1, 1, 49, 48, 49, 48}})
    for (int swaps = 0; swaps < 16; ++swaps) {
      s.transposeLeft = swaps & 1, s.transposeRight = swaps & 2, s.transposeLast = swaps & 4;
      s.transposeResult = swaps & 8;
      auto draw = [&](int64_t rows, int64_t columns) {
        // Bits, densely enough for the largest sums.
        std::vector<uint8_t> values(kSteps * s.outer * s.inner * rows * columns);
        for (uint8_t &value : values)
          value = random() % 100 < 90;
        return values;
      };
      std::vector<uint8_t> left = draw(s.m, s.k), right = draw(s.k, s.n), last = draw(s.n, s.j);
      spike_rt_attention_args args{};
      args.left = left.data(), args.right = right.data(), args.last = last.data();
      args.neuron = fire;
      args.steps = kSteps, args.outer[0] = s.outer, args.outer[1] = s.inner;
      args.m = s.m, args.k = s.k, args.n = s.n, args.j = s.j;
      args.left_view = makeView(s, s.m, s.k, s.transposeLeft);
      args.right_view = makeView(s, s.k, s.n, s.transposeRight);
      args.last_view = makeView(s, s.n, s.j, s.transposeLast);
      args.output_view = makeView(s, s.m, s.j, s.transposeResult);
      float scale = 1.3f / static_cast<float>(s.k * s.n);
      uint32_t bits;
      std::memcpy(&bits, &scale, sizeof(bits));
      args.scale = bits;

      std::vector<uint8_t> expected(kSteps * s.outer * s.inner * s.m * s.j);
      for (int64_t o = 0; o < s.outer; ++o)
        for (int64_t i = 0; i < s.inner; ++i) {
          std::vector<float> membranes(s.m * s.j);
          for (int64_t t = 0; t < kSteps; ++t)
            for (int64_t m = 0; m < s.m; ++m) {
              std::vector<int64_t> products(s.n);
              for (int64_t n = 0; n < s.n; ++n)
                for (int64_t k = 0; k < s.k; ++k)
                  products[n] +=
                      left[indexOf(args.left_view, t, o, i, m, k)] * right[indexOf(args.right_view, t, o, i, k, n)];
              for (int64_t j = 0; j < s.j; ++j) {
                int64_t sum = 0;
                for (int64_t n = 0; n < s.n; ++n)
                  sum += products[n] * last[indexOf(args.last_view, t, o, i, n, j)];
                float spike = step(membranes[m * s.j + j], static_cast<float>(sum) * scale);
                expected[indexOf(args.output_view, t, o, i, m, j)] = static_cast<uint8_t>(spike);
              }
            }
        }
      for (int64_t threads : {1, 2}) {
        std::vector<uint8_t> output(expected.size(), 7);
        args.output = output.data();
        spike_rt_set_num_threads(threads);
        spike_rt_attention(&args);
        EXPECT_EQ(expected, output) << s.m << ", " << s.k << ", " << s.n << ", " << s.j << ", swaps " << swaps;
      }
    }
}

} // namespace
