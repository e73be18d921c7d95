// SPDX-License-Identifier: Apache-2.0
// What the plane kernels of AVX-512 VNNI and of AMX share.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_PLANESAVX512_H
#define SPIKE_LIB_RUNTIME_KERNELS_PLANESAVX512_H

#include "CombineAVX512.h"
#include "EventsAVX512.h"
#include "PlanesImpl.h"

#include <immintrin.h>

namespace {

/// Adds the dot products of a group of inputs with sixteen outputs.
inline __m512i addProducts(__m512i sum, const uint8_t *inputs, const int8_t *weights) {
  int32_t four;
  __builtin_memcpy(&four, inputs, sizeof(four));
  return _mm512_dpbusd_epi32(sum, _mm512_set1_epi32(four), _mm512_loadu_si512(weights));
}

/// Eight rows at a time times sixteen columns.
template <int rows>
void multiplyRows(const uint8_t *left, int64_t stride, const int8_t *right, int64_t groups, int32_t *output,
                  int64_t columns) {
  __m512i total[rows];
  for (__m512i &sum : total)
    sum = _mm512_setzero_si512();
  for (int64_t group = 0; group < groups; ++group, right += 64, left += 4) {
    __m512i y = _mm512_loadu_si512(right);
    for (int r = 0; r < rows; ++r) {
      int32_t four;
      __builtin_memcpy(&four, left + r * stride, 4);
      total[r] = _mm512_dpbusd_epi32(total[r], _mm512_set1_epi32(four), y);
    }
  }
  for (int r = 0; r < rows; ++r)
    _mm512_storeu_si512(output + r * columns, total[r]);
}

inline void multiplyBytesAVX512(const uint8_t *left, int64_t stride, int64_t rows, const int8_t *right, int64_t groups,
                                int64_t blocks, int32_t *output) {
  constexpr int64_t width = spike_rt::planeOutputs;
  for (int64_t block = 0; block < blocks; ++block, right += groups * 64, output += width) {
    int64_t row = 0;
    for (; row + 8 <= rows; row += 8)
      multiplyRows<8>(left + row * stride, stride, right, groups, output + row * blocks * width, blocks * width);
    for (; row < rows; ++row)
      multiplyRows<1>(left + row * stride, stride, right, groups, output + row * blocks * width, blocks * width);
  }
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_PLANESAVX512_H
