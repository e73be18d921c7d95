// SPDX-License-Identifier: Apache-2.0
// Kernels of the chip simulator for the instruction set avx2.
#include "NeuronsImpl.h"
#include "RowsImpl.h"

const spike::chip::Kernels &spike::chip::getAVX2Kernels() {
  static constexpr Kernels kernels = {"avx2", addRows<int8_t>, addRows<int16_t>, stepLif, stepProgram};
  return kernels;
}
