// SPDX-License-Identifier: Apache-2.0
// Exact sums by tables: the sums that a few spikes can make with the weights of an output fit a register or two, and
// one instruction looks several rows up in it, whatever they hold. That beats multiplying three digit planes where the
// processor has no matrix unit. Small counts are looked up bit by bit.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_TABLES_H
#define SPIKE_LIB_RUNTIME_KERNELS_TABLES_H

#include "Planes.h"

namespace spike_rt {

/// Rows that are packed together, a tile.
constexpr int64_t tableRows = planeStep;
/// A bit of a block of a row is so many words: that of its first thirty inputs, of the second thirty, and of the last
/// four, from the lowest on. Thirty can be cut into indices of three or of five bits.
constexpr int64_t tableWords = 3, inputsPerWord = 30;
/// Inputs have at most so many bits.
constexpr int64_t maxTableBits = 4;
constexpr int64_t tileWords = tableWords * tableRows;

/// Rows of a tile as bytes: at `first + row * stride + offsets[block]`. Rows from `count` on are zeros.
struct TileBytes {
  const uint8_t *first;
  int64_t stride, count;
  const int32_t *offsets;
  int64_t blocks;
};

/// Packed rows, times blocks of weights that follow each other.
struct TableProduct {
  const uint32_t *words; ///< [block][tile][bit][word][row]
  int64_t tiles, blocks, bits;
  const int8_t *weights; ///< digit planes
  int64_t planes;
  int32_t *scratch; ///< tableScratchBytes
  bool narrow;      ///< whether sums fit 32 bits
  int32_t *sums;    ///< [tile][row][output]; if not narrow [tile][2][row][output], of which the second count 65536
};

/// Rows whose sums stay in the second cache while all blocks are added.
constexpr int64_t tableRowsAtOnce = 1024;
/// Memory for the tables of a block, and its weights as integers.
constexpr int64_t tableScratchBytes = 32 << 10;

struct TableKernels {
  /// Writes the words of a tile, `blockWords` from one block to the next. Returns all bits that any input has.
  uint8_t (*pack)(const TileBytes &rows, int64_t bits, uint32_t *words, int64_t blockWords);
  void (*multiply)(const TableProduct &product);
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_KERNELS_TABLES_H
