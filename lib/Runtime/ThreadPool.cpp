// SPDX-License-Identifier: Apache-2.0
// A small persistent thread pool: one job at a time, pieces handed out by an atomic counter. A run that finds the pool
// busy with another run does its job alone, so concurrent runs never wait for each other.
#include "spike/Runtime/ParallelFor.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

struct Job {
  spike_rt_body body = nullptr;
  void *frame = nullptr;
  int64_t extent = 0, grain = 1;
  std::atomic<int64_t> next{0};

  void work() {
    for (;;) {
      int64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
      if (begin >= extent)
        return;
      body(frame, begin, std::min(begin + grain, extent));
    }
  }
};

void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

class ThreadPool {
public:
  /// Runs the job on `threads` threads, the caller among them.
  void run(Job &job, int64_t threads) {
    std::unique_lock<std::mutex> owner(dispatch, std::try_to_lock);
    if (!owner.owns_lock()) {
      job.work();
      return;
    }
    int64_t helpers = std::min<int64_t>(threads - 1, helpersMask);
    grow(helpers);
    current = &job;
    running.store(helpers, std::memory_order_relaxed);
    // Who spins needs no lock: what is called for, and how many are called, is one word.
    call.store(((call.load(std::memory_order_relaxed) | helpersMask) + 1) | helpers);
    if (sleepers.load() > 0) {
      std::lock_guard<std::mutex> lock(sleep);
      wake.notify_all();
    }
    job.work();
    for (int spin = 0; running.load(std::memory_order_acquire) != 0; ++spin)
      spin < spinLimit ? relax() : std::this_thread::yield();
  }

private:
  static constexpr int spinLimit = 20000;
  /// The lower bits of a call are the number of helpers, the others count calls.
  static constexpr uint64_t helpersMask = 0xffff;

  void grow(int64_t helpers) {
    while (static_cast<int64_t>(workers.size()) < helpers) {
      uint64_t index = workers.size(), seen = call.load(std::memory_order_relaxed);
      workers.emplace_back([this, index, seen] { loop(index, seen); });
    }
  }

  void loop(uint64_t index, uint64_t seen) {
    spike_rt_enter_fp_mode();
    for (;;) {
      seen = waitForCall(seen);
      if (index >= (seen & helpersMask))
        continue;
      current->work(); // the job waits for all whom it has called
      running.fetch_sub(1, std::memory_order_release);
    }
  }

  /// The first call after `seen`. Regions of one run follow each other closely, so it spins a little before it sleeps.
  uint64_t waitForCall(uint64_t seen) {
    for (int spin = 0; spin < spinLimit; ++spin) {
      if (uint64_t now = call.load(std::memory_order_acquire); now != seen)
        return now;
      relax();
    }
    std::unique_lock<std::mutex> lock(sleep);
    // Announced before the call is looked at once more; the caller does the two in the other order.
    sleepers.fetch_add(1);
    uint64_t now;
    wake.wait(lock, [&] { return (now = call.load()) != seen; });
    sleepers.fetch_sub(1);
    return now;
  }

  std::mutex dispatch, sleep;
  std::condition_variable wake;
  std::vector<std::thread> workers;
  std::atomic<uint64_t> call{0};
  std::atomic<int64_t> running{0}, sleepers{0};
  Job *current = nullptr;
};

/// Never destroyed: its threads sleep until the process ends. A forked process has none of them, so it starts anew.
std::atomic<ThreadPool *> pool{nullptr};

ThreadPool &getPool() {
  static const int registered =
      pthread_atfork(nullptr, nullptr, [] { pool.store(nullptr, std::memory_order_relaxed); });
  (void)registered;
  ThreadPool *found = pool.load(std::memory_order_acquire);
  if (!found) {
    auto *fresh = new ThreadPool;
    if (pool.compare_exchange_strong(found, fresh, std::memory_order_acq_rel))
      return *fresh;
    delete fresh; // another thread was faster; this one has no threads yet
  }
  return *found;
}

thread_local int64_t numThreads = 1;

} // namespace

extern "C" void spike_rt_set_num_threads(int64_t threads) { numThreads = std::max<int64_t>(1, threads); }

extern "C" int64_t spike_rt_get_num_threads(void) { return numThreads; }

extern "C" void spike_rt_parallel_for(spike_rt_body body, void *frame, int64_t extent, int64_t grain) {
  if (extent <= 0)
    return;
  Job job;
  job.body = body;
  job.frame = frame;
  job.extent = extent;
  job.grain = std::max<int64_t>(1, grain);
  int64_t pieces = (extent + job.grain - 1) / job.grain;
  int64_t threads = std::min(numThreads, pieces);
  if (threads <= 1)
    job.work();
  else
    getPool().run(job, threads);
}
