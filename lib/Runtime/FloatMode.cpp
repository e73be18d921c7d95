// SPDX-License-Identifier: Apache-2.0
// The floating-point mode that all threads share: round to nearest, subnormal numbers kept.
#include "spike/Runtime/Runtime.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

extern "C" uint32_t spike_rt_enter_fp_mode(void) {
#if defined(__x86_64__)
  uint32_t state = _mm_getcsr();
  _mm_setcsr(0x1F80);
  return state;
#elif defined(__aarch64__)
  uint64_t state; // the upper half is reserved
  __asm__ volatile("mrs %0, fpcr" : "=r"(state));
  __asm__ volatile("msr fpcr, xzr");
  return static_cast<uint32_t>(state);
#else
  return 0;
#endif
}

extern "C" void spike_rt_leave_fp_mode(uint32_t state) {
#if defined(__x86_64__)
  _mm_setcsr(state);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(uint64_t(state)));
#else
  (void)state;
#endif
}
