// SPDX-License-Identifier: Apache-2.0
// Plane kernels for AVX2. vpmaddubsw adds two products in 16 bits and saturates: two products of 255 and -128 would not
// fit, two of 128 and -128 do. So each input is split in two halves of at most 128.
#include "AttentionImpl.h"
#include "PlanesImpl.h"

#include <cstring>
#include <immintrin.h>

using namespace spike_rt;

namespace {

constexpr int64_t rowsAtOnce = 4;

/// Adds the dot products of four bytes each to eight sums.
__m256i addProducts(__m256i sum, __m256i x, __m256i half, __m256i w) {
  const __m256i ones = _mm256_set1_epi16(1);
  sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(half, w), ones));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(x, w), ones));
}

void multiply(const uint8_t *rows, int64_t stride, int64_t count, const int8_t *planes, int64_t blocks, int32_t *sums,
              Ahead &, Meanwhile &) {
  const __m256i low = _mm256_set1_epi8(0x7f);
  for (int64_t r = 0; r < count; r += rowsAtOnce)
    for (int64_t plane = 0; plane < numPlanes; ++plane) {
      __m256i total[rowsAtOnce][2] = {};
      for (int64_t b = 0; b < blocks; ++b) {
        const int8_t *w = planes + b * planeBlock + plane * planeOutputs * planeDepth;
        for (int64_t group = 0; group < planeDepth / 4; ++group) {
          __m256i w0 = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(w + group * 64));
          __m256i w1 = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(w + group * 64 + 32));
          for (int64_t i = 0; i < rowsAtOnce; ++i) {
            int32_t four;
            std::memcpy(&four, rows + (r + i) * stride + b * planeDepth + group * 4, 4);
            __m256i x = _mm256_set1_epi32(four);
            __m256i half = _mm256_and_si256(_mm256_srli_epi16(x, 1), low);
            x = _mm256_sub_epi8(x, half);
            total[i][0] = addProducts(total[i][0], x, half, w0);
            total[i][1] = addProducts(total[i][1], x, half, w1);
          }
        }
      }
      for (int64_t i = 0; i < rowsAtOnce; ++i)
        std::memcpy(sums + (plane * count + r + i) * planeOutputs, total[i], sizeof(total[i]));
    }
}

/// Sums of two products, at most 255 each, fit 16 bits.
void multiplyBytes(const uint8_t *left, int64_t stride, int64_t rows, const int8_t *right, int64_t groups,
                   int64_t blocks, int32_t *output) {
  const __m256i ones = _mm256_set1_epi16(1);
  for (int64_t block = 0; block < blocks; ++block)
    for (int64_t row = 0; row < rows; ++row) {
      __m256i low = _mm256_setzero_si256(), high = low;
      const int8_t *y = right + block * groups * 64;
      for (int64_t group = 0; group < groups; ++group, y += 64) {
        int32_t four;
        std::memcpy(&four, left + row * stride + group * 4, 4);
        __m256i x = _mm256_set1_epi32(four);
        __m256i y0 = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(y));
        __m256i y1 = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(y + 32));
        low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_maddubs_epi16(x, y0), ones));
        high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_maddubs_epi16(x, y1), ones));
      }
      int32_t *to = output + (row * blocks + block) * planeOutputs;
      std::memcpy(to, &low, sizeof(low));
      std::memcpy(to + 8, &high, sizeof(high));
    }
}

void attend(const spike_rt_attention_args &args, const AttentionScratch &scratch, int64_t outer, int64_t inner) {
  Head(args, scratch, outer, inner).run(multiplyBytes);
}

} // namespace

const PlaneKernels &spike_rt::getAVX2PlaneKernels() {
  static constexpr PlaneKernels kernels = {"avx2", nothing, nothing, multiply, combinePlanes, attend};
  return kernels;
}
