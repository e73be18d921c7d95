// SPDX-License-Identifier: Apache-2.0
// Putting the sums of three planes together with AVX-512.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_PLANESAVX512_H
#define SPIKE_LIB_RUNTIME_KERNELS_PLANESAVX512_H

#include "PlanesImpl.h"

#include <immintrin.h>

namespace {

struct Outputs8 {
  __m512d scale, bias;
};

inline __m512d toDouble(__m512i sums, int half) {
  return _mm512_cvtepi32_pd(half ? _mm512_extracti64x4_epi64(sums, 1) : _mm512_castsi512_si256(sums));
}

/// Eight outputs: total * scale is exact, so that a fused addition of the bias rounds as a separate one.
template <spike_rt::Fits fits>
__m256 combine8(__m512i p0, __m512i p1, __m512i p2, int half, const Outputs8 &outputs) {
  using spike_rt::Fits;
  __m512d total;
  if constexpr (fits == Fits::oneDigit)
    total = _mm512_fmadd_pd(toDouble(p1, half), _mm512_set1_pd(256.0), toDouble(p0, half));
  else // p0 holds the sum of the lower digits, or of all
    total = toDouble(p0, half);
  if constexpr (fits != Fits::all)
    total = _mm512_fmadd_pd(toDouble(p2, half), _mm512_set1_pd(65536.0), total);
  return _mm512_cvtpd_ps(_mm512_fmadd_pd(total, outputs.scale, outputs.bias));
}

template <spike_rt::Fits fits>
void combineRows(const int32_t *sums, int64_t count, int64_t valid, const float *scale, const float *bias,
                 float *output, int64_t stride, int64_t columns) {
  using spike_rt::Fits;
  auto present = static_cast<__mmask16>((1u << columns) - 1);
  __m512 scales = _mm512_loadu_ps(scale), biases = bias ? _mm512_maskz_loadu_ps(present, bias) : _mm512_setzero_ps();
  Outputs8 low = {_mm512_cvtps_pd(_mm512_castps512_ps256(scales)), _mm512_cvtps_pd(_mm512_castps512_ps256(biases))};
  Outputs8 high = {_mm512_cvtps_pd(_mm512_extractf32x8_ps(scales, 1)),
                   _mm512_cvtps_pd(_mm512_extractf32x8_ps(biases, 1))};
  int64_t plane = count * spike_rt::planeOutputs;
  for (int64_t r = 0; r < valid; ++r, sums += spike_rt::planeOutputs, output += stride) {
    __m512i p0 = _mm512_loadu_si512(sums), p1 = _mm512_loadu_si512(sums + plane),
            p2 = _mm512_loadu_si512(sums + 2 * plane);
    if constexpr (fits != Fits::oneDigit)
      p0 = _mm512_add_epi32(p0, _mm512_slli_epi32(p1, 8));
    if constexpr (fits == Fits::all) // what overflows on the way comes back
      p0 = _mm512_add_epi32(p0, _mm512_slli_epi32(p2, 16));
    __m512 row = _mm512_castps256_ps512(combine8<fits>(p0, p1, p2, 0, low));
    row = _mm512_insertf32x8(row, combine8<fits>(p0, p1, p2, 1, high), 1);
    _mm512_mask_storeu_ps(output, present, row);
  }
}

inline void combineAVX512(const int32_t *sums, int64_t count, int64_t valid, const float *scale, const float *bias,
                          float *output, int64_t stride, int64_t columns, spike_rt::Fits fits) {
  using spike_rt::Fits;
  auto combine = fits == Fits::all         ? combineRows<Fits::all>
                 : fits == Fits::twoDigits ? combineRows<Fits::twoDigits>
                                           : combineRows<Fits::oneDigit>;
  combine(sums, count, valid, scale, bias, output, stride, columns);
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
