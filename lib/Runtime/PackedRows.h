// SPDX-License-Identifier: Apache-2.0
// Rows of a group, packed for table kernels.
#ifndef SPIKE_LIB_RUNTIME_PACKEDROWS_H
#define SPIKE_LIB_RUNTIME_PACKEDROWS_H

#include "Kernels/Tables.h"
#include "PlaneRows.h"

namespace spike_rt {

class PackedRows {
public:
  /// Packs the rows of a group at some steps; run r at the i-th of them is tile r * steps.size() + i. Returns all bits
  /// that any input has.
  uint8_t pack(const TableKernels &kernels, const PlaneRows &rows, const RowsView &view, Group group,
               const std::vector<int64_t> &steps, int64_t bits) {
    int64_t runs = rows.countRuns(group), stepBytes = rows.getStepBytes(view), blocks = rows.countBlocks();
    tiles = runs * static_cast<int64_t>(steps.size());
    int64_t blockWords = tiles * bits * tileWords;
    this->bits = bits;
    auto *tile = reinterpret_cast<uint32_t *>(memory.get(blocks * blockWords * int64_t(sizeof(uint32_t))));
    words = tile;
    uint8_t any = 0;
    for (int64_t r = 0; r < runs; ++r) {
      Run run = rows.getRun(group, r);
      const uint8_t *first = rows.find(view, run.first);
      for (int64_t step : steps) {
        any |= kernels.pack({first + step * stepBytes, rows.getStride(), run.count, rows.getOffsets(), blocks}, bits,
                            tile, blockWords);
        tile += bits * tileWords;
      }
    }
    return any;
  }

  const uint32_t *getWords() const { return words; }
  int64_t countTiles() const { return tiles; }
  int64_t countBits() const { return bits; }

private:
  Buffer memory;
  const uint32_t *words = nullptr;
  int64_t tiles = 0, bits = 0;
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_PACKEDROWS_H
