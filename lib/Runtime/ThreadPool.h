// SPDX-License-Identifier: Apache-2.0
// One persistent pool of threads per process.
#ifndef SPIKE_LIB_RUNTIME_THREADPOOL_H
#define SPIKE_LIB_RUNTIME_THREADPOOL_H

#include "spike/Runtime/Runtime.h"

namespace spike_rt {

/// Calls `body(begin, end)` over [0, extent) in pieces of at most `grain`.
template <typename Body>
void parallelFor(int64_t extent, int64_t grain, Body &&body) {
  spike_rt_parallel_for([](void *frame, int64_t begin, int64_t end) { (*static_cast<Body *>(frame))(begin, end); },
                        &body, extent, grain);
}

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_THREADPOOL_H
