// SPDX-License-Identifier: Apache-2.0
// Table kernels for AVX-512: 32 sums in two registers, vpermt2d looks sixteen rows up in them.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_TABLESAVX512_H
#define SPIKE_LIB_RUNTIME_KERNELS_TABLESAVX512_H

#include "TablesImpl.h"

#include <immintrin.h>

namespace {

constexpr int64_t tableBits = 5, tableEntries = 1 << tableBits;

/// Inputs of at most two: three of them make 27 sums. Sixteen bytes, a lane of the packing, are five threes and one.
constexpr BlockIndices<24> makeThrees() {
  BlockIndices<24> result;
  result.perWord = 6;
  for (int64_t input = 0; input < spike_rt::planeDepth; ++input) {
    IndexInputs &index = result.at[input / 16 * 6 + input % 16 / 3];
    index.input[index.count++] = static_cast<int8_t>(input);
  }
  return result;
}

/// Inputs of at most four: two of them make 25 sums.
constexpr BlockIndices<32> makeTwos() {
  BlockIndices<32> result;
  result.perWord = 4;
  for (int64_t input = 0; input < spike_rt::planeDepth; ++input) {
    IndexInputs &index = result.at[input / 2];
    index.input[index.count++] = static_cast<int8_t>(input);
  }
  return result;
}

/// Indices of a block, and outputs whose tables fit the first cache.
struct SpikeTables {
  static constexpr int64_t largest = 1;
  static constexpr BlockIndices<13> indices = makeSpikeIndices<13>(tableBits);
  static constexpr int64_t count = 13, words = 3, outputs = 16;

  static void pack(__m512i x, uint32_t *to) {
    uint64_t bits = _mm512_test_epi8_mask(x, x);
    to[0] = static_cast<uint32_t>(bits);
    to[spike_rt::tableRows] = static_cast<uint32_t>(bits >> 30);
    to[2 * spike_rt::tableRows] = static_cast<uint32_t>(bits >> 60);
  }
};

struct ThreesTables {
  static constexpr int64_t largest = 2;
  static constexpr BlockIndices<24> indices = makeThrees();
  static constexpr int64_t count = 24, words = 4, outputs = 8;

