// SPDX-License-Identifier: Apache-2.0
// What the plane kernels of 256-bit registers share. vpmaddubsw adds two products in 16 bits and saturates: two
// products of 255 and -128 would not fit, two of 128 and -128 do. So large inputs are split in two halves of at most
// 128.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_PLANESAVX2_H
#define SPIKE_LIB_RUNTIME_KERNELS_PLANESAVX2_H

#include "AttentionImpl.h"
#include "PlanesImpl.h"

#include <immintrin.h>

namespace {

using namespace spike_rt;

constexpr int64_t rowsAtOnce = 4;

/// A group of inputs for eight outputs.
inline __m256i repeat(const uint8_t *inputs) {
  int32_t four;
  __builtin_memcpy(&four, inputs, planeGroup);
  return _mm256_set1_epi32(four);
}

inline __m256i addBytes(__m256i sum, __m256i x, __m256i w) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(x, w), _mm256_set1_epi16(1)));
}

/// Inputs of at most 127 cannot saturate: two products fit 16 bits.
struct SmallInputs {
  explicit SmallInputs(const uint8_t *inputs) : x(repeat(inputs)) {}
  __m256i add(__m256i sum, __m256i w) const { return addBytes(sum, x, w); }
  __m256i x;
};

struct Halves {
  explicit Halves(const uint8_t *inputs) {
    __m256i x = repeat(inputs);
    upper = _mm256_and_si256(_mm256_srli_epi16(x, 1), _mm256_set1_epi8(0x7f));
    lower = _mm256_sub_epi8(x, upper);
  }
  __m256i add(__m256i sum, __m256i w) const { return addBytes(addBytes(sum, upper, w), lower, w); }
  __m256i upper, lower;
};

/// Adds the dot products of a group with the weights of eight outputs.
template <typename Inputs>
__m256i addProducts(__m256i sum, const Inputs &x, const int8_t *weights) {
  return x.add(sum, _mm256_loadu_si256(reinterpret_cast<const __m256i *>(weights)));
}

template <typename Inputs>
void multiplyInputs(const Product &a) {
  for (int64_t r = 0; r < a.count; r += rowsAtOnce) {
    const uint8_t *first = findRow(a, r);
    for (int64_t plane = 0; plane < a.planes; ++plane) {
      __m256i total[rowsAtOnce][2] = {};
      for (int64_t b = 0; b < a.blocks; ++b) {
        const int8_t *w = a.weights + (b * a.planes + plane) * planeTile;
        for (int64_t group = 0; group < planeDepth / planeGroup; ++group, w += planeLine)
          for (int64_t i = 0; i < rowsAtOnce; ++i) {
            Inputs x(first + i * a.stride + a.offsets[b] + group * planeGroup);
            total[i][0] = addProducts(total[i][0], x, w);
            total[i][1] = addProducts(total[i][1], x, w + planeLine / 2);
          }
      }
      for (int64_t i = 0; i < rowsAtOnce; ++i)
        __builtin_memcpy(a.sums + (plane * a.count + r + i) * planeOutputs, total[i], sizeof(total[i]));
    }
  }
}

/// Whether all inputs are at most 127. It is a small part of what they are then multiplied by.
inline bool areSmall(const Product &a) {
  __m256i all = _mm256_setzero_si256();
  for (int64_t r = 0; r < a.count; ++r)
    for (int64_t b = 0; b < a.blocks; ++b) {
      auto *halves = reinterpret_cast<const __m256i *>(findRow(a, r) + a.offsets[b]);
      all = _mm256_or_si256(all, _mm256_or_si256(_mm256_loadu_si256(halves), _mm256_loadu_si256(halves + 1)));
    }
  return !_mm256_movemask_epi8(all);
}

inline void multiplyAVX2(const Product &a, Ahead &, Meanwhile &) {
  (a.binary || areSmall(a) ? multiplyInputs<SmallInputs> : multiplyInputs<Halves>)(a);
}

/// As the bytes of attention are multiplied: those on the right are zeros and ones.
template <typename Inputs>
void multiplyBytes(const uint8_t *left, int64_t stride, int64_t rows, const int8_t *right, int64_t groups,
                   int64_t blocks, int32_t *output) {
  for (int64_t block = 0; block < blocks; ++block)
    for (int64_t row = 0; row < rows; ++row) {
      __m256i low = _mm256_setzero_si256(), high = low;
      const int8_t *y = right + block * groups * 64;
      for (int64_t group = 0; group < groups; ++group, y += 64) {
        Inputs x(left + row * stride + group * planeGroup);
        low = addProducts(low, x, y);
        high = addProducts(high, x, y + planeLine / 2);
      }
      int32_t *to = output + (row * blocks + block) * planeOutputs;
      __builtin_memcpy(to, &low, sizeof(low));
      __builtin_memcpy(to + 8, &high, sizeof(high));
    }
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_PLANESAVX2_H
