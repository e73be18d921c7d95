// SPDX-License-Identifier: Apache-2.0
// Plane kernels in portable C++.
#include "AttentionImpl.h"
#include "EventsImpl.h"
#include "PlanesImpl.h"

using namespace spike_rt;

namespace {

void multiply(const Product &a, Ahead &, Meanwhile &) {
  for (int64_t plane = 0; plane < a.planes; ++plane)
    for (int64_t r = 0; r < a.count; ++r) {
      int32_t total[planeOutputs] = {};
      for (int64_t b = 0; b < a.blocks; ++b) {
        const uint8_t *x = findRow(a, r) + a.offsets[b];
        const int8_t *w = a.weights + (b * a.planes + plane) * planeTile;
        for (int64_t group = 0; group < planeDepth / planeGroup; ++group, w += planeLine, x += planeGroup)
          addProducts(total, x, w);
      }
      __builtin_memcpy(a.sums + (plane * a.count + r) * planeOutputs, total, sizeof(total));
    }
}

/// output[row][column] = sums of bytes times bytes of 0 and 1, over `groups` times four. `right` is packed
/// [blocks][groups][16][4], and the output has `blocks` times sixteen columns.
void multiplyBytes(const uint8_t *left, int64_t stride, int64_t rows, const int8_t *right, int64_t groups,
                   int64_t blocks, int32_t *output) {
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t block = 0; block < blocks; ++block) {
      int32_t total[planeOutputs] = {};
      const uint8_t *x = left + row * stride;
      const int8_t *y = right + block * groups * 4 * planeOutputs;
      for (int64_t group = 0; group < groups; ++group, x += planeGroup, y += planeLine)
        addProducts(total, x, y);
      __builtin_memcpy(output + (row * blocks + block) * planeOutputs, total, sizeof(total));
    }
}

void attend(const spike_rt_attention_args &args, const AttentionScratch &scratch, int64_t outer, int64_t inner) {
  Head(args, scratch, outer, inner).run(multiplyBytes);
}

} // namespace

const PlaneKernels &spike_rt::getBaselinePlaneKernels() {
  static constexpr PlaneKernels kernels = {"baseline",    false,  nothing,         nothing, multiply,
                                           combinePlanes, attend, &eventsPortable, nullptr};
  return kernels;
}
