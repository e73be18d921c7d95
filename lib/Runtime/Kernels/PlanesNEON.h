// SPDX-License-Identifier: Apache-2.0
// Plane kernels for NEON with dot products: four outputs times four inputs are one register of weights, and each
// instruction takes the four inputs from a lane. The variants differ in how signed weights meet unsigned inputs.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_PLANESNEON_H
#define SPIKE_LIB_RUNTIME_KERNELS_PLANESNEON_H

#include "AttentionImpl.h"
#include "EventsImpl.h"
#include "PlanesImpl.h"

#include <arm_neon.h>

namespace {

/// Registers of sums that a row of a block has.
constexpr int64_t quads = spike_rt::planeOutputs / 4;
/// Rows that share a load of weights: their sums, inputs and weights fill 24 of 32 registers.
constexpr int64_t rowsAtOnce = 4;

/// Adds the products of four inputs of each row, those of one lane.
template <typename Dot, int lane>
void addGroup(int32x4_t (&sums)[rowsAtOnce][quads], const typename Dot::Inputs (&x)[rowsAtOnce], const int8_t *w) {
  for (int64_t quad = 0; quad < quads; ++quad) {
    int8x16_t four = vld1q_s8(w + quad * 16);
    for (int64_t row = 0; row < rowsAtOnce; ++row)
      sums[row][quad] = Dot::template add<lane>(sums[row][quad], four, x[row]);
  }
}

/// As PlaneKernels::multiply. `Dot` loads sixteen inputs, adds products of four of them, and says what the sums of a
/// plane start at.
template <typename Dot>
void multiplyNEON(const spike_rt::Product &a, spike_rt::Ahead &, spike_rt::Meanwhile &) {
  using namespace spike_rt;
  for (int64_t plane = 0; plane < a.planes; ++plane) {
    const int8_t *weights = a.weights + plane * planeTile;
    int32x4_t start[quads];
    Dot::start(weights, a.blocks, a.planes * planeTile, start);
    for (int64_t r = 0; r < a.count; r += rowsAtOnce) {
      const uint8_t *first = findRow(a, r);
      int32x4_t total[rowsAtOnce][quads];
      for (auto &row : total)
        for (int64_t quad = 0; quad < quads; ++quad)
          row[quad] = start[quad];
      for (int64_t b = 0; b < a.blocks; ++b) {
        const int8_t *w = weights + b * a.planes * planeTile;
        for (int64_t k = 0; k < planeDepth; k += 16, w += 4 * planeLine) {
          typename Dot::Inputs x[rowsAtOnce];
          for (int64_t row = 0; row < rowsAtOnce; ++row)
            x[row] = Dot::load(first + row * a.stride + a.offsets[b] + k);
          addGroup<Dot, 0>(total, x, w);
          addGroup<Dot, 1>(total, x, w + planeLine);
          addGroup<Dot, 2>(total, x, w + 2 * planeLine);
          addGroup<Dot, 3>(total, x, w + 3 * planeLine);
        }
      }
      for (int64_t row = 0; row < rowsAtOnce; ++row)
        for (int64_t quad = 0; quad < quads; ++quad)
          vst1q_s32(a.sums + (plane * a.count + r + row) * planeOutputs + quad * 4, total[row][quad]);
    }
  }
}

/// Four outputs: integers below 2^53 and a power of two, so that a fused addition of the bias rounds as a separate one.
/// `fits` says that 32 bits hold the sum of all planes.
template <int64_t planes, bool fits>
float32x4_t combine4(const int32_t *sums, int64_t plane, int64_t bits, const double *scale, const double *bias) {
  int32x4_t p0 = vld1q_s32(sums), p1 = vdupq_n_s32(0), p2 = p1;
  if constexpr (planes > 1)
    p1 = vld1q_s32(sums + plane);
  if constexpr (planes > 2)
    p2 = vld1q_s32(sums + 2 * plane);
  int64x2_t low, high;
  if constexpr (fits) {
    int32x4_t total = vaddq_s32(vaddq_s32(p0, vshlq_n_s32(p1, 8)), vshlq_n_s32(p2, 16));
    low = vmovl_s32(vget_low_s32(total));
    high = vmovl_high_s32(total);
  } else {
    int64x2_t first = vdupq_n_s64(bits), second = vdupq_n_s64(2 * bits);
    low = vaddq_s64(vshlq_s64(vmovl_s32(vget_low_s32(p1)), first), vshlq_s64(vmovl_s32(vget_low_s32(p2)), second));
    high = vaddq_s64(vshlq_s64(vmovl_high_s32(p1), first), vshlq_s64(vmovl_high_s32(p2), second));
    low = vaddw_s32(low, vget_low_s32(p0));
    high = vaddw_high_s32(high, p0);
  }
  float64x2_t currents0 = vfmaq_f64(vld1q_f64(bias), vcvtq_f64_s64(low), vld1q_f64(scale));
  float64x2_t currents1 = vfmaq_f64(vld1q_f64(bias + 2), vcvtq_f64_s64(high), vld1q_f64(scale + 2));
  return vcvt_high_f32_f64(vcvt_f32_f64(currents0), currents1);
}

template <int64_t planes, bool fits>
void combineRows(const spike_rt::Sums &from, int64_t valid, const float *scale, const float *bias, float *output,
                 int64_t stride, int64_t columns) {
  using namespace spike_rt;
  double scales[planeOutputs], biases[planeOutputs];
  for (int64_t n = 0; n < planeOutputs; ++n) {
    scales[n] = scale[n];
    biases[n] = bias && n < columns ? bias[n] : 0.0;
  }
  const int32_t *sums = from.sums;
  for (int64_t r = 0; r < valid; ++r, sums += planeOutputs, output += stride) {
    float row[planeOutputs];
    float *to = columns == planeOutputs ? output : row;
    for (int64_t n = 0; n < planeOutputs; n += 4) { // the macro would take the template's commas for its own
      float32x4_t four = combine4<planes, fits>(sums + n, from.rows * planeOutputs, from.bits, scales + n, biases + n);
      vst1q_f32(to + n, four);
    }
    if (to == row)
      __builtin_memcpy(output, row, columns * sizeof(float));
  }
}

/// As PlaneKernels::combine.
inline void combineNEON(const spike_rt::Sums &sums, int64_t valid, const float *scale, const float *bias, float *output,
                        int64_t stride, int64_t columns) {
  constexpr decltype(&combineRows<1, true>) versions[3][2] = {{combineRows<1, false>, combineRows<1, true>},
                                                              {combineRows<2, false>, combineRows<2, true>},
                                                              {combineRows<3, false>, combineRows<3, true>}};
  versions[sums.planes - 1][sums.joined == sums.planes](sums, valid, scale, bias, output, stride, columns);
}

/// So many rows of bytes times sixteen columns of zeros and ones.
template <int rows>
void multiplyRows(const uint8_t *left, int64_t stride, const int8_t *right, int64_t groups, int32_t *output,
                  int64_t columns) {
  uint32x4_t total[rows][quads] = {};
  for (int64_t group = 0; group < groups; ++group, right += 64, left += 4) {
    uint8x16_t x[rows];
    for (int r = 0; r < rows; ++r) {
      uint32_t four;
      __builtin_memcpy(&four, left + r * stride, 4);
      x[r] = vreinterpretq_u8_u32(vdupq_n_u32(four));
    }
    for (int64_t quad = 0; quad < quads; ++quad) {
      uint8x16_t y = vreinterpretq_u8_s8(vld1q_s8(right + quad * 16));
      for (int r = 0; r < rows; ++r)
        total[r][quad] = vdotq_u32(total[r][quad], y, x[r]);
    }
  }
  for (int r = 0; r < rows; ++r)
    for (int64_t quad = 0; quad < quads; ++quad)
      vst1q_s32(output + r * columns + quad * 4, vreinterpretq_s32_u32(total[r][quad]));
}

inline void multiplyBytesNEON(const uint8_t *left, int64_t stride, int64_t rows, const int8_t *right, int64_t groups,
                              int64_t blocks, int32_t *output) {
  constexpr int64_t width = spike_rt::planeOutputs;
  for (int64_t block = 0; block < blocks; ++block, right += groups * 64, output += width) {
    int64_t row = 0;
    for (; row + rowsAtOnce <= rows; row += rowsAtOnce)
      multiplyRows<rowsAtOnce>(left + row * stride, stride, right, groups, output + row * blocks * width,
                               blocks * width);
    for (; row < rows; ++row)
      multiplyRows<1>(left + row * stride, stride, right, groups, output + row * blocks * width, blocks * width);
  }
}

inline void attendNEON(const spike_rt_attention_args &args, const spike_rt::AttentionScratch &scratch, int64_t outer,
                       int64_t inner) {
  Head(args, scratch, outer, inner).run(multiplyBytesNEON);
}

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_PLANESNEON_H
