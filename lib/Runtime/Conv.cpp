// SPDX-License-Identifier: Apache-2.0
// Convolutions and linear layers: each output pixel adds the weight rows of the active inputs that it sees.
#include "ActiveLists.h"
#include "DenseConv.h"
#include "Depthwise.h"
#include "Kernels/Rows.h"
#include "Planes.h"
#include "spike/Runtime/ParallelFor.h"

#include <algorithm>
#include <vector>

using namespace spike_rt;

namespace {

/// Output pixels that one piece of work covers: enough to use a block of weights many times once it is in the cache.
constexpr int64_t tilePixels = 64;
/// Bytes of weights that stay in the second-level cache while a tile is swept over them.
constexpr int64_t cachedWeights = 256 << 10;
/// Multiply-adds worth a piece of work.
constexpr int64_t grainWork = 1 << 16;

thread_local ActiveLists lists;
thread_local std::vector<int32_t> tapRows;
thread_local std::vector<float> sums;
thread_local std::vector<double> exactSums;

class Convolution {
public:
  explicit Convolution(const spike_rt_conv_args &args)
      : a(args), kernels(getRowKernels()), taps(a.kernel[0] * a.kernel[1]),
        pixels(a.images * a.out_height * a.out_width) {}

  void run() {
    listInputs();
    ActiveRows inputs = lists.get();
    int64_t tiles = (pixels + tilePixels - 1) / tilePixels, blocks = (a.outputs + SPIKE_RT_BLOCK - 1) / SPIKE_RT_BLOCK;
    int64_t work = tilePixels * taps * a.channels * SPIKE_RT_BLOCK;
    // Neighbouring pieces share a block of weights.
    parallelFor(blocks * tiles, std::max<int64_t>(1, grainWork / work), [&](int64_t begin, int64_t end) {
      for (int64_t piece = begin; piece < end; ++piece) {
        int64_t block = piece / tiles, first = piece % tiles * tilePixels;
        if (a.exact)
          runTile(inputs, block, first, exactSums, kernels.sumExactly);
        else
          runTile(inputs, block, first, sums, a.binary ? kernels.sumBinary : kernels.sumValued);
      }
    });
  }

private:
  /// The active channels of every input pixel.
  void listInputs() {
    int64_t rows = a.images * a.height * a.width;
    lists.resize(rows, a.channels);
    ActiveLists &shared = lists;
    parallelFor(rows, std::max<int64_t>(1, grainWork / a.channels), [&](int64_t begin, int64_t end) {
      visitType(a.input_type, a.input, [&](auto *data) {
        for (int64_t r = begin; r < end; ++r)
          shared.list(r, data + r * a.channels);
      });
    });
  }

  /// Input pixel that each tap of output pixel `pixel` reads, -1 for a tap in the padding.
  void findTapRows(int64_t pixel, int32_t *rows) const {
    int64_t x = pixel % a.out_width, y = pixel / a.out_width % a.out_height, image = pixel / a.out_width / a.out_height;
    for (int64_t kh = 0; kh < a.kernel[0]; ++kh) {
      int64_t inputY = y * a.strides[0] - a.padding[0] + kh * a.dilations[0];
      for (int64_t kw = 0; kw < a.kernel[1]; ++kw) {
        int64_t inputX = x * a.strides[1] - a.padding[1] + kw * a.dilations[1];
        bool inside = inputY >= 0 && inputY < a.height && inputX >= 0 && inputX < a.width;
        *rows++ = inside ? static_cast<int32_t>((image * a.height + inputY) * a.width + inputX) : -1;
      }
    }
  }

  /// Outputs of one block at the pixels of one tile. Taps are taken in groups whose weights stay in the cache; the
  /// groups ascend, so the order of each sum is that of one sweep.
  template <typename Sum, typename SumRows>
  void runTile(const ActiveRows &inputs, int64_t block, int64_t first, std::vector<Sum> &sums, SumRows sumRows) const {
    int64_t count = std::min(tilePixels, pixels - first);
    tapRows.resize(tilePixels * taps);
    for (int64_t p = 0; p < count; ++p)
      findTapRows(first + p, tapRows.data() + p * taps);
    sums.assign(tilePixels * SPIKE_RT_BLOCK, Sum(0));
    const float *weights = static_cast<const float *>(a.weight) + block * taps * a.channels * SPIKE_RT_BLOCK;
    int64_t tapBytes = a.channels * SPIKE_RT_BLOCK * static_cast<int64_t>(sizeof(float));
    int64_t group = std::max<int64_t>(1, cachedWeights / tapBytes);
    for (int64_t tap = 0; tap < taps; tap += group)
      for (int64_t p = 0; p < count; ++p)
        sumRows(inputs, tapRows.data() + p * taps, tap, std::min(tap + group, taps), weights,
                sums.data() + p * SPIKE_RT_BLOCK);
    int64_t output = block * SPIKE_RT_BLOCK, width = std::min<int64_t>(SPIKE_RT_BLOCK, a.outputs - output);
    for (int64_t p = 0; p < count; ++p) {
      float *out = static_cast<float *>(a.output) + (first + p) * a.outputs + output;
      const Sum *in = sums.data() + p * SPIKE_RT_BLOCK;
      for (int64_t n = 0; n < width; ++n)
        out[n] = static_cast<float>(a.bias ? in[n] + static_cast<Sum>(a.bias[output + n]) : in[n]);
    }
  }

  const spike_rt_conv_args &a;
  const RowKernels &kernels;
  int64_t taps, pixels;
};

} // namespace

extern "C" void spike_rt_conv(const spike_rt_conv_args *args) {
  if (args->groups > 1)
    runGroups(*args);
  else if (args->scale)
    runPlanes(*args);
  else if (!runDense(*args))
    Convolution(*args).run();
}
