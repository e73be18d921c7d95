// SPDX-License-Identifier: Apache-2.0
// Lists of the active groups of rows of bytes, for products that leave out what is silent.
#ifndef SPIKE_LIB_RUNTIME_ACTIVEGROUPS_H
#define SPIKE_LIB_RUNTIME_ACTIVEGROUPS_H

#include "Kernels/Planes.h"

#include <cstring>
#include <memory>

namespace spike_rt {

/// What has been seen of rows.
struct Seen {
  int64_t active = 0, all = 0; ///< groups
  uint8_t largest = 0;         ///< input
};

/// Adds a row's blocks to what has been seen.
inline void lookAt(const uint8_t *row, const int32_t *offsets, int64_t blocks, Seen &seen) {
  for (int64_t b = 0; b < blocks; ++b) {
    const uint8_t *block = row + offsets[b];
    for (int64_t k = 0; k < planeDepth; k += planeGroup) {
      uint32_t inputs;
      std::memcpy(&inputs, block + k, planeGroup);
      seen.active += inputs != 0;
    }
    for (int64_t k = 0; k < planeDepth; ++k)
      seen.largest = block[k] > seen.largest ? block[k] : seen.largest;
  }
  seen.all += blocks * (planeDepth / planeGroup);
}

/// Memory for the lists of many rows. It only grows, so that a run allocates nothing once warm.
class ActiveGroupLists {
public:
  /// Forgets all rows; there is room for `rows` rows of `blocks` blocks.
  void reset(int64_t rows, int64_t blocks) {
    if (rows * blocks * (planeDepth / planeGroup) > capacity) {
      capacity = rows * blocks * (planeDepth / planeGroup);
      groups.reset(new ActiveGroup[capacity]);
    }
    if (rows + 1 > rowCapacity) {
      rowCapacity = rows + 1;
      begin.reset(new uint32_t[rowCapacity]);
    }
    rowsListed = size = 0;
    begin[0] = 0;
  }

  /// Appends a row whose blocks begin at `offsets` and whose weights have so many planes.
  void append(const uint8_t *row, const int32_t *offsets, int64_t blocks, int64_t planes) {
    constexpr int64_t groupsPerBlock = planeDepth / planeGroup;
    for (int64_t block = 0; block < blocks; ++block)
      for (int64_t g = 0; g < groupsPerBlock; ++g) {
        // Written in any case: a branch would be mispredicted half the time.
        ActiveGroup &next = groups[size];
        next.line = static_cast<uint32_t>(block * planes * groupsPerBlock + g);
        uint32_t inputs;
        std::memcpy(&inputs, row + offsets[block] + g * planeGroup, planeGroup);
        std::memcpy(next.inputs, &inputs, planeGroup);
        size += inputs != 0;
      }
    begin[++rowsListed] = static_cast<uint32_t>(size);
  }

  const ActiveGroup *getGroups() const { return groups.get(); }
  /// Where the groups of a row begin, and of those behind it.
  const uint32_t *getBegin(int64_t row) const { return begin.get() + row; }

private:
  std::unique_ptr<ActiveGroup[]> groups;
  std::unique_ptr<uint32_t[]> begin;
  int64_t capacity = 0, rowCapacity = 0, rowsListed = 0, size = 0;
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_ACTIVEGROUPS_H
