// SPDX-License-Identifier: Apache-2.0
// Source of the row kernels, compiled once per instruction set. The lanes are outputs, so the order of the sum over
// inputs is the same in every version.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_ROWSIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_ROWSIMPL_H

#include "DenseImpl.h"
#include "LanesImpl.h"
#include "Rows.h"

namespace {

template <typename Sum>
struct LanesOf;
template <>
struct LanesOf<float> {
  typedef float Row __attribute__((vector_size(64), aligned(4)));
  typedef float type __attribute__((vector_size(64), aligned(4)));
};
template <>
struct LanesOf<double> {
  typedef float Row __attribute__((vector_size(32), aligned(4)));
  typedef double type __attribute__((vector_size(64), aligned(8)));
};

template <bool binary, typename Sum>
void sumRows(const spike_rt::ActiveRows &inputs, const int32_t *rows, int64_t first, int64_t last, const float *weights,
             Sum *sums) {
  using Lanes = typename LanesOf<Sum>::type;
  using Row = typename LanesOf<Sum>::Row;
  constexpr int lanesPerBlock = SPIKE_RT_BLOCK * sizeof(Sum) / sizeof(Lanes);
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
      auto *row = reinterpret_cast<const Row *>(tapWeights + int64_t(index[i]) * SPIKE_RT_BLOCK);
      for (int l = 0; l < lanesPerBlock; ++l) {
        Lanes w = __builtin_convertvector(row[l], Lanes);
        acc[l] += binary ? w : w * static_cast<Sum>(value[i]);
      }
    }
  }
  for (int l = 0; l < lanesPerBlock; ++l)
    reinterpret_cast<Lanes *>(sums)[l] = acc[l];
}

void addScaledRow(float *__restrict out, const float *__restrict row, float x, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    out[i] += x * row[i];
}

void takeMaximum(float *__restrict out, const float *__restrict x, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    float before = out[i], value = x[i];
    int32_t own, other;
    __builtin_memcpy(&own, &before, sizeof(own));
    __builtin_memcpy(&other, &value, sizeof(other));
    // Equal numbers have equal bits, or are zeros, of which the positive one has the fewer bits.
    int32_t larger = value > before || value != value ? other : own;
    own = value == before ? own & other : larger;
    __builtin_memcpy(out + i, &own, sizeof(own));
  }
}

void takeMaximumApart(float *__restrict out, const float *__restrict x, int64_t pieces, int64_t size, int64_t stride) {
  constexpr int64_t block = SPIKE_RT_PLANE_OUTPUTS; // what most have
  if (size == block)
    for (int64_t piece = 0; piece < pieces; ++piece)
      takeMaximum(out + piece * block, x + piece * stride, block);
  else
    for (int64_t piece = 0; piece < pieces; ++piece)
      takeMaximum(out + piece * size, x + piece * stride, size);
}

void takeMaximumBytes(uint8_t *__restrict out, const uint8_t *__restrict x, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    out[i] = out[i] < x[i] ? x[i] : out[i];
}

constexpr spike_rt::RowKernels makeRowKernels(const char *name) {
  return {name,
          sumRows<true, float>,
          sumRows<false, float>,
          sumRows<false, double>,
          sumDense,
          sumLanes<PairSums<false>>,
          sumLanes<PairSums<true>>,
          sumLanes<RealSums<float>>,
          sumLanes<RealSums<double>>,
          pairBytes,
          addScaledRow,
          takeMaximum,
          takeMaximumApart,
          takeMaximumBytes};
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_ROWSIMPL_H
