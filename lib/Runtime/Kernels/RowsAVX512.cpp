// SPDX-License-Identifier: Apache-2.0
// Row kernels for the instruction set avx512.
#include "RowsImpl.h"

const spike_rt::RowKernels &spike_rt::getAVX512RowKernels() {
  static constexpr RowKernels kernels = makeRowKernels("avx512");
  return kernels;
}
