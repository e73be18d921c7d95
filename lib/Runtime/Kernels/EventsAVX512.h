// SPDX-License-Identifier: Apache-2.0
// Event kernels for AVX-512.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_EVENTSAVX512_H
#define SPIKE_LIB_RUNTIME_KERNELS_EVENTSAVX512_H

#include "EventsImpl.h"

#include <immintrin.h>

namespace {

struct MaskAVX512 {
  static uint16_t *append(uint64_t mask, uint16_t first, uint16_t *to) {
    __m512i inputs = _mm512_add_epi32(_mm512_set1_epi32(first),
                                      _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    for (int i = 0; i < 4; ++i, mask >>= 16) {
      auto part = static_cast<__mmask16>(mask);
      _mm256_storeu_si256(reinterpret_cast<__m256i *>(to),
                          _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(part, inputs)));
      to += __builtin_popcount(part);
      inputs = _mm512_add_epi32(inputs, _mm512_set1_epi32(16));
    }
    return to;
  }
  static uint64_t reach(const uint8_t *inputs, int level) {
    return _mm512_cmpge_epu8_mask(_mm512_loadu_si512(inputs), _mm512_set1_epi8(static_cast<char>(level)));
  }
};

constexpr spike_rt::EventKernels eventsAVX512 = {listEvents<MaskAVX512>, multiplyEvents};

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_EVENTSAVX512_H
