// SPDX-License-Identifier: Apache-2.0
// Event-driven row kernels: sum the weight rows of the active inputs. One table of functions per instruction set.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_ROWS_H
#define SPIKE_LIB_RUNTIME_KERNELS_ROWS_H

#include "spike/Runtime/Runtime.h"

namespace spike_rt {

/// The active inputs of one pixel that meet one tap of a filter.
struct Segment {
  const float *weights;  ///< row of input 0 in the packed block, SPIKE_RT_BLOCK floats per row
  const uint32_t *index; ///< active inputs, ascending
  const float *value;    ///< their values; unused by the binary kernel
  int64_t count;
};

struct RowKernels {
  const char *name;
  /// sums[0..BLOCK) = weight rows of the active inputs, added in order from zero.
  void (*sumBinary)(const Segment *segments, int64_t count, float *sums);
  /// The same with every row multiplied by its input's value first.
  void (*sumValued)(const Segment *segments, int64_t count, float *sums);
  /// out[i] += x[i] * w[i], for depthwise filters.
  void (*multiplyAdd)(float *out, const float *x, const float *w, int64_t count);
  /// out[i] += x * row[i].
  void (*addScaledRow)(float *out, const float *row, float x, int64_t count);
};

const RowKernels &getBaselineRowKernels();
const RowKernels &getAVX2RowKernels();
const RowKernels &getAVX512RowKernels();

/// The kernels for this machine.
const RowKernels &getRowKernels();

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_KERNELS_ROWS_H
