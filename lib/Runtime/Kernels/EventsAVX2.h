// SPDX-License-Identifier: Apache-2.0
// Event kernels for AVX2.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_EVENTSAVX2_H
#define SPIKE_LIB_RUNTIME_KERNELS_EVENTSAVX2_H

#include "EventsImpl.h"

#include <immintrin.h>

namespace {

struct MaskAVX2 {
  static constexpr auto append = appendBits;
  static uint32_t reachHalf(const uint8_t *inputs, __m256i level) {
    __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(inputs));
    return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(x, level), x)));
  }
  static uint64_t reach(const uint8_t *inputs, int level) {
    __m256i levels = _mm256_set1_epi8(static_cast<char>(level));
    return reachHalf(inputs, levels) | uint64_t(reachHalf(inputs + 32, levels)) << 32;
  }
};

constexpr spike_rt::EventKernels eventsAVX2 = {listEvents<MaskAVX2>, multiplyEvents};

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_EVENTSAVX2_H
