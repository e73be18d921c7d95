// SPDX-License-Identifier: Apache-2.0
// Kernels of the chip simulator for the instruction set avx512.
#include "NeuronsImpl.h"
#include "RowsImpl.h"

const spike::chip::Kernels &spike::chip::getAVX512Kernels() {
  static constexpr Kernels kernels = {"avx512", addRows<int8_t>, addRows<int16_t>, stepLif, stepProgram};
  return kernels;
}
