// SPDX-License-Identifier: Apache-2.0
// Greedy placement, largest buffer first, at the lowest offset that is free for its whole life.
#include "spike/Support/ArenaPlanner.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <algorithm>

using namespace mlir::spike;

int64_t mlir::spike::planArena(llvm::MutableArrayRef<ArenaBuffer> buffers, int64_t alignment) {
  llvm::SmallVector<ArenaBuffer *> order;
  for (ArenaBuffer &buffer : buffers)
    order.push_back(&buffer);
  llvm::stable_sort(order, [](ArenaBuffer *a, ArenaBuffer *b) { return a->bytes > b->bytes; });

  auto end = [&](const ArenaBuffer &buffer) {
    return buffer.offset + (buffer.bytes + alignment - 1) / alignment * alignment;
  };
  int64_t size = 0;
  llvm::SmallVector<ArenaBuffer *> placed; // by offset
  for (ArenaBuffer *buffer : order) {
    buffer->offset = 0;
    for (ArenaBuffer *other : placed) {
      bool together = other->first <= buffer->last && buffer->first <= other->last;
      if (together && other->offset < end(*buffer) && buffer->offset < end(*other))
        buffer->offset = end(*other);
    }
    auto position =
        llvm::upper_bound(placed, buffer, [](ArenaBuffer *a, ArenaBuffer *b) { return a->offset < b->offset; });
    placed.insert(position, buffer);
    size = std::max(size, end(*buffer));
  }
  return size;
}
