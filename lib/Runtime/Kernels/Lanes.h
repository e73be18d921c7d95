// SPDX-License-Identifier: Apache-2.0
// Kernels for convolutions of few channels per group: the lanes are outputs, each of which reads its own channels.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_LANES_H
#define SPIKE_LIB_RUNTIME_KERNELS_LANES_H

#include "spike/Runtime/Runtime.h"

namespace spike_rt {

constexpr int64_t numLanes = SPIKE_RT_LANES;

/// One row of a filter: what the first position sees, and the weights.
struct LaneRow {
  const void *inputs, *weights;
};

/// Sums of `numRows` rows of `taps` taps of `inner` elements of numLanes lanes. Numbers of elements lie from the inputs
/// of one tap to those of the next, and of one position to the next.
struct LaneSum {
  const LaneRow *rows;
  int64_t numRows, taps, inner, tapStep, positionStep;
  const float *scale, *bias; ///< of the lanes; f32 weights have no scale
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_KERNELS_LANES_H
