// SPDX-License-Identifier: Apache-2.0
// What the plane kernels of all instruction sets share, compiled once for each of them.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_PLANESIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_PLANESIMPL_H

#include "Planes.h"

namespace {

inline void nothing() {}

inline void combinePlanes(const int32_t *sums, int64_t count, int64_t valid, const float *scale, const float *bias,
                          float *output, int64_t stride, int64_t columns, spike_rt::Fits) {
  using namespace spike_rt;
  double scales[planeOutputs], biases[planeOutputs];
  for (int64_t n = 0; n < planeOutputs; ++n) {
    scales[n] = scale[n];
    biases[n] = bias && n < columns ? bias[n] : 0.0;
  }
  // Sums of one plane lie `plane` elements apart.
  int64_t plane = count * planeOutputs;
  for (int64_t r = 0; r < valid; ++r) {
    const int32_t *p = sums + r * planeOutputs;
    float row[planeOutputs];
    for (int64_t n = 0; n < planeOutputs; ++n) {
      // Every step before the bias is exact: integers below 2^53 and a power of two. Adding a zero bias is exact, too.
      double total = 65536.0 * p[2 * plane + n] + 256.0 * p[plane + n] + p[n];
      row[n] = static_cast<float>(total * scales[n] + biases[n]);
    }
    float *out = output + r * stride;
    if (columns == planeOutputs)
      __builtin_memcpy(out, row, sizeof(row));
    else
      __builtin_memcpy(out, row, columns * sizeof(float));
  }
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_PLANESIMPL_H
