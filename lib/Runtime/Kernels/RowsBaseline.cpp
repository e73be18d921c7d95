// SPDX-License-Identifier: Apache-2.0
// Row kernels for the instruction set baseline.
#include "RowsImpl.h"

const spike_rt::RowKernels &spike_rt::getBaselineRowKernels() {
  static constexpr RowKernels kernels = makeRowKernels("baseline");
  return kernels;
}
