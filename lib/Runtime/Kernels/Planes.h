// SPDX-License-Identifier: Apache-2.0
// Digit-plane kernels: exact sums of integer inputs times fixed-point weights that are split into signed bytes.
// One table of functions per instruction set; all of them give the same integers.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_PLANES_H
#define SPIKE_LIB_RUNTIME_KERNELS_PLANES_H

#include "spike/Runtime/Runtime.h"

namespace spike_rt {

/// Geometry of packed planes, see spike_rt_conv_args.
constexpr int64_t planeOutputs = SPIKE_RT_PLANE_OUTPUTS, planeDepth = SPIKE_RT_PLANE_DEPTH, maxPlanes = SPIKE_RT_PLANES;
/// Bytes of one plane of a block: so many outputs, so many inputs.
constexpr int64_t planeTile = planeOutputs * planeDepth;
/// Inputs that lie beside each other in a plane, and bytes of their weights for all outputs of the block.
constexpr int64_t planeGroup = 4, planeLine = planeGroup * planeOutputs;
/// Rows that one call of a kernel takes at most; it takes them in sixteens.
constexpr int64_t planeRows = 32, planeStep = 16;
/// Sums of sixteen rows, a tile.
constexpr int64_t tileSums = planeStep * planeOutputs;

/// Rows whose sums grow in two halves have at most so many blocks: the lower halves then fit 32 bits, whatever is
/// added.
constexpr int64_t maxSplitBlocks = 500;

/// Memory to be fetched while a kernel runs; the kernel moves `from` on.
struct Ahead {
  const int8_t *from;
  int64_t linesPerBlock;
};

/// Work in pieces that a kernel does while its multiplier is busy, or leaves to its caller.
struct Meanwhile {
  void (*work)(Meanwhile &self, int64_t piece) = nullptr;
  int64_t pieces = 0, done = 0;

  // Never a function of its own, which another file's instructions might get into.
  __attribute__((always_inline)) void next() {
    if (done < pieces)
      work(*this, done++);
  }
  __attribute__((always_inline)) void finish() {
    while (done < pieces)
      next();
  }
};

/// Rows of bytes, times blocks of weights that follow each other.
struct Product {
  const uint8_t *rows[2]; ///< the first of each sixteen, `stride` from one to the next
  const int32_t *offsets; ///< of a row's blocks
  int64_t stride, count;  ///< 16 or 32 rows
  bool overlap;           ///< whether rows share bytes, which will be read again
  const int8_t *weights;
  int64_t blocks, planes;
  bool binary;   ///< whether inputs are zeros and ones
  int32_t *sums; ///< [plane][row][output]
};

/// Sums to be made into currents: output[row][column] = (p0 + p1 2^bits + p2 4^bits) * scale + bias.
struct Sums {
  const int32_t *sums;  ///< [plane][row][output]
  int64_t rows, planes; ///< between the planes lie so many rows
  int64_t joined;       ///< so many of the lower planes have a sum that is known to fit 32 bits
  int64_t bits;         ///< 8 where planes are joined
};

/// Sizes of what a head of attention computes, padded.
struct AttentionSizes {
  __attribute__((always_inline)) explicit AttentionSizes(const spike_rt_attention_args &a)
      : depth(roundUp(a.k, 4)), products(roundUp(a.n, planeOutputs)), columns(roundUp(a.j, planeOutputs)),
        tiles(roundUp(a.m * columns, SPIKE_RT_TILE) / SPIKE_RT_TILE) {}

  int64_t depth, products, columns, tiles; ///< K, N and J; tiles of M * J

private:
  __attribute__((always_inline)) static int64_t roundUp(int64_t value, int64_t unit) {
    return (value + unit - 1) / unit * unit;
  }
};

/// Memory of a thread for one head.
struct AttentionScratch {
  uint8_t *left, *products; ///< [M, depth] and [M, products]
  uint8_t *spikes;          ///< [tiles, steps, SPIKE_RT_TILE]
  int8_t *right, *last;     ///< packed [products / 16][depth / 4][16][4] and [columns / 16][products / 4][16][4]
  int32_t *sums;            ///< [M, products or columns]
  float *currents;          ///< as spikes
};

struct EventKernels;
struct TableKernels;

struct PlaneKernels {
  const char *name;
  bool matrixUnit; ///< that multiplies by itself
  /// Called on a thread before and after it calls `multiply`.
  void (*begin)();
  void (*end)();
  /// All sums of a product. `ahead` is what will be read soon: so many lines of the cache for each block. `meanwhile`
  /// is something else to do, to whatever extent helps.
  void (*multiply)(const Product &product, Ahead &ahead, Meanwhile &meanwhile);
  /// Exact but for the last addition in f64 and one rounding to f32, for the first `valid` rows and the first `columns`
  /// outputs. `bias` may be null.
  void (*combine)(const Sums &sums, int64_t valid, const float *scale, const float *bias, float *output, int64_t stride,
                  int64_t columns);
  /// All steps of one head: those of the outer indices `outer` and `inner`.
  void (*attend)(const spike_rt_attention_args &args, const AttentionScratch &scratch, int64_t outer, int64_t inner);
  /// Other ways to the same sums; there may be no tables.
  const EventKernels *events;
  const TableKernels *tables;
};

const PlaneKernels &getBaselinePlaneKernels();
const PlaneKernels &getAVX2PlaneKernels();
const PlaneKernels &getAVXVNNIPlaneKernels();
const PlaneKernels &getAVX512PlaneKernels();
const PlaneKernels &getVNNIPlaneKernels();
const PlaneKernels &getAMXPlaneKernels();
const PlaneKernels &getNEONDotPlaneKernels();
const PlaneKernels &getNEONI8MMPlaneKernels();

/// Whether this process may use AMX; asks the system for it.
bool enableAMX();

/// The kernels for this machine.
const PlaneKernels &getPlaneKernels();

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_KERNELS_PLANES_H
