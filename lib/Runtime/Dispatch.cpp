// SPDX-License-Identifier: Apache-2.0
// Choice of the kernels for this machine, made once.
#include "Kernels/Planes.h"
#include "Kernels/Rows.h"

#include <cstdlib>
#include <cstring>

namespace spike_rt {

namespace {

/// Whether the environment variable asks for kernels of this name, or for none.
bool isAllowed(const char *variable, const char *name) {
  const char *wanted = std::getenv(variable);
  return !wanted || !*wanted || std::strcmp(wanted, name) == 0;
}

const RowKernels &chooseRowKernels() {
#ifdef SPIKE_RT_X86
  auto allowed = [](const char *name) { return isAllowed("SPIKE_RT_ISA", name); };
  __builtin_cpu_init();
  if (allowed("avx512") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return getAVX512RowKernels();
  if ((allowed("avx2") || allowed("avx512")) && __builtin_cpu_supports("avx2"))
    return getAVX2RowKernels();
#endif
  return getBaselineRowKernels();
}

const PlaneKernels &choosePlaneKernels() {
#ifdef SPIKE_RT_X86
  auto allowed = [](const char *name) { return isAllowed("SPIKE_RT_PLANES", name); };
  __builtin_cpu_init();
  bool vnni = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512vnni");
  if (allowed("amx") && vnni && __builtin_cpu_supports("amx-int8") && enableAMX())
    return getAMXPlaneKernels();
  if ((allowed("avx512vnni") || allowed("amx")) && vnni)
    return getVNNIPlaneKernels();
  if (!isAllowed("SPIKE_RT_PLANES", "baseline") || allowed("avx2"))
    if (__builtin_cpu_supports("avx2"))
      return getAVX2PlaneKernels();
#endif
  return getBaselinePlaneKernels();
}

} // namespace

const RowKernels &getRowKernels() {
  static const RowKernels &kernels = chooseRowKernels();
  return kernels;
}

const PlaneKernels &getPlaneKernels() {
  static const PlaneKernels &kernels = choosePlaneKernels();
  return kernels;
}

} // namespace spike_rt

extern "C" const char *spike_rt_planes_isa(void) { return spike_rt::getPlaneKernels().name; }
extern "C" const char *spike_rt_isa(void) { return spike_rt::getRowKernels().name; }
