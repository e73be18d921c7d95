// SPDX-License-Identifier: Apache-2.0
// Loops on the threads of the process-wide pool.
#ifndef SPIKE_RUNTIME_PARALLELFOR_H
#define SPIKE_RUNTIME_PARALLELFOR_H

#include "spike/Runtime/Runtime.h"
#include <type_traits>

namespace spike_rt {

/// Calls `body(begin, end)` over [0, extent) in pieces of at most `grain`.
template <typename Body>
void parallelFor(int64_t extent, int64_t grain, Body &&body) {
  spike_rt_parallel_for([](void *frame, int64_t begin,
                           int64_t end) { (*static_cast<std::remove_reference_t<Body> *>(frame))(begin, end); },
                        &body, extent, grain);
}

} // namespace spike_rt

#endif // SPIKE_RUNTIME_PARALLELFOR_H
