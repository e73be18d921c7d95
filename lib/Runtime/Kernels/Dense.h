// SPDX-License-Identifier: Apache-2.0
// Kernel for sums over all inputs, zeros included: the lanes are outputs, and neighbouring positions share each row of
// weights that is loaded.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_DENSE_H
#define SPIKE_LIB_RUNTIME_KERNELS_DENSE_H

#include "Lanes.h"

namespace spike_rt {

/// Sums of `numRows` runs of `length` inputs. Each input has a row of SPIKE_RT_BLOCK weights; `positionStep` inputs lie
/// from one position to the next.
struct DenseSum {
  const LaneRow *rows;
  int64_t numRows, length, positionStep;
  const float *bias; ///< of SPIKE_RT_BLOCK outputs
  int64_t outputs;   ///< how many of them are wanted
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_KERNELS_DENSE_H
