// SPDX-License-Identifier: Apache-2.0
// Table kernels for AVX-512: 32 sums in two registers, vpermt2d looks sixteen rows up in them.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_TABLESAVX512_H
#define SPIKE_LIB_RUNTIME_KERNELS_TABLESAVX512_H

#include "TablesImpl.h"

#include <immintrin.h>

namespace {

struct TablesAVX512 {
  static constexpr int64_t indexBits = 5, tableEntries = 32, outputs = 4, tiles = 4;

  struct Rows {
    void load(const uint32_t *words) { indices = _mm512_load_si512(words); }
    void next() { indices = _mm512_srli_epi32(indices, indexBits); }
    __m512i indices;
  };

  struct Sums {
    void zero() { sums = _mm512_setzero_si512(); }
    void addTo(int32_t *to, int64_t bit) const { add(to, sums, bit); }
    void addTo(int32_t *low, int32_t *high, int64_t bit) const {
      add(low, _mm512_and_si512(sums, _mm512_set1_epi32(0xffff)), bit);
      add(high, _mm512_srai_epi32(sums, 16), bit);
    }
    static void add(int32_t *to, __m512i x, int64_t bit) {
      __m512i shifted = _mm512_slli_epi32(x, static_cast<unsigned>(bit));
      _mm512_store_si512(to, _mm512_add_epi32(_mm512_load_si512(to), shifted));
    }
    __m512i sums;
  };

  template <int64_t count>
  __attribute__((always_inline)) static void add(Sums (*total)[outputs], int64_t n, const int32_t *table,
                                                 const Rows *rows) {
    __m512i low = _mm512_load_si512(table), high = _mm512_load_si512(table + 16);
    for (int64_t t = 0; t < count; ++t)
      total[t][n].sums = _mm512_add_epi32(total[t][n].sums, _mm512_permutex2var_epi32(low, rows[t].indices, high));
  }

  /// Integers of a block's planes: [group][output % 4][output / 4][input] of 32 bits.
  static void decode(const int8_t *weights, int64_t planes, int32_t *decoded) {
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
        _mm512_store_si512(decoded + 32 * half, _mm512_sub_epi32(_mm512_unpacklo_epi16(low[half], high[half]), offset));
        _mm512_store_si512(decoded + 32 * half + 16,
                           _mm512_sub_epi32(_mm512_unpackhi_epi16(low[half], high[half]), offset));
      }
    }
  }

  /// Adds a weight to the entries of a mask. Written out because compilers prefer to broadcast through an integer
  /// register, which costs twice as much.
  __attribute__((always_inline)) static __m512i addWhere(__mmask16 mask, __m512i entries, const int32_t &weight) {
    asm("vpaddd %2%{1to16%}, %0, %0%{%1%}" : "+v"(entries) : "Yk"(mask), "m"(weight));
    return entries;
  }

  template <int64_t size>
  __attribute__((always_inline)) static void buildTable(const int32_t *weights, int64_t first, int32_t *table) {
    constexpr __mmask16 haveBit[] = {0xaaaa, 0xcccc, 0xf0f0, 0xff00, 0xffff};
    __m512i entries = _mm512_setzero_si512();
    for (int64_t i = 0; i < size; ++i) {
      if (i == 4)
        _mm512_store_si512(table, entries);
      entries = addWhere(haveBit[i], entries, weights[findDecoded(first + i)]);
    }
    _mm512_store_si512(size == indexBits ? table + 16 : table, entries);
  }

  /// Rows of sixteen to columns.
  static void transpose(int32_t *matrix) {
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
};

struct BytesAVX512 {
  static BytesAVX512 zeros() { return {_mm512_setzero_si512()}; }
  static BytesAVX512 load(const uint8_t *from) { return {_mm512_loadu_si512(from)}; }
  void add(const BytesAVX512 &others) { x = _mm512_or_si512(x, others.x); }
  uint64_t getBit(int64_t bit) const { return _mm512_test_epi8_mask(x, _mm512_set1_epi8(static_cast<char>(1 << bit))); }
  uint8_t getAny() const {
    uint64_t eight = static_cast<uint64_t>(_mm512_reduce_or_epi64(x));
    eight |= eight >> 32;
    eight |= eight >> 16;
    return static_cast<uint8_t>(eight | eight >> 8);
  }
  __m512i x;
};

constexpr spike_rt::TableKernels tablesAVX512 = {packTile<BytesAVX512>, multiplyTables<TablesAVX512>};

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_TABLESAVX512_H
