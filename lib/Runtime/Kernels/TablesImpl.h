// SPDX-License-Identifier: Apache-2.0
// Table kernels, for vectors of any instruction set that can look up 32-bit entries by the lowest bits of lanes.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_TABLESIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_TABLESIMPL_H

#include "Tables.h"

#include <utility>

namespace {

/// How a bit of a block's inputs is cut into indices of `bits`, in the order of the words.
template <int64_t bits>
struct Indices {
  static constexpr int64_t perWord = spike_rt::inputsPerWord / bits;
  /// The last word has four inputs.
  static constexpr int64_t last = (spike_rt::planeDepth - 2 * spike_rt::inputsPerWord + bits - 1) / bits;
  static constexpr int64_t count = 2 * perWord + last;

  static constexpr int64_t first(int64_t index) {
    return index / perWord * spike_rt::inputsPerWord + index % perWord * bits;
  }
  /// Inputs of an index.
  static constexpr int64_t size(int64_t index) {
    return first(index) + bits <= spike_rt::planeDepth ? bits : spike_rt::planeDepth - first(index);
  }
};

/// Where the decoded weights of an output begin, and from there that of an input; unpacking leaves them so.
constexpr int64_t findDecodedOutput(int64_t n) { return n % 4 * 16 + n / 4 * 4; }
constexpr int64_t findDecoded(int64_t input) { return input / 4 * 64 + input % 4; }

/// Machine gives vectors and what is done with them:
///   indexBits, tableEntries; outputs and tiles that registers hold at a time;
///   Rows: the indices of a tile's rows, load(words), next(): the lowest bits are the next index;
///   Sums: of a tile's rows for one output, zero(); addTo(sums, bit) and addTo(low, high, bit) are of the sums << bit;
///   add<tiles>(sums, output, table, rows) looks all tiles up;
///   buildTable<size>(weights of an output, first input, table), decode(planes of a block, how many, integers);
///   transpose(sums of a tile).
template <typename Machine>
class TableMultiplier {
  using Cut = Indices<Machine::indexBits>;
  static constexpr int64_t entries = Machine::tableEntries, outputTables = Cut::count * entries;

public:
  /// `oneBit` says that inputs have no more than that, which the compiler makes use of.
  template <bool narrow, bool oneBit>
  static void run(const spike_rt::TableProduct &a) {
    using namespace spike_rt;
    constexpr int64_t pitch = narrow ? tileSums : 2 * tileSums, together = Machine::tiles;
    constexpr int64_t tableCount = planeOutputs * outputTables;
    static_assert((tableCount + planeDepth * planeOutputs) * int64_t(sizeof(int32_t)) <= tableScratchBytes);
    int32_t *tables = a.scratch, *decoded = tables + tableCount;
    const int64_t bits = oneBit ? 1 : a.bits;
    __builtin_memset(a.sums, 0, a.tiles * pitch * sizeof(int32_t));
    constexpr int64_t most = tableRowsAtOnce / tableRows;
    for (int64_t begin = 0; begin < a.tiles; begin += most) {
      int64_t end = begin + most < a.tiles ? begin + most : a.tiles;
      for (int64_t block = 0; block < a.blocks; ++block) {
        Machine::decode(a.weights + block * a.planes * planeTile, a.planes, decoded);
        for (int64_t n = 0; n < planeOutputs; ++n)
          build(decoded + findDecodedOutput(n), tables + n * outputTables,
                std::make_integer_sequence<int64_t, Cut::count>());
        const uint32_t *words = a.words + block * a.tiles * bits * tileWords;
        int64_t t = begin;
        for (; t + together <= end; t += together)
          addTiles<narrow, together>(words + t * bits * tileWords, bits, tables, a.sums + t * pitch);
        for (; t < end; ++t)
          addTiles<narrow, 1>(words + t * bits * tileWords, bits, tables, a.sums + t * pitch);
      }
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
  /// they are not narrow. Sums of one bit of a block fit 32 bits in any case.
  template <bool narrow, int64_t tiles>
  __attribute__((always_inline)) static void addTiles(const uint32_t *words, int64_t bits, const int32_t *tables,
                                                      int32_t *sums) {
    using namespace spike_rt;
    constexpr int64_t outputs = Machine::outputs, pitch = narrow ? tileSums : 2 * tileSums;
    for (int64_t first = 0; first < planeOutputs; first += outputs)
      for (int64_t bit = 0; bit < bits; ++bit) {
        typename Machine::Sums total[tiles][outputs];
        for (auto &tile : total)
          for (auto &output : tile)
            output.zero();
        for (int64_t word = 0; word < tableWords; ++word) {
          typename Machine::Rows rows[tiles];
          for (int64_t t = 0; t < tiles; ++t)
            rows[t].load(words + ((t * bits + bit) * tableWords + word) * tableRows);
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
              total[t][n].addTo(to, bit);
            else
              total[t][n].addTo(to, to + tileSums, bit);
          }
      }
  }
};

template <typename Machine>
void multiplyTables(const spike_rt::TableProduct &a) {
  using Multiplier = TableMultiplier<Machine>;
  if (a.bits == 1)
    a.narrow ? Multiplier::template run<true, true>(a) : Multiplier::template run<false, true>(a);
  else
    a.narrow ? Multiplier::template run<true, false>(a) : Multiplier::template run<false, false>(a);
}

/// One bit of a block to a row's words.
inline void writeWords(uint64_t inputs, uint32_t *words) {
  using namespace spike_rt;
  words[0] = static_cast<uint32_t>(inputs);
  words[tableRows] = static_cast<uint32_t>(inputs >> inputsPerWord);
  words[2 * tableRows] = static_cast<uint32_t>(inputs >> 2 * inputsPerWord);
}

/// Bytes: 64 inputs; load(from), add(others): all bits that are in either, getBit(bit), getAny(): the bits that any
/// has.
template <typename Bytes, bool oneBit>
uint8_t packBits(const spike_rt::TileBytes &tile, int64_t bits, uint32_t *words, int64_t blockWords) {
  using namespace spike_rt;
  bits = oneBit ? 1 : bits;
  Bytes all = Bytes::zeros();
  for (int64_t block = 0; block < tile.blocks; ++block, words += blockWords) {
    const uint8_t *row = tile.first + tile.offsets[block];
    for (int64_t r = 0; r < tile.count; ++r, row += tile.stride) {
      Bytes x = Bytes::load(row);
      all.add(x);
      for (int64_t bit = 0; bit < bits; ++bit)
        writeWords(x.getBit(bit), words + bit * tileWords + r);
    }
    for (int64_t r = tile.count; r < tableRows; ++r)
      for (int64_t bit = 0; bit < bits; ++bit)
        writeWords(0, words + bit * tileWords + r);
  }
  return all.getAny();
}

template <typename Bytes>
uint8_t packTile(const spike_rt::TileBytes &tile, int64_t bits, uint32_t *words, int64_t blockWords) {
  return (bits == 1 ? packBits<Bytes, true> : packBits<Bytes, false>)(tile, bits, words, blockWords);
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_TABLESIMPL_H
