// SPDX-License-Identifier: Apache-2.0
// Plane kernels for AVX2. vpmaddubsw adds two products in 16 bits and saturates: two products of 255 and -128 would not
// fit, two of 128 and -128 do. So an input that is no spike is split in two halves of at most 128.
#include "AttentionImpl.h"
#include "EventsImpl.h"
#include "PlanesImpl.h"
#include "TablesAVX2.h"

#include <cstring>
#include <immintrin.h>

using namespace spike_rt;

namespace {

constexpr int64_t rowsAtOnce = 4;

/// A group of inputs for eight outputs.
__m256i repeat(const uint8_t *inputs) {
  int32_t four;
  std::memcpy(&four, inputs, planeGroup);
  return _mm256_set1_epi32(four);
}

/// Ones cannot saturate: two products fit 16 bits.
struct Spikes {
  explicit Spikes(const uint8_t *inputs) : x(repeat(inputs)) {}
  __m256i multiply(__m256i w) const { return _mm256_madd_epi16(_mm256_maddubs_epi16(x, w), _mm256_set1_epi16(1)); }
  __m256i x;
};

struct Halves {
  explicit Halves(const uint8_t *inputs) {
    __m256i x = repeat(inputs);
    upper = _mm256_and_si256(_mm256_srli_epi16(x, 1), _mm256_set1_epi8(0x7f));
    lower = _mm256_sub_epi8(x, upper);
  }
  __m256i multiply(__m256i w) const {
    const __m256i ones = _mm256_set1_epi16(1);
    return _mm256_add_epi32(_mm256_madd_epi16(_mm256_maddubs_epi16(upper, w), ones),
                            _mm256_madd_epi16(_mm256_maddubs_epi16(lower, w), ones));
  }
  __m256i upper, lower;
};

/// Adds the dot products of a group with the weights of eight outputs.
template <typename Inputs>
__m256i addProducts(__m256i sum, const Inputs &x, const int8_t *weights) {
  return _mm256_add_epi32(sum, x.multiply(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(weights))));
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
        std::memcpy(a.sums + (plane * a.count + r + i) * planeOutputs, total[i], sizeof(total[i]));
    }
  }
}

void multiply(const Product &a, Ahead &, Meanwhile &) {
  (a.binary ? multiplyInputs<Spikes> : multiplyInputs<Halves>)(a);
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

struct MaskAVX2 {
  static constexpr auto append = appendBits;
  static uint32_t reachHalf(const uint8_t *inputs, __m256i level) {
    __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(inputs));
    return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(x, level), x)));
  }
  static uint64_t reach(const uint8_t *inputs, int level) {
    __m256i levels = _mm256_set1_epi8(static_cast<char>(level));
    return reachHalf(inputs, levels) | uint64_t(reachHalf(inputs + 32, levels)) << 32;
  }
};

constexpr EventKernels eventsAVX2 = {listEvents<MaskAVX2>, multiplyEvents};

void attend(const spike_rt_attention_args &args, const AttentionScratch &scratch, int64_t outer, int64_t inner) {
  Head(args, scratch, outer, inner).run(multiplyBytes);
}

} // namespace

const PlaneKernels &spike_rt::getAVX2PlaneKernels() {
  static constexpr PlaneKernels kernels = {"avx2",        nothing, nothing,     multiply,
                                           combinePlanes, attend,  &eventsAVX2, &tablesAVX2};
  return kernels;
}
