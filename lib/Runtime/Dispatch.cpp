// SPDX-License-Identifier: Apache-2.0
// Choice of the kernels for this machine, made once.
#include "Kernels/Planes.h"
#include "Kernels/Rows.h"

#include <cstdlib>
#include <cstring>
#ifdef SPIKE_RT_ARM
#include <sys/auxv.h>
#endif

namespace spike_rt {

namespace {

template <typename Kernels>
struct Candidate {
  const char *name;
  bool (*isAvailable)();
  const Kernels &(*get)();
};

/// The first available candidate, best first; from the one that the environment variable names, if it names one. The
/// last is available everywhere.
template <typename Kernels, int count>
const Kernels &choose(const char *variable, const Candidate<Kernels> (&candidates)[count]) {
  const char *wanted = std::getenv(variable);
  bool reached = !wanted || !*wanted;
  for (const Candidate<Kernels> &candidate : candidates) {
    reached = reached || std::strcmp(wanted, candidate.name) == 0;
    if (reached && candidate.isAvailable())
      return candidate.get();
  }
  return candidates[count - 1].get();
}

bool always() { return true; }

#ifdef SPIKE_RT_X86
bool hasAVX2() { return __builtin_cpu_supports("avx2"); }
bool hasAVXVNNI() { return hasAVX2() && __builtin_cpu_supports("avxvnni"); }
bool hasAVX512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
bool hasVNNI() { return hasAVX512() && __builtin_cpu_supports("avx512vnni"); }
bool hasAMX() { return hasVNNI() && __builtin_cpu_supports("amx-int8") && enableAMX(); }
#endif

#ifdef SPIKE_RT_ARM
bool hasDot() { return getauxval(AT_HWCAP) & HWCAP_ASIMDDP; }
bool hasI8MM() { return hasDot() && getauxval(AT_HWCAP2) & HWCAP2_I8MM; }
#endif

} // namespace

const RowKernels &getRowKernels() {
  static const Candidate<RowKernels> candidates[] = {
#ifdef SPIKE_RT_X86
      {"avx512", hasAVX512, getAVX512RowKernels},
      {"avx2", hasAVX2, getAVX2RowKernels},
#endif
      {"baseline", always, getBaselineRowKernels},
  };
  static const RowKernels &kernels = choose("SPIKE_RT_ISA", candidates);
  return kernels;
}

const PlaneKernels &getPlaneKernels() {
  static const Candidate<PlaneKernels> candidates[] = {
#ifdef SPIKE_RT_X86
      {"amx", hasAMX, getAMXPlaneKernels},
      {"avx512vnni", hasVNNI, getVNNIPlaneKernels},
      {"avx512", hasAVX512, getAVX512PlaneKernels},
      {"avxvnni", hasAVXVNNI, getAVXVNNIPlaneKernels},
      {"avx2", hasAVX2, getAVX2PlaneKernels},
#endif
#ifdef SPIKE_RT_ARM
      {"neoni8mm", hasI8MM, getNEONI8MMPlaneKernels},
      {"neondot", hasDot, getNEONDotPlaneKernels},
#endif
      {"baseline", always, getBaselinePlaneKernels},
  };
  static const PlaneKernels &kernels = choose("SPIKE_RT_PLANES", candidates);
  return kernels;
}

} // namespace spike_rt

extern "C" const char *spike_rt_planes_isa(void) { return spike_rt::getPlaneKernels().name; }
extern "C" const char *spike_rt_isa(void) { return spike_rt::getRowKernels().name; }
