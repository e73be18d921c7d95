// SPDX-License-Identifier: Apache-2.0
// What this machine can do at best: products of digit planes from the nearest cache, and bytes read from beyond the
// caches of a core.
#include "Kernels/Planes.h"
#include "spike/Runtime/ParallelFor.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

using namespace spike_rt;

namespace {

double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

constexpr double enough = 0.05; // seconds

/// Amounts per second that all threads reach together; `work(thread)` does one amount of it.
template <typename Work>
double measureRate(double amount, Work work) {
  int64_t threads = spike_rt_get_num_threads();
  std::atomic<int64_t> done{0};
  double start = now();
  parallelFor(threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t thread = begin; thread < end; ++thread)
      while (now() < start + enough) {
        work(thread);
        done.fetch_add(1, std::memory_order_relaxed);
      }
  });
  return done * amount / (now() - start);
}

} // namespace

extern "C" double spike_rt_measure_products(void) {
  constexpr int64_t blocks = 6, calls = 64;
  const PlaneKernels &kernels = getPlaneKernels();
  return measureRate(calls * planeRows * planeOutputs * planeDepth * blocks, [&](int64_t) {
    alignas(64) static thread_local uint8_t rows[planeRows * planeDepth * blocks];
    alignas(64) static thread_local int8_t planes[maxPlanes * planeTile * blocks];
    alignas(64) static thread_local int32_t sums[maxPlanes * planeRows * planeOutputs];
    Ahead nothing = {planes, 0};
    Meanwhile idle;
    const int32_t offsets[blocks] = {0, planeDepth, 2 * planeDepth, 3 * planeDepth, 4 * planeDepth, 5 * planeDepth};
    constexpr int64_t stride = planeDepth * blocks;
    kernels.begin();
    for (int64_t call = 0; call < calls; ++call)
      kernels.multiply(
          {{rows, rows + planeStep * stride}, offsets, stride, planeRows, false, planes, blocks, maxPlanes, true, sums},
          nothing, idle);
    kernels.end();
  });
}

extern "C" double spike_rt_measure_reading(void) {
  // More than the caches of a core hold, for every thread.
  constexpr int64_t words = (32 << 20) / sizeof(uint64_t);
  int64_t threads = spike_rt_get_num_threads();
  std::vector<uint64_t> memory(words * threads, 1);
  std::atomic<uint64_t> total{0}; // so that the reading is not left out
  return measureRate(words * sizeof(uint64_t), [&](int64_t thread) {
    uint64_t sums[8] = {};
    const uint64_t *from = memory.data() + thread * words;
    for (int64_t i = 0; i < words; i += 8)
      for (int64_t k = 0; k < 8; ++k)
        sums[k] += from[i + k];
    for (uint64_t sum : sums)
      total.fetch_add(sum, std::memory_order_relaxed);
  });
}
