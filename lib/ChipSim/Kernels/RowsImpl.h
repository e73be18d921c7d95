// SPDX-License-Identifier: Apache-2.0
// Sums of weight rows. Partial sums are 16 bits wide: a batch of rows ends before they could leave them.
#ifndef SPIKE_LIB_CHIPSIM_KERNELS_ROWSIMPL_H
#define SPIKE_LIB_CHIPSIM_KERNELS_ROWSIMPL_H

#include "Kernels.h"
#include <algorithm>

namespace {

using spike::chip::RowSum;

constexpr int64_t lanes = 32;
typedef int16_t Narrow __attribute__((vector_size(2 * lanes)));
typedef int32_t Full __attribute__((vector_size(4 * lanes)));
typedef int32_t FullUnaligned __attribute__((vector_size(4 * lanes), aligned(4)));

template <typename Weight>
struct WeightLanes {
  typedef Weight type __attribute__((vector_size(lanes * sizeof(Weight)), aligned(sizeof(Weight))));
};

/// The largest magnitude of a weight in a kernel; so many of them, or of their payloads, fit 16 bits.
template <typename Weight>
constexpr uint32_t narrowLimit = 32767 / (sizeof(Weight) == 1 ? 128 : 255);

inline uint32_t magnitude(int32_t payload) { return payload < 0 ? 0u - static_cast<uint32_t>(payload) : payload; }

/// The end of the batch of rows from `begin` on, and whether 16 bits hold its sums.
template <typename Weight>
std::pair<int64_t, bool> nextBatch(const RowSum<Weight> &sum, int64_t begin) {
  constexpr uint32_t limit = narrowLimit<Weight>;
  if (!sum.payloads)
    return {std::min<int64_t>(sum.count, begin + int64_t(limit)), true};
  int64_t end = begin;
  bool narrow = magnitude(sum.payloads[begin]) <= limit;
  uint32_t total = 0;
  for (; end < sum.count; ++end) {
    uint32_t size = magnitude(sum.payloads[end]);
    if ((size <= limit) != narrow)
      break;
    total += narrow ? size : 0;
    if (total > limit)
      break;
  }
  return {end, narrow};
}

template <int vectors, bool valued, typename Weight>
void sumNarrowly(const RowSum<Weight> &sum, const Weight *weights, int64_t begin, int64_t end,
                 Narrow (&partial)[vectors]) {
  using Row = typename WeightLanes<Weight>::type;
  for (int64_t r = begin; r < end; ++r) {
    auto *row = reinterpret_cast<const Row *>(weights + sum.rows[r] * sum.stride);
    int16_t payload = valued ? static_cast<int16_t>(sum.payloads[r]) : 1;
    for (int l = 0; l < vectors; ++l) {
      Narrow w = __builtin_convertvector(row[l], Narrow);
      partial[l] += valued ? w * payload : w;
    }
  }
}

template <int vectors, typename Weight>
void addTile(const RowSum<Weight> &sum, int64_t first, int64_t width) {
  using Row = typename WeightLanes<Weight>::type;
  const Weight *weights = sum.weights + first;
  Full total[vectors];
  for (int64_t begin = 0; begin < sum.count;) {
    auto [end, narrow] = nextBatch(sum, begin);
    if (narrow) {
      Narrow partial[vectors] = {};
      if (sum.payloads)
        sumNarrowly<vectors, true>(sum, weights, begin, end, partial);
      else
        sumNarrowly<vectors, false>(sum, weights, begin, end, partial);
      for (int l = 0; l < vectors; ++l) {
        Full wide = __builtin_convertvector(partial[l], Full);
        total[l] = begin == 0 ? wide : total[l] + wide;
      }
    } else {
      if (begin == 0)
        for (Full &t : total)
          t = Full{};
      for (int64_t r = begin; r < end; ++r) {
        auto *row = reinterpret_cast<const Row *>(weights + sum.rows[r] * sum.stride);
        for (int l = 0; l < vectors; ++l)
          total[l] += __builtin_convertvector(row[l], Full) * sum.payloads[r];
      }
    }
    begin = end;
  }
  int32_t *sums = sum.sums + first;
  if (width >= vectors * lanes) {
    for (int l = 0; l < vectors; ++l)
      reinterpret_cast<FullUnaligned *>(sums)[l] += (total[l] << sum.left) >> sum.right;
    return;
  }
  alignas(64) int32_t tail[vectors * lanes];
  for (int l = 0; l < vectors; ++l)
    reinterpret_cast<Full *>(tail)[l] = (total[l] << sum.left) >> sum.right;
  for (int64_t i = 0; i < width; ++i)
    sums[i] += tail[i];
}

template <typename Weight>
void addRows(const RowSum<Weight> &sum) {
  if (sum.count == 0)
    return;
  int64_t first = 0;
  // The wider the tile, the fewer passes over the list of rows; its sums stay in registers.
#if defined(__AVX512F__)
  for (; sum.width - first >= 16 * lanes; first += 16 * lanes)
    addTile<16>(sum, first, 16 * lanes);
  for (; sum.width - first >= 8 * lanes; first += 8 * lanes)
    addTile<8>(sum, first, 8 * lanes);
#endif
  for (; sum.width - first >= 4 * lanes; first += 4 * lanes)
    addTile<4>(sum, first, 4 * lanes);
  for (; first < sum.width; first += 2 * lanes)
    addTile<2>(sum, first, sum.width - first);
}

} // namespace

#endif // SPIKE_LIB_CHIPSIM_KERNELS_ROWSIMPL_H
