// SPDX-License-Identifier: Apache-2.0
// When each piece of work of a run begins.
#include "spike/Runtime/Runtime.h"

#include <chrono>

namespace {
thread_local int64_t *current = nullptr;
}

extern "C" void spike_rt_set_stamps(int64_t *stamps) { current = stamps; }

extern "C" void spike_rt_stamp(int64_t index) {
  using namespace std::chrono;
  if (current)
    current[index] = duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}
