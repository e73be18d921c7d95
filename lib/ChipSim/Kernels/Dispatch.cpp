// SPDX-License-Identifier: Apache-2.0
// Choice of the kernels for this machine, made once.
#include "Kernels.h"

#include <cstdlib>
#include <cstring>

namespace spike::chip {

static const Kernels &choose() {
  const char *wanted = std::getenv("SPIKE_CHIP_ISA");
  [[maybe_unused]] auto allowed = [&](const char *name) {
    return !wanted || !*wanted || std::strcmp(wanted, name) == 0;
  };
#ifdef SPIKE_CHIP_X86
  if (allowed("avx512") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return getAVX512Kernels();
  if (allowed("avx2") && __builtin_cpu_supports("avx2"))
    return getAVX2Kernels();
#endif
  return getBaselineKernels();
}

const Kernels &getKernels() {
  static const Kernels &kernels = choose();
  return kernels;
}

} // namespace spike::chip
