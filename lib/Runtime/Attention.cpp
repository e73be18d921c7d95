// SPDX-License-Identifier: Apache-2.0
// Attention over spikes: two products of small integers per head and time step, and the neurons behind them. What a
// head needs is copied into packed bytes, so that queries, keys and values may lie anywhere.
#include "Kernels/Planes.h"
#include "ThreadPool.h"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace spike_rt;

namespace {

int64_t roundUp(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

constexpr int64_t group = 4;

/// Memory of one thread.
struct Scratch {
  std::vector<uint8_t> left, products, spikes;
  std::vector<int8_t> right, last;
  std::vector<int32_t> sums;
  std::vector<float> currents;
};

thread_local Scratch scratch;

/// A matrix in memory.
struct Matrix {
  const uint8_t *data;
  int64_t rowStride, columnStride;
  uint8_t at(int64_t row, int64_t column) const { return data[row * rowStride + column * columnStride]; }
};

class Attention {
public:
  explicit Attention(const spike_rt_attention_args &args)
      : a(args), kernels(getPlaneKernels()), depth(roundUp(a.k, group)), products(roundUp(a.n, planeOutputs)),
        columns(roundUp(a.j, planeOutputs)), tiles(roundUp(a.m * columns, SPIKE_RT_TILE) / SPIKE_RT_TILE) {
    auto bits = static_cast<uint32_t>(a.scale);
    std::memcpy(&scale, &bits, sizeof(scale));
  }

  void run() {
    parallelFor(a.outer[0] * a.outer[1], 1, [&](int64_t begin, int64_t end) {
      prepare();
      for (int64_t element = begin; element < end; ++element)
        compute(element / a.outer[1], element % a.outer[1]);
    });
  }

private:
  void prepare() const {
    scratch.left.resize(a.m * depth);
    scratch.right.resize(products * depth);
    scratch.products.resize(a.m * products);
    scratch.last.resize(columns * products);
    scratch.sums.resize(a.m * std::max(products, columns));
    scratch.currents.resize(tiles * a.steps * SPIKE_RT_TILE);
    scratch.spikes.resize(tiles * a.steps * SPIKE_RT_TILE);
  }

  Matrix find(const uint8_t *data, const spike_rt_view &view, int64_t step, int64_t outer, int64_t inner) const {
    return {data + view.offset + step * view.strides[0] + outer * view.strides[1] + inner * view.strides[2],
            view.strides[3], view.strides[4]};
  }

  void compute(int64_t outer, int64_t inner) const {
    for (int64_t t = 0; t < a.steps; ++t) {
      packRows(find(a.left, a.left_view, t, outer, inner));
      packColumns(find(a.right, a.right_view, t, outer, inner), a.k, a.n, depth, scratch.right.data());
      packColumns(find(a.last, a.last_view, t, outer, inner), a.n, a.j, products, scratch.last.data());
      int32_t *sums = scratch.sums.data();
      kernels.multiplyBytes(scratch.left.data(), depth, a.m, scratch.right.data(), depth / group,
                            products / planeOutputs, sums);
      for (int64_t i = 0; i < a.m * products; ++i)
        scratch.products[i] = static_cast<uint8_t>(sums[i]);
      kernels.multiplyBytes(scratch.products.data(), products, a.m, scratch.last.data(), products / group,
                            columns / planeOutputs, sums);
      store(t);
    }
    for (int64_t tile = 0; tile < tiles; ++tile)
      for (int64_t i = 0; i < SPIKE_RT_TILE; i += SPIKE_RT_NEURONS)
        a.neuron(scratch.currents.data() + tile * a.steps * SPIKE_RT_TILE + i,
                 scratch.spikes.data() + tile * a.steps * SPIKE_RT_TILE + i);
    for (int64_t t = 0; t < a.steps; ++t)
      scatter(t, find(a.output, a.output_view, t, outer, inner));
  }

  /// Bytes of rows that follow each other, padded with zeros.
  void packRows(Matrix from) const {
    uint8_t *to = scratch.left.data();
    for (int64_t row = 0; row < a.m; ++row, to += depth) {
      if (from.columnStride == 1)
        std::memcpy(to, from.data + row * from.rowStride, a.k);
      else
        for (int64_t k = 0; k < a.k; ++k)
          to[k] = from.at(row, k);
      std::memset(to + a.k, 0, depth - a.k);
    }
  }

  /// [columns / 16][depth / 4][16][4] of a matrix of `rows` times `count`, padded with zeros.
  static void packColumns(Matrix from, int64_t rows, int64_t count, int64_t depth, int8_t *to) {
    for (int64_t first = 0; first < count; first += planeOutputs)
      for (int64_t row = 0; row < depth; row += group, to += planeOutputs * group) {
        int64_t present = std::min(planeOutputs, count - first);
        if (row + group <= rows && present == planeOutputs)
          packBlock({&from.data[row * from.rowStride + first * from.columnStride], from.rowStride, from.columnStride},
                    to);
        else
          for (int64_t n = 0; n < planeOutputs; ++n)
            for (int64_t i = 0; i < group; ++i)
              to[n * group + i] = n < present && row + i < rows ? static_cast<int8_t>(from.at(row + i, first + n)) : 0;
      }
  }

  /// Four rows of sixteen columns.
  static void packBlock(Matrix from, int8_t *to) {
    if (from.rowStride == 1) {
      for (int64_t n = 0; n < planeOutputs; ++n)
        std::memcpy(to + n * group, from.data + n * from.columnStride, group);
      return;
    }
    uint8_t rows[group][planeOutputs];
    for (int64_t i = 0; i < group; ++i)
      if (from.columnStride == 1)
        std::memcpy(rows[i], from.data + i * from.rowStride, planeOutputs);
      else
        for (int64_t n = 0; n < planeOutputs; ++n)
          rows[i][n] = from.at(i, n);
    for (int64_t n = 0; n < planeOutputs; ++n)
      for (int64_t i = 0; i < group; ++i)
        to[n * group + i] = static_cast<int8_t>(rows[i][n]);
  }

  /// Currents of one step, in tiles that hold all steps.
  void store(int64_t step) const {
    for (int64_t i = 0; i < a.m * columns; i += planeOutputs) {
      float *to = scratch.currents.data() + (i / SPIKE_RT_TILE * a.steps + step) * SPIKE_RT_TILE + i % SPIKE_RT_TILE;
      for (int64_t n = 0; n < planeOutputs; ++n)
        to[n] = static_cast<float>(scratch.sums[i + n]) * scale;
    }
  }

  void scatter(int64_t step, Matrix to) const {
    auto *out = const_cast<uint8_t *>(to.data);
    for (int64_t row = 0; row < a.m; ++row)
      for (int64_t first = 0; first < a.j; first += planeOutputs) {
        int64_t i = row * columns + first, count = std::min(planeOutputs, a.j - first);
        const uint8_t *from =
            scratch.spikes.data() + (i / SPIKE_RT_TILE * a.steps + step) * SPIKE_RT_TILE + i % SPIKE_RT_TILE;
        uint8_t *at = out + row * to.rowStride + first * to.columnStride;
        if (to.columnStride == 1 && count == planeOutputs)
          std::memcpy(at, from, planeOutputs);
        else
          for (int64_t n = 0; n < count; ++n)
            at[n * to.columnStride] = from[n];
      }
  }

  const spike_rt_attention_args &a;
  const PlaneKernels &kernels;
  int64_t depth, products, columns, tiles; ///< padded K, N and J; tiles of M * J
  float scale;
};

} // namespace

extern "C" void spike_rt_attention(const spike_rt_attention_args *args) { Attention(*args).run(); }
