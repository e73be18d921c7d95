// SPDX-License-Identifier: Apache-2.0
// Plane kernels for AVX-VNNI: vpdpbusd of 256-bit registers adds four products to an i32 without saturating.
#include "EventsAVX2.h"
#include "PlanesAVX2.h"
#include "TablesAVX2.h"

using namespace spike_rt;

namespace {

struct Inputs {
  explicit Inputs(const uint8_t *inputs) : x(repeat(inputs)) {}
  __m256i add(__m256i sum, __m256i w) const { return _mm256_dpbusd_avx_epi32(sum, x, w); }
  __m256i x;
};

void multiplyVNNI(const Product &a, Ahead &, Meanwhile &) { multiplyInputs<Inputs>(a); }

void attend(const spike_rt_attention_args &args, const AttentionScratch &scratch, int64_t outer, int64_t inner) {
  Head(args, scratch, outer, inner).run(multiplyBytes<Inputs>);
}

} // namespace

const PlaneKernels &spike_rt::getAVXVNNIPlaneKernels() {
  static constexpr PlaneKernels kernels = {"avxvnni",     false,  nothing,     nothing,    multiplyVNNI,
                                           combinePlanes, attend, &eventsAVX2, &tablesAVX2};
  return kernels;
}
