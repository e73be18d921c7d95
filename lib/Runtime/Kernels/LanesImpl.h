// SPDX-License-Identifier: Apache-2.0
// Source of the lane kernels, compiled once per instruction set, as part of the row kernels.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_LANESIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_LANESIMPL_H

#include "Lanes.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace {

#if defined(__AVX512BW__)
constexpr int vectorBytes = 64;
constexpr int mostPositions = 8;
#elif defined(__AVX2__)
constexpr int vectorBytes = 32;
constexpr int mostPositions = 4;
#else
constexpr int vectorBytes = 16;
constexpr int mostPositions = 4;
#endif

typedef int32_t Ints __attribute__((vector_size(vectorBytes), aligned(4)));
typedef float Floats __attribute__((vector_size(vectorBytes), aligned(4)));

/// Both 16-bit halves of x times those of w, added up: at most 2 * 255 * 2048.
inline Ints multiplyPair(Ints x, Ints w) {
#if defined(__AVX512BW__)
  return reinterpret_cast<Ints>(_mm512_madd_epi16(reinterpret_cast<__m512i>(x), reinterpret_cast<__m512i>(w)));
#elif defined(__AVX2__)
  return reinterpret_cast<Ints>(_mm256_madd_epi16(reinterpret_cast<__m256i>(x), reinterpret_cast<__m256i>(w)));
#elif defined(__SSE2__)
  return reinterpret_cast<Ints>(_mm_madd_epi16(reinterpret_cast<__m128i>(x), reinterpret_cast<__m128i>(w)));
#else
  return (x & 0xFFFF) * ((w << 16) >> 16) + (x >> 16) * (w >> 16);
#endif
}

/// Sums of pairs of bytes times pairs of 12-bit halves of weights; integers, so the order does not matter.
template <bool narrow>
struct PairSums {
  using Element = int32_t;
  static constexpr int64_t lanes = vectorBytes / sizeof(int32_t), weightsPerElement = 2 * spike_rt::numLanes;

  struct Weight {
    Ints low, high;
  };
  static Weight load(const int32_t *weights) {
    return {*reinterpret_cast<const Ints *>(weights), *reinterpret_cast<const Ints *>(weights + spike_rt::numLanes)};
  }
  void add(const int32_t *x, Weight w) {
    Ints pairs = *reinterpret_cast<const Ints *>(x);
    low += multiplyPair(pairs, w.low);
    high += multiplyPair(pairs, w.high);
  }
  /// Everything up to the addition of the bias is exact in f64; if the sum is narrow, up to the scale in integers.
  void finish(const spike_rt::LaneSum &sum, int64_t lane, float *out) const {
    typedef double Doubles __attribute__((vector_size(2 * vectorBytes), aligned(8)));
    Doubles value;
    if constexpr (narrow)
      value = __builtin_convertvector((high << 12) + low, Doubles);
    else
      value = __builtin_convertvector(high, Doubles) * 4096.0 + __builtin_convertvector(low, Doubles);
    value = value * __builtin_convertvector(*reinterpret_cast<const Floats *>(sum.scale + lane), Doubles) +
            __builtin_convertvector(*reinterpret_cast<const Floats *>(sum.bias + lane), Doubles);
    *reinterpret_cast<Floats *>(out) = __builtin_convertvector(value, Floats);
  }

  Ints low = {}, high = {};
};

/// Sums of products in the order of the specification, in f32 or f64.
template <typename Sum>
struct RealSums {
  using Element = float;
  static constexpr int64_t lanes = vectorBytes / sizeof(Sum), weightsPerElement = spike_rt::numLanes;
  typedef float Row __attribute__((vector_size(lanes * sizeof(float)), aligned(4)));
  typedef Sum Lanes __attribute__((vector_size(vectorBytes), aligned(4)));
  using Weight = Lanes;

  static Lanes widen(const float *from) { return __builtin_convertvector(*reinterpret_cast<const Row *>(from), Lanes); }
  static Weight load(const float *weights) { return widen(weights); }
  void add(const float *x, Weight w) { total += widen(x) * w; }
  void finish(const spike_rt::LaneSum &sum, int64_t lane, float *out) const {
    *reinterpret_cast<Row *>(out) = __builtin_convertvector(total + widen(sum.bias + lane), Row);
  }

  Lanes total = {};
};

/// `positions` positions at once, which share each weight that is loaded.
template <typename Sums, int positions>
void sumPositions(const spike_rt::LaneSum &sum, int64_t first, float *out, int64_t stride) {
  using Element = typename Sums::Element;
  for (int64_t lane = 0; lane < spike_rt::numLanes; lane += Sums::lanes) {
    Sums sums[positions];
    for (int64_t r = 0; r < sum.numRows; ++r) {
      auto *tap = static_cast<const Element *>(sum.rows[r].inputs) + first * sum.positionStep + lane;
      auto *weights = static_cast<const Element *>(sum.rows[r].weights) + lane;
      for (int64_t t = 0; t < sum.taps; ++t, tap += sum.tapStep) {
        const Element *x = tap;
        for (int64_t i = 0; i < sum.inner; ++i, x += spike_rt::numLanes, weights += Sums::weightsPerElement) {
          typename Sums::Weight w = Sums::load(weights);
#pragma clang loop unroll(full)
          for (int p = 0; p < positions; ++p)
            sums[p].add(x + p * sum.positionStep, w);
        }
      }
    }
#pragma clang loop unroll(full)
    for (int p = 0; p < positions; ++p)
      sums[p].finish(sum, lane, out + (first + p) * stride + lane);
  }
}

template <typename Sums, int positions>
void sumFrom(const spike_rt::LaneSum &sum, int64_t first, int64_t count, float *out, int64_t stride) {
  for (; first + positions <= count; first += positions)
    sumPositions<Sums, positions>(sum, first, out, stride);
  if constexpr (positions > 1)
    sumFrom<Sums, positions / 2>(sum, first, count, out, stride);
}

template <typename Sums>
void sumLanes(const spike_rt::LaneSum &sum, int64_t count, float *out, int64_t stride) {
  sumFrom<Sums, mostPositions>(sum, 0, count, out, stride);
}

typedef uint8_t Bytes __attribute__((vector_size(spike_rt::numLanes), aligned(1)));

/// The bytes that the lanes choose of the numLanes ones from `from` on; all of them in order without a choice.
inline Bytes chooseBytes(const uint8_t *from, const uint8_t *choice) {
  Bytes bytes = *reinterpret_cast<const Bytes *>(from);
  if (!choice)
    return bytes;
#if defined(__AVX2__)
  return reinterpret_cast<Bytes>(
      _mm_shuffle_epi8(reinterpret_cast<__m128i>(bytes), *reinterpret_cast<const __m128i_u *>(choice)));
#else
  Bytes chosen;
  for (int64_t lane = 0; lane < spike_rt::numLanes; ++lane)
    chosen[lane] = from[choice[lane]];
  return chosen;
#endif
}

void pairBytes(const uint8_t *a, const uint8_t *b, int64_t stride, int64_t count, const uint8_t *choice, int32_t *pairs,
               int64_t step) {
  typedef int32_t Pairs __attribute__((vector_size(4 * spike_rt::numLanes), aligned(4)));
  for (int64_t i = 0; i < count; ++i, a += stride, b += stride, pairs += step)
    *reinterpret_cast<Pairs *>(pairs) = __builtin_convertvector(chooseBytes(a, choice), Pairs) |
                                        __builtin_convertvector(chooseBytes(b, choice), Pairs) << 16;
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_LANESIMPL_H