  static void pack(__m512i x, uint32_t *to) {
    const __m512i first = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
    const __m512i rest =
        _mm512_broadcast_i32x4(_mm_setr_epi8(12, 13, 14, -1, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
    const __m512i powers = _mm512_set1_epi32(1 | 3 << 8 | 9 << 16), zero = _mm512_setzero_si512();
    const __m512i places = _mm512_broadcast_i32x4(_mm_setr_epi32(0, 5, 10, 15));
    const __m512i later = _mm512_broadcast_i32x4(_mm_setr_epi32(20, 25, 0, 0));
    __m512i low = _mm512_sllv_epi32(_mm512_dpbusd_epi32(zero, _mm512_shuffle_epi8(x, first), powers), places);
    __m512i high = _mm512_sllv_epi32(_mm512_dpbusd_epi32(zero, _mm512_shuffle_epi8(x, rest), powers), later);
    __m512i word = _mm512_or_si512(low, high);
    word = _mm512_or_si512(word, _mm512_shuffle_epi32(word, _MM_PERM_BADC));
    word = _mm512_or_si512(word, _mm512_shuffle_epi32(word, _MM_PERM_CDAB));
    alignas(64) uint32_t lanes[16];
    _mm512_store_si512(lanes, word);
    for (int64_t lane = 0; lane < 4; ++lane)
      to[lane * spike_rt::tableRows] = lanes[4 * lane];
  }
};

struct TwosTables {
  static constexpr int64_t largest = 4;
  static constexpr BlockIndices<32> indices = makeTwos();
  static constexpr int64_t count = 32, words = 8, outputs = 8;

  static void pack(__m512i x, uint32_t *to) {
    __m512i pairs = _mm512_maddubs_epi16(x, _mm512_set1_epi16(1 | 5 << 8));
    __m512i fours = _mm512_madd_epi16(pairs, _mm512_set1_epi32(1 | 32 << 16));
    fours = _mm512_or_si512(fours, _mm512_srli_epi64(fours, 32 - 2 * tableBits));
    alignas(32) uint32_t words[8];
    _mm256_store_si256(reinterpret_cast<__m256i *>(words), _mm512_cvtepi64_epi32(fours));
    for (int64_t word = 0; word < 8; ++word)
      to[word * spike_rt::tableRows] = words[word];
  }
};

template <typename Tables>
bool packTile(const spike_rt::TableRowsIn &rows, bool binary, uint32_t *words, int64_t blockWords) {
  using namespace spike_rt;
  const __m512i largest = _mm512_set1_epi8(static_cast<char>(Tables::largest));
  __mmask64 tooLarge = 0;
  for (int64_t block = 0; block < rows.blocks; ++block, words += blockWords) {
    for (int64_t r = 0; r < rows.count; ++r) {
      __m512i x = _mm512_loadu_si512(rows.first + r * rows.stride + rows.offsets[block]);
      tooLarge |= _mm512_cmpgt_epu8_mask(x, largest);
      Tables::pack(x, words + r);
    }
    for (int64_t r = rows.count; r < tableRows; ++r)
      for (int64_t word = 0; word < Tables::words; ++word)
        words[word * tableRows + r] = 0;
  }
  return binary || !tooLarge;
}

/// Integers of a block's planes: [group][output % 4][output / 4][input] of 32 bits.
inline void decodePlanes(const int8_t *weights, int64_t planes, int32_t *decoded) {
  using namespace spike_rt;
  // Digits plus 128 have no sign and can be put beside each other.
  const __m512i sign = _mm512_set1_epi8(static_cast<char>(0x80)), offset = _mm512_set1_epi32(0x808080);
  for (int64_t group = 0; group < planeDepth / planeGroup; ++group, weights += planeLine, decoded += 64) {
    __m512i digits[maxPlanes];
    for (int64_t plane = 0; plane < maxPlanes; ++plane)
      digits[plane] = plane < planes ? _mm512_xor_si512(_mm512_loadu_si512(weights + plane * planeTile), sign) : sign;
    __m512i low[2] = {_mm512_unpacklo_epi8(digits[0], digits[1]), _mm512_unpackhi_epi8(digits[0], digits[1])};
    __m512i high[2] = {_mm512_unpacklo_epi8(digits[2], _mm512_setzero_si512()),
                       _mm512_unpackhi_epi8(digits[2], _mm512_setzero_si512())};
    for (int half = 0; half < 2; ++half) {
      _mm512_store_si512(decoded + 32 * half,
                         _mm512_sub_epi32(_mm512_unpacklo_epi16(low[half], high[half]), offset));
      _mm512_store_si512(decoded + 32 * half + 16,
                         _mm512_sub_epi32(_mm512_unpackhi_epi16(low[half], high[half]), offset));
    }
  }
}

template <typename Tables>
constexpr uint32_t reachingEntries(int64_t digit, int64_t level) {
  uint32_t mask = 0;
  for (int64_t entry = 0; entry < tableEntries; ++entry)
    mask |= uint32_t(reaches(entry, digit, Tables::largest, level)) << entry;
  return mask;
}

/// The table of index `at` for one output whose weights begin at `decoded`.
template <typename Tables, int64_t at>
__attribute__((always_inline)) inline void buildTable(const int32_t *decoded, int32_t *table) {
  constexpr IndexInputs inputs = Tables::indices.at[at];
  __m512i low = _mm512_setzero_si512(), high = low;
#pragma clang loop unroll(full)
  for (int64_t digit = 0; digit < inputs.count; ++digit) {
    int64_t input = inputs.input[digit];
    __m512i w = _mm512_set1_epi32(decoded[input / 4 * 64 + input % 4]);
    if (Tables::largest == 1 && digit == 4) {
      high = _mm512_add_epi32(low, w);
      break;
    }
#pragma clang loop unroll(full)
    for (int64_t level = 1; level <= Tables::largest; ++level) {
      uint32_t entries = reachingEntries<Tables>(digit, level);
      low = _mm512_mask_add_epi32(low, static_cast<__mmask16>(entries), low, w);
      if (Tables::largest > 1)
        high = _mm512_mask_add_epi32(high, static_cast<__mmask16>(entries >> 16), high, w);
    }
  }
  _mm512_store_si512(table, low);
  _mm512_store_si512(table + 16, high);
}

/// Tables of the outputs from `first` on.
template <typename Tables, int64_t... at>
inline void buildTables(const int32_t *decoded, int64_t first, int32_t *tables, std::integer_sequence<int64_t, at...>) {
  for (int64_t n = first; n < first + Tables::outputs; ++n, tables += Tables::count * tableEntries) {
    const int32_t *weights = decoded + n % 4 * 16 + n / 4 * 4;
    (buildTable<Tables, at>(weights, tables + at * tableEntries), ...);
  }
}

/// Rows of sixteen to columns.
inline void transpose16(int32_t *matrix) {
  __m512i a[16], b[16];
  for (int i = 0; i < 16; ++i)
    a[i] = _mm512_load_si512(matrix + 16 * i);
  for (int i = 0; i < 16; i += 2) {
    b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
  }
  for (int i = 0; i < 16; i += 4)
    for (int k = 0; k < 2; ++k) {
      a[i + 2 * k] = _mm512_unpacklo_epi64(b[i + k], b[i + k + 2]);
      a[i + 2 * k + 1] = _mm512_unpackhi_epi64(b[i + k], b[i + k + 2]);
    }
  // a[4 * i + k] has column k of every lane of rows 4 * i and on.
  for (int k = 0; k < 4; ++k) {
    __m512i low[2] = {_mm512_shuffle_i32x4(a[k], a[4 + k], 0x88), _mm512_shuffle_i32x4(a[k], a[4 + k], 0xdd)};
    __m512i high[2] = {_mm512_shuffle_i32x4(a[8 + k], a[12 + k], 0x88),
                       _mm512_shuffle_i32x4(a[8 + k], a[12 + k], 0xdd)};
    for (int odd = 0; odd < 2; ++odd) { // lanes 0 and 2, then 1 and 3
      _mm512_store_si512(matrix + 16 * (4 * odd + k), _mm512_shuffle_i32x4(low[odd], high[odd], 0x88));
      _mm512_store_si512(matrix + 16 * (4 * odd + 8 + k), _mm512_shuffle_i32x4(low[odd], high[odd], 0xdd));
    }
  }
}

constexpr int64_t tileSums = spike_rt::tableRows * spike_rt::planeOutputs;

/// Looks tiles up for four outputs at a time. Sums are [tile][output][row] here, with a second array behind each tile's
/// first if they are not narrow; sums of half a block fit 32 bits in any case.
template <typename Tables, bool narrow, int64_t tiles>
__attribute__((always_inline)) inline void addTiles(const uint32_t *words, const int32_t *tables, int32_t *sums) {
  using namespace spike_rt;
  constexpr int64_t outputs = 4, pitch = narrow ? tileSums : 2 * tileSums;
  constexpr int64_t perWord = Tables::indices.perWord;
  // Half a block of inputs up to four is as much as a whole one of smaller ones.
  constexpr int64_t wordsPerSum = !narrow && Tables::largest > 2 ? Tables::words / 2 : Tables::words;
  for (int64_t first = 0; first < Tables::outputs; first += outputs) {
    __m512i total[tiles][outputs];
    for (int64_t begin = 0; begin < Tables::words; begin += wordsPerSum) {
      for (int64_t t = 0; t < tiles; ++t)
        for (int64_t n = 0; n < outputs; ++n)
          total[t][n] = narrow ? _mm512_load_si512(sums + t * pitch + (first + n) * tableRows) : _mm512_setzero_si512();
      for (int64_t word = begin; word < begin + wordsPerSum; ++word) {
        __m512i rows[tiles];
        for (int64_t t = 0; t < tiles; ++t)
          rows[t] = _mm512_load_si512(words + (t * Tables::words + word) * tableRows);
        int64_t end = (word + 1) * perWord < Tables::count ? (word + 1) * perWord : Tables::count;
        const int32_t *table = tables + (first * Tables::count + word * perWord) * tableEntries;
#pragma clang loop unroll(disable)
        for (int64_t at = word * perWord; at < end; ++at, table += tableEntries) {
          for (int64_t n = 0; n < outputs; ++n) {
            __m512i low = _mm512_load_si512(table + n * Tables::count * tableEntries);
            __m512i high = _mm512_load_si512(table + n * Tables::count * tableEntries + 16);
            for (int64_t t = 0; t < tiles; ++t)
              total[t][n] = _mm512_add_epi32(total[t][n], _mm512_permutex2var_epi32(low, rows[t], high));
          }
          for (int64_t t = 0; t < tiles; ++t)
            rows[t] = _mm512_srli_epi32(rows[t], tableBits);
        }
      }
      for (int64_t t = 0; t < tiles; ++t)
        for (int64_t n = 0; n < outputs; ++n) {
          int32_t *to = sums + t * pitch + (first + n) * tableRows;
          if (narrow) {
            _mm512_store_si512(to, total[t][n]);
            continue;
          }
          __m512i low = _mm512_and_si512(total[t][n], _mm512_set1_epi32(0xffff));
          _mm512_store_si512(to, _mm512_add_epi32(_mm512_load_si512(to), low));
          __m512i high = _mm512_srai_epi32(total[t][n], 16);
          _mm512_store_si512(to + tileSums, _mm512_add_epi32(_mm512_load_si512(to + tileSums), high));
        }
    }
  }
}

template <typename Tables, bool narrow>
void multiplyTables(const spike_rt::TableProduct &a) {
  using namespace spike_rt;
  constexpr int64_t pitch = narrow ? tileSums : 2 * tileSums, tileWords = Tables::words * tableRows, together = 4;
  alignas(64) static thread_local int32_t tables[Tables::outputs * Tables::count * tableEntries];
  alignas(64) static thread_local int32_t decoded[decodedWeights];
  __builtin_memset(a.sums, 0, a.tiles * pitch * sizeof(int32_t));
  for (int64_t block = 0; block < a.blocks; ++block) {
    decodePlanes(a.weights + block * a.planes * planeTile, a.planes, decoded);
    const uint32_t *words = a.words + block * a.tiles * tileWords;
    for (int64_t n = 0; n < planeOutputs; n += Tables::outputs) {
      buildTables<Tables>(decoded, n, tables, std::make_integer_sequence<int64_t, Tables::count>());
      int32_t *sums = a.sums + n * tableRows;
      int64_t t = 0;
      for (; t + together <= a.tiles; t += together)
        addTiles<Tables, narrow, together>(words + t * tileWords, tables, sums + t * pitch);
      for (; t < a.tiles; ++t)
        addTiles<Tables, narrow, 1>(words + t * tileWords, tables, sums + t * pitch);
    }
  }
  for (int64_t i = 0; i < a.tiles * (pitch / tileSums); ++i)
    transpose16(a.sums + i * tileSums);
}

template <typename Tables>
void multiplyTables(const spike_rt::TableProduct &a) {
  (a.narrow ? multiplyTables<Tables, true> : multiplyTables<Tables, false>)(a);
}

inline bool packTablesAVX512(const spike_rt::TableRowsIn &rows, int64_t layout, bool binary, uint32_t *words,
                             int64_t blockWords) {
  constexpr decltype(&packTile<SpikeTables>) versions[] = {packTile<SpikeTables>, packTile<ThreesTables>,
                                                           packTile<TwosTables>};
  return versions[layout](rows, binary, words, blockWords);
}

inline void multiplyTablesAVX512(const spike_rt::TableProduct &a) {
  constexpr void (*versions[])(const spike_rt::TableProduct &) = {
      multiplyTables<SpikeTables>, multiplyTables<ThreesTables>, multiplyTables<TwosTables>};
  versions[a.layout](a);
}

constexpr spike_rt::TableLayout tableLayoutsAVX512[] = {{SpikeTables::largest, SpikeTables::words},
                                                        {ThreesTables::largest, ThreesTables::words},
                                                        {TwosTables::largest, TwosTables::words}};
constexpr spike_rt::TableKernels tablesAVX512 = {tableLayoutsAVX512, 3, packTablesAVX512, multiplyTablesAVX512};

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_TABLESAVX512_H
