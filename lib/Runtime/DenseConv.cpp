// SPDX-License-Identifier: Apache-2.0
// Convolutions of real inputs, images above all: nearly every input is active, so lists of them would gain nothing.
// Positions of a row are computed together and share the weights; where a filter lies inside of the image, it is read
// in place.
#include "DenseConv.h"

#include "Kernels/Rows.h"
#include "spike/Runtime/ParallelFor.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

using namespace spike_rt;

namespace {

/// Multiply-adds worth a piece of work.
constexpr int64_t grainWork = 1 << 17;
/// Positions that one piece covers at most, and the fewest for which a look at weights and inputs is worth it.
constexpr int64_t piecePositions = 256, leastPositions = 64;
/// Inputs of an output: a block of their weights stays in the second-level cache.
constexpr int64_t mostInputs = 1024;
/// Inputs that are looked at, and the share of them that must be active: less where lists are short, which cost more
/// than what they hold.
constexpr int64_t sampledInputs = 1024, shortList = 8;
constexpr double leastActive = 0.35, leastActiveShort = 0.15;

thread_local std::vector<LaneRow> filter;
thread_local std::vector<float> patch;

class DenseConvolution {
public:
  explicit DenseConvolution(const spike_rt_conv_args &args)
      : a(args), kernels(getRowKernels()), input(static_cast<const float *>(a.input)),
        weight(static_cast<const float *>(a.weight)), taps(a.kernel[0] * a.kernel[1]), depth(taps * a.channels),
        blocks((a.outputs + SPIKE_RT_BLOCK - 1) / SPIKE_RT_BLOCK), joined(a.dilations[1] == 1 || a.kernel[1] == 1),
        runs(joined ? 1 : a.kernel[1]), length(depth / a.kernel[0] / runs) {}

  bool isFaster() const {
    return a.input_type == SPIKE_RT_F32 && !a.binary && !a.exact && depth <= mostInputs &&
           a.images * a.out_height * a.out_width >= leastPositions && isActive() && isFinite();
  }

  void run() const {
    int64_t segments = (a.out_width + piecePositions - 1) / piecePositions;
    int64_t width = (a.out_width + segments - 1) / segments, rows = a.images * a.out_height;
    // Neighbouring pieces share a block of weights.
    parallelFor(blocks * rows * segments, grainWork / (width * depth * SPIKE_RT_BLOCK),
                [&](int64_t begin, int64_t end) {
                  for (int64_t piece = begin; piece < end; ++piece) {
                    int64_t x = piece % segments * width, row = piece / segments % rows;
                    sumRow(piece / segments / rows, row, x, std::min(x + width, a.out_width));
                  }
                });
  }

private:
  /// Whether so many inputs are active that to multiply all of them pays.
  bool isActive() const {
    int64_t pixels = a.images * a.height * a.width;
    // An odd step meets every column of an image whose width is a power of two.
    int64_t step = (pixels * a.channels / sampledInputs) | 1, seen = 0, active = 0;
    for (int64_t pixel = 0; pixel < pixels; pixel += step, seen += a.channels)
      for (int64_t c = 0; c < a.channels; ++c)
        active += input[pixel * a.channels + c] != 0.0f;
    double share = a.channels < shortList ? leastActiveShort : leastActive;
    return static_cast<double>(active) >= share * static_cast<double>(seen);
  }

  /// Whether zeros times weights are zeros, which change no sum that starts at +0.
  bool isFinite() const {
    constexpr int64_t grain = grainWork / SPIKE_RT_BLOCK;
    std::atomic<bool> finite{true};
    parallelFor(blocks * depth, grain, [&](int64_t begin, int64_t end) {
      constexpr uint32_t exponent = 0x7f800000;
      uint32_t found = 0;
      for (int64_t i = begin * SPIKE_RT_BLOCK; i < end * SPIKE_RT_BLOCK; ++i) {
        uint32_t bits;
        std::memcpy(&bits, weight + i, sizeof(bits));
        found |= (bits & exponent) == exponent;
      }
      if (found)
        finite.store(false, std::memory_order_relaxed);
    });
    return finite.load(std::memory_order_relaxed);
  }

  /// Positions [x, end) of one row of the output, in one block.
  void sumRow(int64_t block, int64_t row, int64_t x, int64_t end) const {
    int64_t image = row / a.out_height, top = row % a.out_height * a.strides[0] - a.padding[0];
    int64_t first = block * SPIKE_RT_BLOCK, outputs = std::min<int64_t>(SPIKE_RT_BLOCK, a.outputs - first);
    float bias[SPIKE_RT_BLOCK] = {};
    if (a.bias)
      std::memcpy(bias, a.bias + first, outputs * sizeof(float));
    const float *weights = weight + block * depth * SPIKE_RT_BLOCK;
    float *out = static_cast<float *>(a.output) + row * a.out_width * a.outputs + first;
    DenseSum sum = {nullptr, 0, length, a.strides[1] * a.channels, bias, outputs};
    // Positions [left, right) see no padding at the sides.
    int64_t reach = a.width - 1 - (a.kernel[1] - 1) * a.dilations[1] + a.padding[1];
    int64_t left = (a.padding[1] + a.strides[1] - 1) / a.strides[1], right = reach < 0 ? 0 : reach / a.strides[1] + 1;
    while (x < end) {
      bool inside = x >= left && x < right;
      int64_t count = inside ? std::min(right, end) - x : 1;
      int64_t column = x * a.strides[1] - a.padding[1];
      filter.clear();
      for (int64_t kh = 0; kh < a.kernel[0]; ++kh) {
        int64_t y = top + kh * a.dilations[0];
        if (y < 0 || y >= a.height)
          continue;
        const float *line = input + (image * a.height + y) * a.width * a.channels;
        if (!inside)
          line = copyRow(line, column, kh);
        for (int64_t i = 0; i < runs; ++i)
          filter.push_back({inside ? line + (column + i * a.dilations[1]) * a.channels : line + i * length,
                            weights + (kh * runs + i) * length * SPIKE_RT_BLOCK});
      }
      sum.rows = filter.data();
      sum.numRows = static_cast<int64_t>(filter.size());
      kernels.sumDense(sum, count, out + x * a.outputs, a.outputs);
      x += count;
    }
  }

  /// What row `kh` of the filter sees from `column` on, with zeros in the padding.
  const float *copyRow(const float *line, int64_t column, int64_t kh) const {
    patch.resize(depth);
    float *row = patch.data() + kh * a.kernel[1] * a.channels;
    for (int64_t kw = 0; kw < a.kernel[1]; ++kw) {
      int64_t x = column + kw * a.dilations[1];
      bool inside = x >= 0 && x < a.width;
      for (int64_t c = 0; c < a.channels; ++c)
        row[kw * a.channels + c] = inside ? line[x * a.channels + c] : 0.0f;
    }
    return row;
  }

  const spike_rt_conv_args &a;
  const RowKernels &kernels;
  const float *input, *weight;
  int64_t taps, depth, blocks;
  bool joined;          ///< taps of a row of the filter follow each other in memory
  int64_t runs, length; ///< of inputs that do, per row of the filter
};

} // namespace

bool spike_rt::runDense(const spike_rt_conv_args &args) {
  DenseConvolution convolution(args);
  if (!convolution.isFaster())
    return false;
  convolution.run();
  return true;
}
