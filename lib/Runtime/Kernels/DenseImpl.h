// SPDX-License-Identifier: Apache-2.0
// Source of the dense kernel, compiled once per instruction set, as part of the row kernels.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_DENSEIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_DENSEIMPL_H

#include "Dense.h"
#include "LanesImpl.h"

namespace {

constexpr int64_t denseLanes = vectorBytes / sizeof(float);

/// Vectors of outputs at a time, and with `vectors` of them positions: as many sums as registers hold next to the
/// weights.
#if defined(__AVX512BW__)
constexpr int mostVectors = 4;
constexpr int densePositions(int vectors) { return vectors == 4 ? 6 : 8; }
#elif defined(__AVX2__)
constexpr int mostVectors = 2;
constexpr int densePositions(int) { return 6; }
#else
constexpr int mostVectors = 4;
constexpr int densePositions(int) { return 2; }
#endif

/// `vectors` vectors of outputs from `output` on, at `positions` positions. Products and sums are rounded one by one,
/// in the order of the inputs.
template <int vectors, int positions>
void sumDensePositions(const spike_rt::DenseSum &sum, int64_t output, int64_t first, float *out, int64_t stride) {
  Floats acc[positions][vectors] = {};
  for (int64_t r = 0; r < sum.numRows; ++r) {
    auto *x = static_cast<const float *>(sum.rows[r].inputs) + first * sum.positionStep;
    auto *weights = static_cast<const float *>(sum.rows[r].weights) + output;
    for (int64_t i = 0; i < sum.length; ++i, ++x, weights += SPIKE_RT_BLOCK) {
      Floats w[vectors];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; ++v)
        w[v] = reinterpret_cast<const Floats *>(weights)[v];
#pragma clang loop unroll(full)
      for (int p = 0; p < positions; ++p)
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; ++v)
          acc[p][v] += w[v] * x[p * sum.positionStep];
    }
  }
  int64_t width = sum.outputs - output;
#pragma clang loop unroll(full)
  for (int p = 0; p < positions; ++p) {
    float *to = out + (first + p) * stride + output;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; ++v) {
      Floats value = acc[p][v] + *reinterpret_cast<const Floats *>(sum.bias + output + v * denseLanes);
      int64_t wanted = width - v * denseLanes;
      if (wanted >= denseLanes)
        *reinterpret_cast<Floats *>(to + v * denseLanes) = value;
      else // the next position's outputs follow at once
        for (int64_t n = 0; n < wanted; ++n)
          to[v * denseLanes + n] = value[n];
    }
  }
}

template <int vectors, int positions>
void sumDenseFrom(const spike_rt::DenseSum &sum, int64_t output, int64_t first, int64_t count, float *out,
                  int64_t stride) {
  for (; first + positions <= count; first += positions)
    sumDensePositions<vectors, positions>(sum, output, first, out, stride);
  if constexpr (positions > 1)
    sumDenseFrom<vectors, positions / 2>(sum, output, first, count, out, stride);
}

/// The outputs from `output` on, `vectors` vectors at a time, then fewer: nothing is computed for a vector of padding.
template <int vectors>
void sumDenseVectors(const spike_rt::DenseSum &sum, int64_t output, int64_t count, float *out, int64_t stride) {
  for (; output + (vectors - 1) * denseLanes < sum.outputs; output += vectors * denseLanes)
    sumDenseFrom<vectors, densePositions(vectors)>(sum, output, 0, count, out, stride);
  if constexpr (vectors > 1)
    sumDenseVectors<vectors - 1>(sum, output, count, out, stride);
}

void sumDense(const spike_rt::DenseSum &sum, int64_t count, float *out, int64_t stride) {
  sumDenseVectors<mostVectors>(sum, 0, count, out, stride);
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_DENSEIMPL_H
