// SPDX-License-Identifier: Apache-2.0
// Event-driven row kernels: sum the weight rows of the active inputs. One table of functions per instruction set.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_ROWS_H
#define SPIKE_LIB_RUNTIME_KERNELS_ROWS_H

#include "Dense.h"
#include "Lanes.h"

namespace spike_rt {

/// The nonzero elements of rows of `length` elements: row r holds count[r] of them, ascending, from r * length.
struct ActiveRows {
  const uint32_t *index;
  const float *value;
  const int32_t *count;
  int64_t length;
};

struct RowKernels {
  const char *name;
  /// sums[0..BLOCK) += the weight rows of the active inputs, in order. Tap t in [first, last) sees input row rows[t]
  /// (none if negative) and weight rows t * length onwards.
  void (*sumBinary)(const ActiveRows &inputs, const int32_t *rows, int64_t first, int64_t last, const float *weights,
                    float *sums);
  /// The same with every weight row multiplied by its input's value first.
  void (*sumValued)(const ActiveRows &inputs, const int32_t *rows, int64_t first, int64_t last, const float *weights,
                    float *sums);
  /// The same with sums in f64.
  void (*sumExactly)(const ActiveRows &inputs, const int32_t *rows, int64_t first, int64_t last, const float *weights,
                     double *sums);
  /// Sums over all inputs and the bias, at `count` positions, `stride` apart in `out`.
  void (*sumDense)(const DenseSum &sum, int64_t count, float *out, int64_t stride);
  /// Sums at `count` positions, `stride` apart in `out`: of pairs of bytes, the same where every sum of integers fits
  /// 32 bits, or of real numbers in f32 or f64.
  void (*sumPairs)(const LaneSum &sum, int64_t count, float *out, int64_t stride);
  void (*sumPairsNarrowly)(const LaneSum &sum, int64_t count, float *out, int64_t stride);
  void (*sumReals)(const LaneSum &sum, int64_t count, float *out, int64_t stride);
  void (*sumRealsExactly)(const LaneSum &sum, int64_t count, float *out, int64_t stride);
  /// Pairs of numLanes bytes of a and of b at `count` places, `stride` apart, written `step` apart; `choice` is null,
  /// or which of the numLanes bytes from there on each lane takes.
  void (*pairBytes)(const uint8_t *a, const uint8_t *b, int64_t stride, int64_t count, const uint8_t *choice,
                    int32_t *pairs, int64_t step);
  /// out[i] += x * row[i].
  void (*addScaledRow)(float *out, const float *row, float x, int64_t count);
  /// out[i] = the larger of out[i] and x[i]; +0 is larger than -0, and a NaN than everything.
  void (*takeMaximum)(float *out, const float *x, int64_t count);
  /// The same for `pieces` pieces of `size` elements; those of x are `stride` apart.
  void (*takeMaximumApart)(float *out, const float *x, int64_t pieces, int64_t size, int64_t stride);
  void (*takeMaximumBytes)(uint8_t *out, const uint8_t *x, int64_t count);
};

const RowKernels &getBaselineRowKernels();
const RowKernels &getAVX2RowKernels();
const RowKernels &getAVX512RowKernels();

/// The kernels for this machine.
const RowKernels &getRowKernels();

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_KERNELS_ROWS_H
