// SPDX-License-Identifier: Apache-2.0
// Arenas kept between runs, one for each run in flight.
#ifndef SPIKE_LIB_EXECUTION_ARENAPOOL_H
#define SPIKE_LIB_EXECUTION_ARENAPOOL_H

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

namespace mlir::spike {

class ArenaPool {
public:
  struct Free {
    void operator()(void *memory) const { std::free(memory); }
  };
  using Arena = std::unique_ptr<void, Free>;

  explicit ArenaPool(int64_t bytes) : bytes((bytes + 63) / 64 * 64) {}

  /// An arena of the pool's size; null if there is no memory.
  Arena take() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (!idle.empty()) {
        Arena arena = std::move(idle.back());
        idle.pop_back();
        return arena;
      }
    }
    return Arena(std::aligned_alloc(64, bytes ? bytes : 64));
  }

  void give(Arena arena) {
    std::lock_guard<std::mutex> lock(mutex);
    idle.push_back(std::move(arena));
  }

private:
  int64_t bytes;
  std::mutex mutex;
  std::vector<Arena> idle;
};

} // namespace mlir::spike

#endif // SPIKE_LIB_EXECUTION_ARENAPOOL_H
