// SPDX-License-Identifier: Apache-2.0
// Currents of sums of digit planes, for AVX-512.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_COMBINEAVX512_H
#define SPIKE_LIB_RUNTIME_KERNELS_COMBINEAVX512_H

#include "Planes.h"

#include <immintrin.h>

namespace {

struct Outputs8 {
  __m512d scale, bias;
};

inline __m512d toDouble(__m512i sums, int half) {
  return _mm512_cvtepi32_pd(half ? _mm512_extracti64x4_epi64(sums, 1) : _mm512_castsi512_si256(sums));
}

/// Sixteen outputs. total * scale is exact, so that a fused addition of the bias rounds as a separate one.
template <int planes, int joined>
__m512 combine16(const int32_t *sums, int64_t plane, double radix, const Outputs8 &low, const Outputs8 &high) {
  static_assert(1 <= joined && joined <= planes);
  // What overflows on the way to a joined sum comes back.
  __m512i lowest = _mm512_loadu_si512(sums);
  for (int p = 1; p < joined; ++p)
    lowest = _mm512_add_epi32(lowest, _mm512_slli_epi32(_mm512_loadu_si512(sums + p * plane), 8 * p));
  const Outputs8 *outputs[] = {&low, &high};
  const double powers[] = {1.0, radix, radix * radix};
  __m256 halves[2];
  for (int half = 0; half < 2; ++half) {
    __m512d total = toDouble(lowest, half);
    for (int p = joined; p < planes; ++p)
      total = _mm512_fmadd_pd(toDouble(_mm512_loadu_si512(sums + p * plane), half), _mm512_set1_pd(powers[p]), total);
    halves[half] = _mm512_cvtpd_ps(_mm512_fmadd_pd(total, outputs[half]->scale, outputs[half]->bias));
  }
  return _mm512_insertf32x8(_mm512_castps256_ps512(halves[0]), halves[1], 1);
}

template <int planes, int joined>
void combineRows(const spike_rt::Sums &from, int64_t valid, const float *scale, const float *bias, float *output,
                 int64_t stride, int64_t columns) {
  auto present = static_cast<__mmask16>((1u << columns) - 1);
  __m512 scales = _mm512_loadu_ps(scale), biases = bias ? _mm512_maskz_loadu_ps(present, bias) : _mm512_setzero_ps();
  Outputs8 low = {_mm512_cvtps_pd(_mm512_castps512_ps256(scales)), _mm512_cvtps_pd(_mm512_castps512_ps256(biases))};
  Outputs8 high = {_mm512_cvtps_pd(_mm512_extractf32x8_ps(scales, 1)),
                   _mm512_cvtps_pd(_mm512_extractf32x8_ps(biases, 1))};
  const int32_t *sums = from.sums;
  for (int64_t r = 0; r < valid; ++r, sums += spike_rt::planeOutputs, output += stride)
    _mm512_mask_storeu_ps(output, present,
                          combine16<planes, joined>(sums, from.rows * spike_rt::planeOutputs,
                                                    static_cast<double>(int64_t(1) << from.bits), low, high));
}

inline void combineAVX512(const spike_rt::Sums &sums, int64_t valid, const float *scale, const float *bias,
                          float *output, int64_t stride, int64_t columns) {
  constexpr decltype(&combineRows<1, 1>) versions[3][3] = {
      {combineRows<1, 1>, nullptr, nullptr},
      {combineRows<2, 1>, combineRows<2, 2>, nullptr},
      {combineRows<3, 1>, combineRows<3, 2>, combineRows<3, 3>},
  };
  versions[sums.planes - 1][sums.joined - 1](sums, valid, scale, bias, output, stride, columns);
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_COMBINEAVX512_H
