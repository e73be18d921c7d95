// SPDX-License-Identifier: Apache-2.0
// What the tests of the runtime's kernels share.
#ifndef SPIKE_TEST_UNIT_KERNELTEST_H
#define SPIKE_TEST_UNIT_KERNELTEST_H

#include "spike/Runtime/Runtime.h"
#include "gtest/gtest.h"

#include <cstdlib>
#include <cstring>

/// Skips, saying so, where the environment asks for kernels that this machine cannot run.
class KernelTest : public testing::Test {
protected:
  void SetUp() override {
    check("SPIKE_RT_ISA", spike_rt_isa());
    check("SPIKE_RT_PLANES", spike_rt_planes_isa());
    // Where the machine is known, so is what it must choose.
    if (const char *expected = std::getenv("SPIKE_TEST_PLANES"))
      ASSERT_STREQ(expected, spike_rt_planes_isa());
  }

private:
  static void check(const char *variable, const char *used) {
    const char *wanted = std::getenv(variable);
    if (wanted && std::strcmp(wanted, used) != 0)
      GTEST_SKIP() << "this machine has no " << wanted << " (it uses " << used << ")";
  }
};

/// Fires where what has come in reaches one, and starts again; over two steps.
inline void fireOverTwoSteps(const float *currents, uint8_t *outputs) {
  for (int i = 0; i < SPIKE_RT_NEURONS; ++i) {
    float v = 0;
    for (int t = 0; t < 2; ++t) {
      v += currents[t * SPIKE_RT_TILE + i];
      outputs[t * SPIKE_RT_TILE + i] = v >= 1.0f;
      v = v >= 1.0f ? 0.0f : v;
    }
  }
}

#endif // SPIKE_TEST_UNIT_KERNELTEST_H
