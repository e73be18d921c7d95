// SPDX-License-Identifier: Apache-2.0
// Plane kernels for AVX-512 VNNI: vpdpbusd adds four products to an i32 without saturating.
#include "AttentionImpl.h"
#include "PlanesAVX512.h"

#include <cstring>
#include <immintrin.h>

using namespace spike_rt;

namespace {

constexpr int64_t rowsAtOnce = 8;

void multiply(const uint8_t *rows, int64_t stride, int64_t count, const int8_t *planes, int64_t blocks, int32_t *sums,
              Ahead &, Meanwhile &) {
  for (int64_t r = 0; r < count; r += rowsAtOnce) {
    __m512i total[numPlanes][rowsAtOnce];
    for (auto &plane : total)
      for (__m512i &sum : plane)
        sum = _mm512_setzero_si512();
    for (int64_t b = 0; b < blocks; ++b)
      for (int64_t group = 0; group < planeDepth / 4; ++group) {
        const int8_t *w = planes + b * planeBlock + group * 64;
        __m512i w0 = _mm512_loadu_si512(w), w1 = _mm512_loadu_si512(w + planeOutputs * planeDepth),
                w2 = _mm512_loadu_si512(w + 2 * planeOutputs * planeDepth);
        const uint8_t *x = rows + r * stride + b * planeDepth + group * 4;
        for (int64_t i = 0; i < rowsAtOnce; ++i) {
          int32_t four;
          std::memcpy(&four, x + i * stride, 4);
          __m512i same = _mm512_set1_epi32(four);
          total[0][i] = _mm512_dpbusd_epi32(total[0][i], same, w0);
          total[1][i] = _mm512_dpbusd_epi32(total[1][i], same, w1);
          total[2][i] = _mm512_dpbusd_epi32(total[2][i], same, w2);
        }
      }
    for (int64_t plane = 0; plane < numPlanes; ++plane)
      for (int64_t i = 0; i < rowsAtOnce; ++i)
        _mm512_storeu_si512(sums + (plane * count + r + i) * planeOutputs, total[plane][i]);
  }
}

void attend(const spike_rt_attention_args &args, const AttentionScratch &scratch, int64_t outer, int64_t inner) {
  Head(args, scratch, outer, inner).run(multiplyBytesAVX512);
}

} // namespace

const PlaneKernels &spike_rt::getVNNIPlaneKernels() {
  static constexpr PlaneKernels kernels = {"avx512vnni", nothing, nothing, multiply, combineAVX512, attend};
  return kernels;
}
