// SPDX-License-Identifier: Apache-2.0
// Source of the row kernels, compiled once per instruction set. The lanes are outputs, so the order of the sum over
// inputs is the same in every version.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_ROWSIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_ROWSIMPL_H

#include "Rows.h"

namespace {

typedef float Lanes __attribute__((vector_size(64), aligned(4)));
constexpr int lanesPerBlock = SPIKE_RT_BLOCK / 16;

template <bool binary>
void sumRows(const spike_rt::ActiveRows &inputs, const int32_t *rows, int64_t first, int64_t last, const float *weights,
             float *sums) {
  Lanes acc[lanesPerBlock];
  for (int l = 0; l < lanesPerBlock; ++l)
    acc[l] = reinterpret_cast<const Lanes *>(sums)[l];
  for (int64_t tap = first; tap < last; ++tap) {
    if (rows[tap] < 0)
      continue;
    int64_t start = rows[tap] * inputs.length, count = inputs.count[rows[tap]];
    const uint32_t *index = inputs.index + start;
    const float *value = inputs.value + start;
    const float *tapWeights = weights + tap * inputs.length * SPIKE_RT_BLOCK;
    for (int64_t i = 0; i < count; ++i) {
      auto *row = reinterpret_cast<const Lanes *>(tapWeights + int64_t(index[i]) * SPIKE_RT_BLOCK);
      for (int l = 0; l < lanesPerBlock; ++l)
        acc[l] += binary ? row[l] : row[l] * value[i];
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
