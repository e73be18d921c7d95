// SPDX-License-Identifier: Apache-2.0
// Convolutions and linear layers: each output pixel adds the weight rows of the active inputs that it sees.
#include "ActiveLists.h"
#include "Kernels/Rows.h"
#include "ThreadPool.h"

#include <algorithm>

using namespace spike_rt;

namespace {

/// One tile: a run of output pixels of one image row.
struct Tile {
  int64_t image, row, begin, end;
};

/// Input coordinate that tap `tap` of output position `out` reads; outside the image for a tap in the padding.
int64_t inputPosition(const spike_rt_conv_args &a, int axis, int64_t out, int64_t tap) {
  return out * a.strides[axis] - a.padding[axis] + tap * a.dilations[axis];
}

class ConvTile {
public:
  ConvTile(const spike_rt_conv_args &args, const RowKernels &kernels) : a(args), kernels(kernels) {}

  void run(const Tile &tile) {
    if (a.depthwise)
      return runDepthwise(tile);
    gather(tile);
    int64_t taps = a.kernel[0] * a.kernel[1], blocks = (a.outputs + SPIKE_RT_BLOCK - 1) / SPIKE_RT_BLOCK;
    alignas(64) float sums[SPIKE_RT_BLOCK];
    for (int64_t block = 0; block < blocks; ++block) {
      const float *weights = a.weight + block * taps * a.channels * SPIKE_RT_BLOCK;
      int64_t first = block * SPIKE_RT_BLOCK, count = std::min<int64_t>(SPIKE_RT_BLOCK, a.outputs - first);
      for (int64_t x = tile.begin; x < tile.end; ++x) {
        collectSegments(tile, x, weights);
        (a.binary ? kernels.sumBinary : kernels.sumValued)(segments.data(), segments.size(), sums);
        float *out = outputPixel(tile, x) + first;
        for (int64_t n = 0; n < count; ++n)
          out[n] = a.bias ? sums[n] + a.bias[first + n] : sums[n];
      }
    }
  }

private:
  float *outputPixel(const Tile &tile, int64_t x) const {
    return a.output + ((tile.image * a.out_height + tile.row) * a.out_width + x) * a.outputs;
  }

  const char *inputPixel(int64_t image, int64_t y, int64_t x) const {
    return static_cast<const char *>(a.input) +
           ((image * a.height + y) * a.width + x) * a.channels * sizeOf(a.input_type);
  }

  /// Lists the active inputs of every pixel that the tile reads.
  void gather(const Tile &tile) {
    firstColumn = std::max<int64_t>(0, inputPosition(a, 1, tile.begin, 0));
    int64_t lastColumn = std::min(a.width - 1, inputPosition(a, 1, tile.end - 1, a.kernel[1] - 1));
    columns = std::max<int64_t>(0, lastColumn - firstColumn + 1);
    lists.clear();
    for (int64_t kh = 0; kh < a.kernel[0]; ++kh) {
      int64_t y = inputPosition(a, 0, tile.row, kh);
      if (y < 0 || y >= a.height)
        continue;
      visitType(a.input_type, inputPixel(tile.image, y, firstColumn), [&](auto *pixel) {
        for (int64_t c = 0; c < columns; ++c)
          lists.append(pixel + c * a.channels, a.channels);
      });
    }
  }

  /// The segments of output pixel `x`, taps in ascending (kh, kw).
  void collectSegments(const Tile &tile, int64_t x, const float *weights) {
    segments.clear();
    int64_t listRow = 0;
    for (int64_t kh = 0; kh < a.kernel[0]; ++kh) {
      int64_t y = inputPosition(a, 0, tile.row, kh);
      if (y < 0 || y >= a.height)
        continue;
      for (int64_t kw = 0; kw < a.kernel[1]; ++kw) {
        int64_t column = inputPosition(a, 1, x, kw);
        if (column < 0 || column >= a.width)
          continue;
        int64_t list = listRow * columns + column - firstColumn;
        if (int64_t count = lists.getCount(list))
          segments.push_back({weights + (kh * a.kernel[1] + kw) * a.channels * SPIKE_RT_BLOCK,
                              lists.getIndices(list), lists.getValues(list), count});
      }
      ++listRow;
    }
  }

  void runDepthwise(const Tile &tile) {
    row.resize(a.channels);
    for (int64_t x = tile.begin; x < tile.end; ++x) {
      float *out = outputPixel(tile, x);
      std::fill(out, out + a.channels, 0.0f);
      for (int64_t kh = 0; kh < a.kernel[0]; ++kh)
        for (int64_t kw = 0; kw < a.kernel[1]; ++kw) {
          int64_t y = inputPosition(a, 0, tile.row, kh), column = inputPosition(a, 1, x, kw);
          if (y < 0 || y >= a.height || column < 0 || column >= a.width)
            continue;
          const float *values = nullptr;
          visitType(a.input_type, inputPixel(tile.image, y, column), [&](auto *pixel) {
            if constexpr (std::is_same_v<decltype(pixel), const float *>) {
              values = pixel;
            } else {
              for (int64_t c = 0; c < a.channels; ++c)
                row[c] = static_cast<float>(pixel[c]);
              values = row.data();
            }
          });
          kernels.multiplyAdd(out, values, a.weight + (kh * a.kernel[1] + kw) * a.channels, a.channels);
        }
      if (a.bias)
        for (int64_t c = 0; c < a.channels; ++c)
          out[c] += a.bias[c];
    }
  }

  const spike_rt_conv_args &a;
  const RowKernels &kernels;
  // Kept between tiles by the thread, so that a run allocates nothing once warm.
  static thread_local ActiveLists lists;
  static thread_local std::vector<Segment> segments;
  static thread_local std::vector<float> row;
  int64_t firstColumn = 0, columns = 0;
};

thread_local ActiveLists ConvTile::lists;
thread_local std::vector<Segment> ConvTile::segments;
thread_local std::vector<float> ConvTile::row;

} // namespace

extern "C" void spike_rt_conv(const spike_rt_conv_args *args) {
  const spike_rt_conv_args &a = *args;
  const RowKernels &kernels = getRowKernels();
  // Wide enough to reuse a block of weights from the cache, narrow enough to give every thread work.
  constexpr int64_t tileWidth = 16;
  int64_t tilesPerRow = (a.out_width + tileWidth - 1) / tileWidth;
  int64_t tiles = a.images * a.out_height * tilesPerRow;
  // A piece of work should cost much more than handing it out.
  constexpr int64_t grainWork = 1 << 16;
  int64_t tileWork = tileWidth * a.kernel[0] * a.kernel[1] * a.channels * (a.depthwise ? 1 : a.outputs);
  parallelFor(tiles, std::max<int64_t>(1, grainWork / tileWork), [&](int64_t begin, int64_t end) {
    ConvTile worker(a, kernels);
    for (int64_t t = begin; t < end; ++t) {
      int64_t first = t % tilesPerRow * tileWidth, row = t / tilesPerRow;
      worker.run({row / a.out_height, row % a.out_height, first, std::min(first + tileWidth, a.out_width)});
    }
  });
}
