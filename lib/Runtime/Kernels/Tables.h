// SPDX-License-Identifier: Apache-2.0
// Exact sums by tables: the sums that a few inputs can make with the weights of an output fit a register or two, and
// one instruction looks sixteen rows up in it, whatever they hold. For small inputs that beats multiplying three digit
// planes where the processor has no matrix unit.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_TABLES_H
#define SPIKE_LIB_RUNTIME_KERNELS_TABLES_H

#include "Planes.h"

namespace spike_rt {

/// Rows that are looked up together, a tile.
constexpr int64_t tableRows = planeStep;
/// Words of a row's block at most.
constexpr int64_t maxTableWords = 8;

/// How the inputs of a block are put together to indices, for inputs of at most so many: the indices of a row stand in
/// words, the first in the lowest bits.
struct TableLayout {
  int64_t largest, words;
};

/// Sixteen rows of bytes to be packed: at `first + row * stride + offsets[block]`. Rows from `count` on are zeros.
struct TableRowsIn {
  const uint8_t *first;
  int64_t stride, count;
  const int32_t *offsets;
  int64_t blocks;
};

/// Packed rows, times blocks of weights that follow each other.
struct TableProduct {
  const uint32_t *words; ///< [block][tile][word][row]
  int64_t tiles, blocks, layout;
  const int8_t *weights; ///< digit planes
  int64_t planes;
  bool narrow;   ///< whether sums fit 32 bits
  int32_t *sums; ///< [tile][row][output], or [tile][2][row][output], the second times 65536, if not narrow
};

struct TableKernels {
  /// The smallest inputs first.
  const TableLayout *layouts;
  int64_t layoutCount;
  /// Writes the words of a tile, `blockWords` from one block to the next. Returns whether all inputs are small enough
  /// for the layout; spikes always are.
  bool (*pack)(const TableRowsIn &rows, int64_t layout, bool binary, uint32_t *words, int64_t blockWords);
  void (*multiply)(const TableProduct &product);
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_KERNELS_TABLES_H
