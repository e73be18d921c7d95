// SPDX-License-Identifier: Apache-2.0
// Table kernels for AVX2: eight sums in a register, vpermd looks eight rows up in it.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_TABLESAVX2_H
#define SPIKE_LIB_RUNTIME_KERNELS_TABLESAVX2_H

#include "TablesImpl.h"

#include <immintrin.h>

namespace {

struct TablesAVX2 {
  static constexpr int64_t indexBits = 3, tableEntries = 8, outputs = 4, tiles = 1, lanes = 8, halves = 2;

  static __m256i read(const void *from) { return _mm256_load_si256(static_cast<const __m256i *>(from)); }
  static __m256i readAnywhere(const void *from) { return _mm256_loadu_si256(static_cast<const __m256i *>(from)); }
  static void write(void *to, __m256i x) { _mm256_store_si256(static_cast<__m256i *>(to), x); }

  struct Rows {
    void load(const uint32_t *words) {
      for (int64_t i = 0; i < halves; ++i)
        indices[i] = read(words + i * lanes);
    }
    void next() {
      for (__m256i &half : indices)
        half = _mm256_srli_epi32(half, indexBits);
    }
    __m256i indices[halves];
  };

  struct Sums {
    void zero() { sums[0] = sums[1] = _mm256_setzero_si256(); }
    void addTo(int32_t *to, int64_t bit) const {
      for (int64_t i = 0; i < halves; ++i)
        add(to + i * lanes, sums[i], bit);
    }
    void addTo(int32_t *low, int32_t *high, int64_t bit) const {
      for (int64_t i = 0; i < halves; ++i) {
        add(low + i * lanes, _mm256_and_si256(sums[i], _mm256_set1_epi32(0xffff)), bit);
        add(high + i * lanes, _mm256_srai_epi32(sums[i], 16), bit);
      }
    }
    static void add(int32_t *to, __m256i x, int64_t bit) {
      write(to, _mm256_add_epi32(read(to), _mm256_slli_epi32(x, static_cast<int>(bit))));
    }
    __m256i sums[halves];
  };

  template <int64_t count>
  __attribute__((always_inline)) static void add(Sums (*total)[outputs], int64_t n, const int32_t *table,
                                                 const Rows *rows) {
    __m256i entries = read(table);
    for (int64_t t = 0; t < count; ++t)
      for (int64_t i = 0; i < halves; ++i)
        total[t][n].sums[i] =
            _mm256_add_epi32(total[t][n].sums[i], _mm256_permutevar8x32_epi32(entries, rows[t].indices[i]));
  }

  /// Integers of a block's planes: [group][output % 4][output / 4][input] of 32 bits.
  static void decode(const int8_t *weights, int64_t planes, int32_t *decoded) {
    using namespace spike_rt;
    // Digits plus 128 have no sign and can be put beside each other.
    const __m256i sign = _mm256_set1_epi8(static_cast<char>(0x80)), offset = _mm256_set1_epi32(0x808080);
    for (int64_t half = 0; half < planeTile / 32; ++half, weights += 32) {
      __m256i digits[maxPlanes];
      for (int64_t plane = 0; plane < maxPlanes; ++plane)
        digits[plane] = plane < planes ? _mm256_xor_si256(readAnywhere(weights + plane * planeTile), sign) : sign;
      __m256i low[2] = {_mm256_unpacklo_epi8(digits[0], digits[1]), _mm256_unpackhi_epi8(digits[0], digits[1])};
      __m256i high[2] = {_mm256_unpacklo_epi8(digits[2], _mm256_setzero_si256()),
                         _mm256_unpackhi_epi8(digits[2], _mm256_setzero_si256())};
      int32_t *to = decoded + half / 2 * 64 + half % 2 * lanes;
      for (int i = 0; i < 2; ++i) {
        write(to + 32 * i, _mm256_sub_epi32(_mm256_unpacklo_epi16(low[i], high[i]), offset));
        write(to + 32 * i + 16, _mm256_sub_epi32(_mm256_unpackhi_epi16(low[i], high[i]), offset));
      }
    }
  }

