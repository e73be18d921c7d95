// SPDX-License-Identifier: Apache-2.0
// Row kernels for the instruction set avx2.
#include "RowsImpl.h"

const spike_rt::RowKernels &spike_rt::getAVX2RowKernels() {
  static constexpr RowKernels kernels = makeRowKernels("avx2");
  return kernels;
}
