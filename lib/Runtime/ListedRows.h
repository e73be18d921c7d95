// SPDX-License-Identifier: Apache-2.0
// Rows of a group, listed for event kernels.
#ifndef SPIKE_LIB_RUNTIME_LISTEDROWS_H
#define SPIKE_LIB_RUNTIME_LISTEDROWS_H

#include "Kernels/Events.h"
#include "PlaneRows.h"

#include <algorithm>
#include <cstring>

namespace spike_rt {

class ListedRows {
public:
  /// Lists the rows of a group at some steps; run r at the i-th of them is rows 16 * (r * steps.size() + i) and on.
  /// Returns false, and lists no more, if there are more events than `most`.
  bool list(const EventKernels &kernels, const PlaneRows &rows, const RowsView &view, Group group,
            const std::vector<int64_t> &steps, bool binary, int64_t most) {
    int64_t runs = rows.countRuns(group), stepBytes = rows.getStepBytes(view), blocks = rows.countBlocks();
    count = runs * static_cast<int64_t>(steps.size()) * planeStep;
    begin.resize((count + 1) * ((blocks + eventBlocks - 1) / eventBlocks));
    uint32_t *next = begin.data();
    used = 0;
    for (int64_t block = 0; block < blocks; block += eventBlocks) {
      RowChunk chunk = {nullptr, rows.getOffsets() + block, std::min(eventBlocks, blocks - block), binary};
      for (int64_t r = 0; r < runs; ++r) {
        Run run = rows.getRun(group, r);
        const uint8_t *first = rows.find(view, run.first);
        for (int64_t step : steps)
          for (int64_t i = 0; i < planeStep; ++i) {
            *next++ = static_cast<uint32_t>(used);
            if (i >= run.count)
              continue;
            chunk.row = first + step * stepBytes + i * rows.getStride();
            if (used + maxChunkEvents + eventSlack > capacity)
              grow();
            used = kernels.list(chunk, events.get() + used) - events.get();
          }
        if (used > most)
          return false;
      }
      *next++ = static_cast<uint32_t>(used);
    }
    return true;
  }

  const uint16_t *getEvents() const { return events.get(); }
  const uint32_t *getBegin() const { return begin.data(); }
  int64_t countRows() const { return count; }

private:
  void grow() {
    capacity = 2 * capacity + (1 << 18);
    std::unique_ptr<uint16_t[]> larger(new uint16_t[capacity]);
    if (used)
      std::memcpy(larger.get(), events.get(), used * sizeof(uint16_t));
    events = std::move(larger);
  }

  std::unique_ptr<uint16_t[]> events;
  std::vector<uint32_t> begin;
  int64_t capacity = 0, used = 0, count = 0;
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_LISTEDROWS_H
