// SPDX-License-Identifier: Apache-2.0
// Plane kernels for NEON with the dot products of Armv8.2, which multiply bytes of one signedness only. Inputs are made
// signed by taking 128 off, and the sums start at 128 times the weights. They may wrap around on the way, but end at
// what fits 32 bits.
#include "PlanesNEON.h"

using namespace spike_rt;

namespace {

struct SignedDot {
  using Inputs = int8x16_t;

  static Inputs load(const uint8_t *x) { return vreinterpretq_s8_u8(veorq_u8(vld1q_u8(x), vdupq_n_u8(0x80))); }

  template <int lane>
  static int32x4_t add(int32x4_t sum, int8x16_t w, Inputs x) {
    return vdotq_laneq_s32(sum, w, x, lane);
  }

  /// One pass over the weights for all rows of a call.
  static void start(const int8_t *weights, int64_t blocks, int64_t block, int32x4_t (&sums)[quads]) {
    const int8x16_t ones = vdupq_n_s8(1);
    for (int32x4_t &sum : sums)
      sum = vdupq_n_s32(0);
    for (int64_t b = 0; b < blocks; ++b, weights += block)
      for (int64_t i = 0; i < planeOutputs * planeDepth; i += quads * 16)
        for (int64_t quad = 0; quad < quads; ++quad)
          sums[quad] = vdotq_s32(sums[quad], vld1q_s8(weights + i + quad * 16), ones);
    for (int32x4_t &sum : sums)
      sum = vshlq_n_s32(sum, 7);
  }
};

} // namespace

const PlaneKernels &spike_rt::getNEONDotPlaneKernels() {
  static constexpr PlaneKernels kernels = {"neondot",   false,      nothing,         nothing, multiplyNEON<SignedDot>,
                                           combineNEON, attendNEON, &eventsPortable, nullptr};
  return kernels;
}