  template <int64_t size>
  __attribute__((always_inline)) static void buildTable(const int32_t *weights, int64_t first, int32_t *table) {
    const __m256i haveBit[] = {_mm256_setr_epi32(0, -1, 0, -1, 0, -1, 0, -1),
                               _mm256_setr_epi32(0, 0, -1, -1, 0, 0, -1, -1),
                               _mm256_setr_epi32(0, 0, 0, 0, -1, -1, -1, -1)};
    __m256i entries = _mm256_setzero_si256();
    for (int64_t i = 0; i < size; ++i)
      entries =
          _mm256_add_epi32(entries, _mm256_and_si256(haveBit[i], _mm256_set1_epi32(weights[findDecoded(first + i)])));
    write(table, entries);
  }

  /// Rows of eight, sixteen apart, to columns.
  static void transposeEight(const int32_t *matrix, __m256i *columns) {
    __m256i a[8], b[8];
    for (int i = 0; i < 8; ++i)
      a[i] = read(matrix + 16 * i);
    for (int i = 0; i < 8; i += 2) {
      b[i] = _mm256_unpacklo_epi32(a[i], a[i + 1]);
      b[i + 1] = _mm256_unpackhi_epi32(a[i], a[i + 1]);
    }
    for (int i = 0; i < 8; i += 4)
      for (int k = 0; k < 2; ++k) {
        a[i + 2 * k] = _mm256_unpacklo_epi64(b[i + k], b[i + k + 2]);
        a[i + 2 * k + 1] = _mm256_unpackhi_epi64(b[i + k], b[i + k + 2]);
      }
    for (int k = 0; k < 4; ++k) {
      columns[k] = _mm256_permute2x128_si256(a[k], a[4 + k], 0x20);
      columns[4 + k] = _mm256_permute2x128_si256(a[k], a[4 + k], 0x31);
    }
  }

  static void transpose(int32_t *matrix) {
    __m256i block[8], other[8];
    auto store = [](int32_t *to, const __m256i *from) {
      for (int i = 0; i < 8; ++i)
        write(to + 16 * i, from[i]);
    };
    int32_t *below = matrix + 8 * 16;
    transposeEight(matrix, block);
    store(matrix, block);
    transposeEight(below + 8, block);
    store(below + 8, block);
    transposeEight(matrix + 8, block);
    transposeEight(below, other);
    store(below, block);
    store(matrix + 8, other);
  }
};

struct BytesAVX2 {
  static BytesAVX2 zeros() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
  static BytesAVX2 load(const uint8_t *from) {
    auto *halves = reinterpret_cast<const __m256i *>(from);
    return {_mm256_loadu_si256(halves), _mm256_loadu_si256(halves + 1)};
  }
  void add(const BytesAVX2 &others) {
    low = _mm256_or_si256(low, others.low);
    high = _mm256_or_si256(high, others.high);
  }
  /// The bit becomes the highest of its byte; what comes from the byte beside it stays below.
  static uint32_t getBit(__m256i x, int64_t bit) {
    return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_slli_epi16(x, static_cast<int>(7 - bit))));
  }
  uint64_t getBit(int64_t bit) const { return getBit(low, bit) | uint64_t(getBit(high, bit)) << 32; }
  uint8_t getAny() const {
    __m256i both = _mm256_or_si256(low, high);
    uint64_t quarters[4];
    __builtin_memcpy(quarters, &both, sizeof(both));
    uint64_t eight = quarters[0] | quarters[1] | quarters[2] | quarters[3];
    eight |= eight >> 32;
    eight |= eight >> 16;
    return static_cast<uint8_t>(eight | eight >> 8);
  }
  __m256i low, high;
};

constexpr spike_rt::TableKernels tablesAVX2 = {packTile<BytesAVX2>, multiplyTables<TablesAVX2>};

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_TABLESAVX2_H
