// SPDX-License-Identifier: Apache-2.0
// Plane kernels for AVX2.
#include "PlanesAVX2.h"
#include "EventsAVX2.h"
#include "TablesAVX2.h"

using namespace spike_rt;

namespace {

void attend(const spike_rt_attention_args &args, const AttentionScratch &scratch, int64_t outer, int64_t inner) {
  Head(args, scratch, outer, inner).run(multiplyBytes<SmallInputs>);
}

} // namespace

const PlaneKernels &spike_rt::getAVX2PlaneKernels() {
  static constexpr PlaneKernels kernels = {"avx2",        false,  nothing,     nothing,    multiplyAVX2,
                                           combinePlanes, attend, &eventsAVX2, &tablesAVX2};
  return kernels;
}
