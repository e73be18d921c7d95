// SPDX-License-Identifier: Apache-2.0
// Maxima over windows of images with the channels last, and the neurons behind them.
#ifndef SPIKE_LIB_RUNTIME_POOL_H
#define SPIKE_LIB_RUNTIME_POOL_H

#include "Kernels/Rows.h"

namespace spike_rt {

/// Where outputs of neurons go: elements from a step to the next and from a position to the next, and how many of the
/// channels.
struct PoolTarget {
  int64_t step, position, channels;
};

class Pool {
public:
  explicit Pool(const spike_rt_pool_args &args);
  Pool(const spike_rt_pool_args &args, PoolTarget target);

  /// All rows of the population, on all threads.
  void run() const;
  /// The neurons of one row of the population at every step.
  void fire(int64_t row) const;

  /// Rows of the population.
  int64_t countRows() const { return rows; }

private:
  template <typename T, typename Take>
  void takeWindow(int axis, int64_t at, const T *source, int64_t length, int64_t stride, int64_t count, T *to,
                  Take take) const;
  template <typename T, typename Take>
  void takeDown(int64_t row, T *to, Take take) const;
  template <typename T, typename Take>
  void takeRow(int64_t row, T *output, Take take) const;
  void takeTile(const float *row, int64_t x, int64_t positions, int64_t first, int64_t count, float *to) const;
  void fireTile(int64_t row, int64_t x, int64_t positions, int64_t first, int64_t count) const;

  const spike_rt_pool_args &a;
  const RowKernels &kernels;
  int64_t steps, rows, rowSize; ///< rows of the population; elements of an input row
  PoolTarget target;
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_POOL_H
