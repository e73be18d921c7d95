// SPDX-License-Identifier: Apache-2.0
// Lists of the active groups of rows of bytes, for products that leave out what is silent.
#ifndef SPIKE_LIB_RUNTIME_ACTIVEGROUPS_H
#define SPIKE_LIB_RUNTIME_ACTIVEGROUPS_H

#include "Kernels/Planes.h"

#include <cstring>
#include <memory>

namespace spike_rt {

/// Share of the groups that are active in `count` rows of `pitch` bytes, told from every seventh row: a number that
/// image widths are no multiples of.
inline double sampleActive(const uint8_t *rows, int64_t pitch, int64_t count) {
  constexpr int64_t every = 7;
  int64_t active = 0, seen = 0;
  for (int64_t r = 0; r < count; r += every, ++seen)
    for (int64_t k = 0; k < pitch; k += planeGroup) {
      uint32_t group;
      std::memcpy(&group, rows + r * pitch + k, planeGroup);
      active += group != 0;
    }
  return static_cast<double>(active * planeGroup) / static_cast<double>(seen * pitch);
}

/// Memory for the lists of many rows. It only grows, so that a run allocates nothing once warm.
class ActiveGroupLists {
public:
  /// Forgets all rows; there is room for `rows` rows of `pitch` bytes.
  void reset(int64_t rows, int64_t pitch) {
    if (rows * pitch / planeGroup > capacity) {
      capacity = rows * pitch / planeGroup;
      groups.reset(new ActiveGroup[capacity]);
    }
    if (rows + 1 > rowCapacity) {
      rowCapacity = rows + 1;
      begin.reset(new uint32_t[rowCapacity]);
    }
    rowsListed = size = 0;
    begin[0] = 0;
  }

  /// Appends a row whose weights have so many planes.
  void append(const uint8_t *row, int64_t pitch, int64_t planes) {
    constexpr int64_t groupsPerBlock = planeDepth / planeGroup;
    for (int64_t block = 0; block < pitch / planeDepth; ++block)
      for (int64_t g = 0; g < groupsPerBlock; ++g, row += planeGroup) {
        // Written in any case: a branch would be mispredicted half the time.
        ActiveGroup &next = groups[size];
        next.line = static_cast<uint32_t>(block * planes * groupsPerBlock + g);
        std::memcpy(next.inputs, row, planeGroup);
        uint32_t inputs;
        std::memcpy(&inputs, row, planeGroup);
        size += inputs != 0;
      }
    begin[++rowsListed] = static_cast<uint32_t>(size);
  }

  ActiveGroups get(int64_t firstRow) const { return {groups.get(), begin.get() + firstRow}; }

private:
  std::unique_ptr<ActiveGroup[]> groups;
  std::unique_ptr<uint32_t[]> begin;
  int64_t capacity = 0, rowCapacity = 0, rowsListed = 0, size = 0;
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_ACTIVEGROUPS_H
