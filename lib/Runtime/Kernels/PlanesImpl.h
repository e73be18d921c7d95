// SPDX-License-Identifier: Apache-2.0
// What the plane kernels of all instruction sets share, compiled once for each of them.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_PLANESIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_PLANESIMPL_H

#include "Planes.h"

namespace {

inline void nothing() {}

inline void combinePlanes(const spike_rt::Sums &sums, int64_t valid, const float *scale, const float *bias,
                          float *output, int64_t stride, int64_t columns) {
  using namespace spike_rt;
  double scales[planeOutputs], biases[planeOutputs];
  for (int64_t n = 0; n < planeOutputs; ++n) {
    scales[n] = scale[n];
    biases[n] = bias && n < columns ? bias[n] : 0.0;
  }
  int64_t plane = sums.rows * planeOutputs;
  auto radix = static_cast<double>(int64_t(1) << sums.bits);
  for (int64_t r = 0; r < valid; ++r) {
    // Every step before the bias is exact: integers below 2^53 and a power of two. Adding a zero bias is exact, too.
    double total[planeOutputs] = {};
    for (int64_t p = sums.planes - 1; p >= 0; --p)
      for (int64_t n = 0; n < planeOutputs; ++n)
        total[n] = total[n] * radix + sums.sums[p * plane + r * planeOutputs + n];
    float row[planeOutputs];
    for (int64_t n = 0; n < planeOutputs; ++n)
      row[n] = static_cast<float>(total[n] * scales[n] + biases[n]);
    float *out = output + r * stride;
    if (columns == planeOutputs)
      __builtin_memcpy(out, row, sizeof(row));
    else
      __builtin_memcpy(out, row, columns * sizeof(float));
  }
}

inline const uint8_t *findRow(const spike_rt::Product &a, int64_t row) {
  return a.rows[row / spike_rt::planeStep] + row % spike_rt::planeStep * a.stride;
}

/// Dot products of a group of inputs with the weights of all outputs.
inline void addProducts(int32_t *total, const uint8_t *x, const int8_t *w) {
  for (int64_t n = 0; n < spike_rt::planeOutputs; ++n)
    total[n] += x[0] * w[4 * n] + x[1] * w[4 * n + 1] + x[2] * w[4 * n + 2] + x[3] * w[4 * n + 3];
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_PLANESIMPL_H
