// SPDX-License-Identifier: Apache-2.0
// Sums of a group of rows by events and tables, at the steps where these cost less than digit planes.
#ifndef SPIKE_LIB_RUNTIME_GROUPSUMS_H
#define SPIKE_LIB_RUNTIME_GROUPSUMS_H

#include "PlaneCosts.h"
#include "PlaneRows.h"

namespace spike_rt {

/// Its memory belongs to the thread, so there is one at a time.
class GroupSums {
public:
  GroupSums(const spike_rt_conv_args &args, const PlaneRows &rows);

  /// Chooses a form for each step of a group, and prepares it. Neurons that start from rest fire less in their first
  /// step than later. `outputs` blocks will be asked for.
  void plan(const RowsView &view, Group group, int64_t outputs);
  /// Whether a step is left to digit planes.
  bool isDense(int64_t step) const;
  /// Whether all are.
  bool areDense() const;

  /// Computes the `index`-th block of outputs, of which `left` remain with it, from its planes, which those of the
  /// others follow. Overwrites the block before.
  void compute(const int8_t *weights, int64_t index, int64_t left);
  /// What was computed for a run at a step that is not dense.
  Sums get(int64_t step, int64_t index, int64_t run) const;

  /// Bytes of sums that a position keeps at most.
  static int64_t getPositionBytes(const spike_rt_conv_args &args, int64_t steps);

private:
  Activity sample(const RowsView &view, Group group, int64_t bytes) const;
  void leaveToPlanes(std::vector<int64_t> &steps);
  bool list(const RowsView &view, Group group, double events);
  bool pack(const RowsView &view, Group group, const ProductSize &size, uint8_t largest);
  int32_t *getMemory(Buffer &buffer, int64_t tiles) const;

  const spike_rt_conv_args &a;
  const PlaneKernels &kernels;
  const PlaneRows &rows;
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_GROUPSUMS_H
