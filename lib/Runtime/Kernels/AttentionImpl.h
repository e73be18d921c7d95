// SPDX-License-Identifier: Apache-2.0
// One head of attention over spikes, compiled once for each instruction set: two products of small integers per time
// step, and the neurons behind them. What the head needs is copied into packed bytes, so that queries, keys and values
// may lie anywhere. Nothing here may be a function that other files have, too: the linker would take any of them.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_ATTENTIONIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_ATTENTIONIMPL_H

#include "Planes.h"

namespace {

/// A matrix in memory.
struct Matrix {
  const uint8_t *data;
  int64_t rowStride, columnStride;
  uint8_t at(int64_t row, int64_t column) const { return data[row * rowStride + column * columnStride]; }
};

class Head {
public:
  static constexpr int64_t width = spike_rt::planeOutputs, group = 4;

  Head(const spike_rt_attention_args &args, const spike_rt::AttentionScratch &scratch, int64_t outer, int64_t inner)
      : a(args), scratch(scratch), sizes(args), outer(outer), inner(inner) {
    auto bits = static_cast<uint32_t>(a.scale);
    __builtin_memcpy(&scale, &bits, sizeof(scale));
  }

  template <typename MultiplyBytes>
  void run(MultiplyBytes multiplyBytes) const {
    for (int64_t t = 0; t < a.steps; ++t) {
      packRows(find(a.left, a.left_view, t));
      packColumns(find(a.right, a.right_view, t), a.k, a.n, sizes.depth, scratch.right);
      packColumns(find(a.last, a.last_view, t), a.n, a.j, sizes.products, scratch.last);
      multiplyBytes(scratch.left, sizes.depth, a.m, scratch.right, sizes.depth / group, sizes.products / width,
                    scratch.sums);
      narrow(scratch.sums, a.m * sizes.products, scratch.products);
      multiplyBytes(scratch.products, sizes.products, a.m, scratch.last, sizes.products / group, sizes.columns / width,
                    scratch.sums);
      store(t);
    }
    for (int64_t tile = 0; tile < sizes.tiles; ++tile)
      for (int64_t i = 0; i < SPIKE_RT_TILE; i += SPIKE_RT_NEURONS)
        a.neuron(scratch.currents + tile * a.steps * SPIKE_RT_TILE + i,
                 scratch.spikes + tile * a.steps * SPIKE_RT_TILE + i);
    for (int64_t t = 0; t < a.steps; ++t)
      scatter(t, find(a.output, a.output_view, t));
  }

private:
  Matrix find(const uint8_t *data, const spike_rt_view &view, int64_t step) const {
    return {data + view.offset + step * view.strides[0] + outer * view.strides[1] + inner * view.strides[2],
            view.strides[3], view.strides[4]};
  }

  static void narrow(const int32_t *__restrict from, int64_t count, uint8_t *__restrict to) {
    for (int64_t i = 0; i < count; ++i)
      to[i] = static_cast<uint8_t>(from[i]);
  }

  /// Bytes of rows that follow each other, padded with zeros.
  void packRows(Matrix from) const {
    uint8_t *to = scratch.left;
    for (int64_t row = 0; row < a.m; ++row, to += sizes.depth) {
      int64_t k = 0;
      if (from.columnStride == 1)
        for (; k + width <= a.k; k += width)
          __builtin_memcpy(to + k, from.data + row * from.rowStride + k, width);
      for (; k < a.k; ++k)
        to[k] = from.at(row, k);
      for (; k < sizes.depth; ++k)
        to[k] = 0;
    }
  }

  /// [columns / 16][depth / 4][16][4] of a matrix of `rows` times `count`, padded with zeros.
  static void packColumns(Matrix from, int64_t rows, int64_t count, int64_t depth, int8_t *to) {
    for (int64_t first = 0; first < count; first += width)
      for (int64_t row = 0; row < depth; row += group, to += width * group) {
        int64_t present = count - first < width ? count - first : width;
        if (row + group <= rows && present == width)
          packBlock({&from.data[row * from.rowStride + first * from.columnStride], from.rowStride, from.columnStride},
                    to);
        else
          for (int64_t n = 0; n < width; ++n)
            for (int64_t i = 0; i < group; ++i)
              to[n * group + i] = n < present && row + i < rows ? static_cast<int8_t>(from.at(row + i, first + n)) : 0;
      }
  }

  typedef uint8_t Row __attribute__((vector_size(16)));
  static Row zipLow(Row a, Row b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }
  static Row zipHigh(Row a, Row b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
  static Row zipPairsLow(Row a, Row b) {
    return __builtin_shufflevector(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
  }
  static Row zipPairsHigh(Row a, Row b) {
    return __builtin_shufflevector(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
  }

  /// Four rows of sixteen columns.
  static void packBlock(Matrix from, int8_t *to) {
    if (from.rowStride == 1) {
      for (int64_t n = 0; n < width; ++n)
        __builtin_memcpy(to + n * group, from.data + n * from.columnStride, group);
      return;
    }
    Row rows[group];
    for (int64_t i = 0; i < group; ++i)
      if (from.columnStride == 1)
        __builtin_memcpy(&rows[i], from.data + i * from.rowStride, width);
      else
        for (int64_t n = 0; n < width; ++n)
          rows[i][n] = from.at(i, n);
    // Bytes of two rows in turn, then pairs of both.
    Row low01 = zipLow(rows[0], rows[1]), high01 = zipHigh(rows[0], rows[1]);
    Row low23 = zipLow(rows[2], rows[3]), high23 = zipHigh(rows[2], rows[3]);
    Row zipped[group] = {zipPairsLow(low01, low23), zipPairsHigh(low01, low23), zipPairsLow(high01, high23),
                         zipPairsHigh(high01, high23)};
    __builtin_memcpy(to, zipped, sizeof(zipped));
  }

  /// Currents of one step, in tiles that hold all steps.
  void store(int64_t step) const {
    for (int64_t i = 0; i < a.m * sizes.columns; i += width) {
      float *to = scratch.currents + (i / SPIKE_RT_TILE * a.steps + step) * SPIKE_RT_TILE + i % SPIKE_RT_TILE;
      for (int64_t n = 0; n < width; ++n)
        to[n] = static_cast<float>(scratch.sums[i + n]) * scale;
    }
  }

  void scatter(int64_t step, Matrix to) const {
    auto *out = const_cast<uint8_t *>(to.data);
    for (int64_t row = 0; row < a.m; ++row)
      for (int64_t first = 0; first < a.j; first += width) {
        int64_t i = row * sizes.columns + first, count = a.j - first < width ? a.j - first : width;
        const uint8_t *from = scratch.spikes + (i / SPIKE_RT_TILE * a.steps + step) * SPIKE_RT_TILE + i % SPIKE_RT_TILE;
        uint8_t *at = out + row * to.rowStride + first * to.columnStride;
        if (to.columnStride == 1 && count == width)
          __builtin_memcpy(at, from, width);
        else
          for (int64_t n = 0; n < count; ++n)
            at[n * to.columnStride] = from[n];
      }
  }

  const spike_rt_attention_args &a;
  const spike_rt::AttentionScratch &scratch;
  spike_rt::AttentionSizes sizes;
  int64_t outer, inner;
  float scale;
};

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_ATTENTIONIMPL_H
