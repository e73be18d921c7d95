// SPDX-License-Identifier: Apache-2.0
// Plane kernels for AVX-512 without VNNI: planes are multiplied as with AVX2.
#include "CombineAVX512.h"
#include "EventsAVX512.h"
#include "PlanesAVX2.h"
#include "TablesAVX512.h"

using namespace spike_rt;

namespace {

void attend(const spike_rt_attention_args &args, const AttentionScratch &scratch, int64_t outer, int64_t inner) {
  Head(args, scratch, outer, inner).run(multiplyBytes<SmallInputs>);
}

} // namespace

const PlaneKernels &spike_rt::getAVX512PlaneKernels() {
  static constexpr PlaneKernels kernels = {"avx512",      false,  nothing,       nothing,      multiplyAVX2,
                                           combineAVX512, attend, &eventsAVX512, &tablesAVX512};
  return kernels;
}
