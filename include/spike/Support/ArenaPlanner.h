// SPDX-License-Identifier: Apache-2.0
// Placement of buffers with known lives in one block of memory.
#ifndef SPIKE_SUPPORT_ARENAPLANNER_H
#define SPIKE_SUPPORT_ARENAPLANNER_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>

namespace mlir::spike {

/// A buffer that is alive in all steps of [first, last].
struct ArenaBuffer {
  int64_t bytes = 0;
  int64_t first = 0, last = 0;
  int64_t offset = 0; ///< set by the planner
};

/// Sets the offset of every buffer so that no two buffers that are alive in a common step overlap, every offset being a
/// multiple of `alignment`. Returns the size of the arena, a multiple of `alignment`.
int64_t planArena(llvm::MutableArrayRef<ArenaBuffer> buffers, int64_t alignment = 64);

} // namespace mlir::spike

#endif // SPIKE_SUPPORT_ARENAPLANNER_H
