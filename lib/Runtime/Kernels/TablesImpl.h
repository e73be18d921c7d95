// SPDX-License-Identifier: Apache-2.0
// Table kernels, for vectors of any instruction set that can look up 32-bit entries by the lowest bits of lanes.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_TABLESIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_TABLESIMPL_H

#include "Tables.h"

#include <utility>

namespace {

/// How the spikes of a block are cut into indices of `bits`, in the order of the words.
template <int64_t bits>
struct Indices {
  static constexpr int64_t perWord = spike_rt::spikesPerWord / bits;
  /// The last word has four spikes.
  static constexpr int64_t last = (spike_rt::planeDepth - 2 * spike_rt::spikesPerWord + bits - 1) / bits;
  static constexpr int64_t count = 2 * perWord + last;

  static constexpr int64_t first(int64_t index) {
    return index / perWord * spike_rt::spikesPerWord + index % perWord * bits;
  }
  /// Spikes of an index.
  static constexpr int64_t size(int64_t index) {
    return first(index) + bits <= spike_rt::planeDepth ? bits : spike_rt::planeDepth - first(index);
  }
};

/// Machine gives vectors and what is done with them:
///   indexBits, tableEntries; outputs and tiles that registers hold at a time;
///   Rows: the indices of a tile's rows, load(words), next(): the lowest bits are the next index;
///   Sums: of a tile's rows for one output, zero(), load(from), store(to), add(table, rows), split(low, high);
///   buildTable<size>(weights of an output, first spike, table), decode(planes of a block, how many, integers);
///   transpose(sums of a tile).
template <typename Machine>
class TableMultiplier {
  using Cut = Indices<Machine::indexBits>;
  static constexpr int64_t entries = Machine::tableEntries, outputTables = Cut::count * entries;

public:
  template <bool narrow>
  static void run(const spike_rt::TableProduct &a) {
    using namespace spike_rt;
    constexpr int64_t pitch = narrow ? tileSums : 2 * tileSums, together = Machine::tiles;
    alignas(64) static thread_local int32_t tables[planeOutputs * outputTables];
    alignas(64) static thread_local int32_t decoded[planeDepth * planeOutputs];
    __builtin_memset(a.sums, 0, a.tiles * pitch * sizeof(int32_t));
    for (int64_t block = 0; block < a.blocks; ++block) {
      Machine::decode(a.weights + block * a.planes * planeTile, a.planes, decoded);
      for (int64_t n = 0; n < planeOutputs; ++n)
        build(decoded + Machine::findOutput(n), tables + n * outputTables,
              std::make_integer_sequence<int64_t, Cut::count>());
      const uint32_t *words = a.words + block * a.tiles * tileWords;
      int64_t t = 0;
      for (; t + together <= a.tiles; t += together)
        addTiles<narrow, together>(words + t * tileWords, tables, a.sums + t * pitch);
      for (; t < a.tiles; ++t)
        addTiles<narrow, 1>(words + t * tileWords, tables, a.sums + t * pitch);
    }
    for (int64_t i = 0; i < a.tiles * (pitch / tileSums); ++i)
      Machine::transpose(a.sums + i * tileSums);
  }

private:
  template <int64_t... at>
  __attribute__((always_inline)) static void build(const int32_t *weights, int32_t *table,
                                                   std::integer_sequence<int64_t, at...>) {
    (Machine::template buildTable<Cut::size(at)>(weights, Cut::first(at), table + at * entries), ...);
  }

  /// Adds a block to sums, which are [tile][output][row] here, with a second such array behind each tile's first if
  /// they are not narrow. Sums of one block fit 32 bits in any case.
  template <bool narrow, int64_t tiles>
  __attribute__((always_inline)) static void addTiles(const uint32_t *words, const int32_t *tables, int32_t *sums) {
    using namespace spike_rt;
    constexpr int64_t outputs = Machine::outputs, pitch = narrow ? tileSums : 2 * tileSums;
    for (int64_t first = 0; first < planeOutputs; first += outputs) {
      typename Machine::Sums total[tiles][outputs];
      for (int64_t t = 0; t < tiles; ++t)
        for (int64_t n = 0; n < outputs; ++n)
          if (narrow)
            total[t][n].load(sums + t * pitch + (first + n) * tableRows);
          else
            total[t][n].zero();
      for (int64_t word = 0; word < tableWords; ++word) {
        typename Machine::Rows rows[tiles];
        for (int64_t t = 0; t < tiles; ++t)
          rows[t].load(words + (t * tableWords + word) * tableRows);
        const int32_t *table = tables + first * outputTables + word * Cut::perWord * entries;
        int64_t count = word + 1 < tableWords ? Cut::perWord : Cut::last;
#pragma clang loop unroll(disable)
        for (int64_t at = 0; at < count; ++at, table += entries) {
          for (int64_t n = 0; n < outputs; ++n)
            Machine::template add<tiles>(total, n, table + n * outputTables, rows);
          for (int64_t t = 0; t < tiles; ++t)
            rows[t].next();
        }
      }
      for (int64_t t = 0; t < tiles; ++t)
        for (int64_t n = 0; n < outputs; ++n) {
          int32_t *to = sums + t * pitch + (first + n) * tableRows;
          if (narrow)
            total[t][n].store(to);
          else
            total[t][n].addSplit(to, to + tileSums);
        }
    }
  }
};

template <typename Machine>
void multiplyTables(const spike_rt::TableProduct &a) {
  if (a.narrow)
    TableMultiplier<Machine>::template run<true>(a);
  else
    TableMultiplier<Machine>::template run<false>(a);
}

/// Bits of a block of spikes to a row's words.
inline void writeWords(uint64_t bits, uint32_t *words) {
  using namespace spike_rt;
  words[0] = static_cast<uint32_t>(bits);
  words[tableRows] = static_cast<uint32_t>(bits >> spikesPerWord);
  words[2 * tableRows] = static_cast<uint32_t>(bits >> 2 * spikesPerWord);
}

/// `toBits(bytes)` has a bit for each of 64 bytes.
template <typename ToBits>
void packTile(const spike_rt::TileBytes &tile, uint32_t *words, int64_t blockWords, ToBits toBits) {
  using namespace spike_rt;
  for (int64_t block = 0; block < tile.blocks; ++block, words += blockWords) {
    const uint8_t *row = tile.first + tile.offsets[block];
    for (int64_t r = 0; r < tile.count; ++r, row += tile.stride)
      writeWords(toBits(row), words + r);
    for (int64_t r = tile.count; r < tableRows; ++r)
      writeWords(0, words + r);
  }
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_TABLESIMPL_H
