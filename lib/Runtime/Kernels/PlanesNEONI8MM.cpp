// SPDX-License-Identifier: Apache-2.0
// Plane kernels for NEON with the dot products of I8MM: sudot multiplies signed by unsigned bytes.
#include "PlanesNEON.h"

using namespace spike_rt;

namespace {

struct MixedDot {
  using Inputs = uint8x16_t;

  static Inputs load(const uint8_t *x) { return vld1q_u8(x); }

  template <int lane>
  static int32x4_t add(int32x4_t sum, int8x16_t w, Inputs x) {
    return vsudotq_laneq_s32(sum, w, x, lane);
  }

  static void start(const int8_t *, int64_t, int64_t, int32x4_t (&sums)[quads]) {
    for (int32x4_t &sum : sums)
      sum = vdupq_n_s32(0);
  }
};

} // namespace

const PlaneKernels &spike_rt::getNEONI8MMPlaneKernels() {
  static constexpr PlaneKernels kernels = {"neoni8mm",  false,      nothing,         nothing, multiplyNEON<MixedDot>,
                                           combineNEON, attendNEON, &eventsPortable, nullptr};
  return kernels;
}
