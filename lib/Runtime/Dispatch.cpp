// SPDX-License-Identifier: Apache-2.0
// Choice of the kernels for this machine, made once.
#include "Kernels/Rows.h"

#include <cstdlib>
#include <cstring>

namespace spike_rt {

static const RowKernels &chooseRowKernels() {
#ifdef SPIKE_RT_X86
  const char *wanted = std::getenv("SPIKE_RT_ISA");
  auto allowed = [&](const char *name) { return !wanted || !*wanted || std::strcmp(wanted, name) == 0; };
  __builtin_cpu_init();
  if (allowed("avx512") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return getAVX512RowKernels();
  if ((allowed("avx2") || allowed("avx512")) && __builtin_cpu_supports("avx2"))
    return getAVX2RowKernels();
#endif
  return getBaselineRowKernels();
}

const RowKernels &getRowKernels() {
  static const RowKernels &kernels = chooseRowKernels();
  return kernels;
}

} // namespace spike_rt

extern "C" const char *spike_rt_isa(void) { return spike_rt::getRowKernels().name; }
