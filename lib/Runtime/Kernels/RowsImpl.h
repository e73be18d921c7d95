// SPDX-License-Identifier: Apache-2.0
// Source of the row kernels, compiled once per instruction set. The lanes are outputs, so the order of the sum over
// inputs is the same in every version.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_ROWSIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_ROWSIMPL_H

#include "Rows.h"

namespace {

typedef float Lanes __attribute__((vector_size(64), aligned(4)));
constexpr int lanesPerBlock = SPIKE_RT_BLOCK / 16;

template <bool binary> void sumRows(const spike_rt::Segment *segments, int64_t count, float *sums) {
  Lanes acc[lanesPerBlock] = {};
  for (int64_t s = 0; s < count; ++s) {
    const spike_rt::Segment &segment = segments[s];
    for (int64_t i = 0; i < segment.count; ++i) {
      auto *row = reinterpret_cast<const Lanes *>(segment.weights + int64_t(segment.index[i]) * SPIKE_RT_BLOCK);
      if constexpr (binary) {
        for (int l = 0; l < lanesPerBlock; ++l)
          acc[l] += row[l];
      } else {
        float x = segment.value[i];
        for (int l = 0; l < lanesPerBlock; ++l)
          acc[l] += row[l] * x;
      }
    }
  }
  for (int l = 0; l < lanesPerBlock; ++l)
    reinterpret_cast<Lanes *>(sums)[l] = acc[l];
}

void multiplyAdd(float *__restrict out, const float *__restrict x, const float *__restrict w, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    out[i] += x[i] * w[i];
}

void addScaledRow(float *__restrict out, const float *__restrict row, float x, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    out[i] += x * row[i];
}

constexpr spike_rt::RowKernels makeRowKernels(const char *name) {
  return {name, sumRows<true>, sumRows<false>, multiplyAdd, addScaledRow};
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_ROWSIMPL_H
