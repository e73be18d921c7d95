// SPDX-License-Identifier: Apache-2.0
// Kernels of the chip simulator for the instruction set baseline.
#include "NeuronsImpl.h"
#include "RowsImpl.h"

const spike::chip::Kernels &spike::chip::getBaselineKernels() {
  static constexpr Kernels kernels = {"baseline", addRows<int8_t>, addRows<int16_t>, stepLif, stepProgram};
  return kernels;
}
