// SPDX-License-Identifier: Apache-2.0
// Plane kernels for AVX-512 VNNI: vpdpbusd adds four products to an i32 without saturating.
#include "AttentionImpl.h"
#include "PlanesAVX512.h"
#include "TablesAVX512.h"

#include <immintrin.h>

using namespace spike_rt;

namespace {

constexpr int64_t rowsAtOnce = 8;

template <int planes>
void multiplyPlanes(const Product &a) {
  for (int64_t r = 0; r < a.count; r += rowsAtOnce) {
    const uint8_t *first = findRow(a, r);
    __m512i total[planes][rowsAtOnce];
    for (auto &plane : total)
      for (__m512i &sum : plane)
        sum = _mm512_setzero_si512();
    for (int64_t b = 0; b < a.blocks; ++b)
      for (int64_t group = 0; group < planeDepth / planeGroup; ++group) {
        const int8_t *w = a.weights + b * planes * planeTile + group * planeLine;
        const uint8_t *x = first + a.offsets[b] + group * planeGroup;
        for (int64_t i = 0; i < rowsAtOnce; ++i)
          for (int64_t plane = 0; plane < planes; ++plane)
            total[plane][i] = addProducts(total[plane][i], x + i * a.stride, w + plane * planeTile);
      }
    for (int64_t plane = 0; plane < planes; ++plane)
      for (int64_t i = 0; i < rowsAtOnce; ++i)
        _mm512_storeu_si512(a.sums + (plane * a.count + r + i) * planeOutputs, total[plane][i]);
  }
}

void multiply(const Product &a, Ahead &, Meanwhile &) {
  (a.planes == 1 ? multiplyPlanes<1> : a.planes == 2 ? multiplyPlanes<2> : multiplyPlanes<3>)(a);
}

void attend(const spike_rt_attention_args &args, const AttentionScratch &scratch, int64_t outer, int64_t inner) {
  Head(args, scratch, outer, inner).run(multiplyBytesAVX512);
}

} // namespace

const PlaneKernels &spike_rt::getVNNIPlaneKernels() {
  static constexpr PlaneKernels kernels = {"avx512vnni",  false,  nothing,       nothing,      multiply,
                                           combineAVX512, attend, &eventsAVX512, &tablesAVX512};
  return kernels;
}
