// SPDX-License-Identifier: Apache-2.0
// Plane kernels for AMX: one tile of inputs at a time, six tiles of sums, so that each tile of weights that comes from
// the second-level cache is used twice. The multiplier works by itself once it has its instructions, so between them
// the processor finishes the tile before.
#include "AttentionImpl.h"
#include "PlanesAVX512.h"
#include "TablesAVX512.h"

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace spike_rt;

namespace {

struct alignas(64) TileConfig {
  uint8_t palette = 1, start = 0, reserved[14] = {};
  uint16_t columnBytes[16] = {};
  uint8_t rows[16] = {};
};

/// All eight tiles hold sixteen rows of 64 bytes.
void begin() {
  TileConfig config;
  for (int tile = 0; tile < 8; ++tile) {
    config.columnBytes[tile] = 64;
    config.rows[tile] = 16;
  }
  _tile_loadconfig(&config);
}

void end() { _tile_release(); }

/// Weights come from far away and are read once per run: nothing but this keeps the multiplier from waiting for them.
inline void fetch(Ahead &ahead) {
  for (int64_t line = 0; line < ahead.linesPerBlock; ++line, ahead.from += 64)
    _mm_prefetch(reinterpret_cast<const char *>(ahead.from), _MM_HINT_T1);
}

/// Sums of a single plane are kept in two sets of tiles by turns, because each product waits for the one before.
void addTiles(int32_t *sums, const int32_t *others, int64_t rows) {
  for (int64_t i = 0; i < rows * planeOutputs; i += 16)
    _mm512_storeu_si512(sums + i, _mm512_add_epi32(_mm512_loadu_si512(sums + i), _mm512_loadu_si512(others + i)));
}

/// Loads rows. Those that are read once should not push weights out of the first-level cache.
template <int tile, bool again>
void loadRows(const uint8_t *rows, int64_t stride) {
  if constexpr (again)
    _tile_loadd(tile, rows, stride);
  else
    _tile_stream_loadd(tile, rows, stride);
}

template <int planes, bool overlap>
void multiply32(const Product &a, Ahead &ahead, Meanwhile &meanwhile) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(3);
  _tile_zero(4);
  if constexpr (planes == 3) {
    _tile_zero(2);
    _tile_zero(5);
  }
  const int8_t *weights = a.weights;
  int64_t share = 0; // of the other work that falls to the blocks so far, times the number of blocks
  for (int64_t b = 0; b < a.blocks; ++b, weights += planes * planeTile) {
    const uint8_t *rows = a.rows[0] + a.offsets[b], *second = a.rows[1] + a.offsets[b];
    fetch(ahead);
    loadRows<6, overlap>(rows, a.stride);
    _tile_loadd(7, weights, 64);
    if constexpr (planes == 1) {
      loadRows<5, overlap>(second, a.stride);
      if (b % 2) {
        _tile_dpbusd(1, 6, 7);
        _tile_dpbusd(4, 5, 7);
      } else {
        _tile_dpbusd(0, 6, 7);
        _tile_dpbusd(3, 5, 7);
      }
    } else {
      _tile_dpbusd(0, 6, 7);
      _tile_loadd(7, weights + planeTile, 64);
      _tile_dpbusd(1, 6, 7);
      if constexpr (planes == 3) {
        _tile_loadd(7, weights + 2 * planeTile, 64);
        _tile_dpbusd(2, 6, 7);
      }
      loadRows<6, overlap>(second, a.stride);
      if constexpr (planes == 3) {
        _tile_dpbusd(5, 6, 7);
        _tile_loadd(7, weights + planeTile, 64);
      }
      _tile_dpbusd(4, 6, 7);
      _tile_loadd(7, weights, 64);
      _tile_dpbusd(3, 6, 7);
    }
    for (share += meanwhile.pieces; share >= a.blocks; share -= a.blocks)
      meanwhile.next();
  }
  // [plane][32 rows][16]: the first sixteen rows of a plane, then the others.
  _tile_stored(0, a.sums, 64);
  _tile_stored(3, a.sums + 256, 64);
  if constexpr (planes == 1) {
    alignas(64) int32_t others[planeRows * planeOutputs];
    _tile_stored(1, others, 64);
    _tile_stored(4, others + 256, 64);
    return addTiles(a.sums, others, planeRows);
  }
  _tile_stored(1, a.sums + 512, 64);
  _tile_stored(4, a.sums + 768, 64);
  if constexpr (planes == 3) {
    _tile_stored(2, a.sums + 1024, 64);
    _tile_stored(5, a.sums + 1280, 64);
  }
}

template <int planes>
void multiply16(const Product &a, Ahead &ahead) {
  _tile_zero(0);
  if constexpr (planes > 1)
    _tile_zero(1);
  if constexpr (planes > 2)
    _tile_zero(2);
  const int8_t *weights = a.weights;
  for (int64_t b = 0; b < a.blocks; ++b, weights += planes * planeTile) {
    const uint8_t *rows = a.rows[0] + a.offsets[b];
    fetch(ahead);
    _tile_loadd(6, rows, a.stride);
    _tile_loadd(7, weights, 64);
    _tile_dpbusd(0, 6, 7);
    if constexpr (planes > 1) {
      _tile_loadd(5, weights + planeTile, 64);
      _tile_dpbusd(1, 6, 5);
    }
    if constexpr (planes > 2) {
      _tile_loadd(4, weights + 2 * planeTile, 64);
      _tile_dpbusd(2, 6, 4);
    }
  }
  _tile_stored(0, a.sums, 64);
  if constexpr (planes > 1)
    _tile_stored(1, a.sums + 256, 64);
  if constexpr (planes > 2)
    _tile_stored(2, a.sums + 512, 64);
}

template <int planes>
void multiplyPlanes(const Product &a, Ahead &ahead, Meanwhile &meanwhile) {
  if (a.count == planeRows)
    return a.overlap ? multiply32<planes, true>(a, ahead, meanwhile) : multiply32<planes, false>(a, ahead, meanwhile);
  multiply16<planes>(a, ahead);
}

void multiply(const Product &a, Ahead &ahead, Meanwhile &meanwhile) {
  (a.planes == 1 ? multiplyPlanes<1> : a.planes == 2 ? multiplyPlanes<2> : multiplyPlanes<3>)(a, ahead, meanwhile);
}

void attend(const spike_rt_attention_args &args, const AttentionScratch &scratch, int64_t outer, int64_t inner) {
  Head(args, scratch, outer, inner).run(multiplyBytesAVX512);
}

} // namespace

const PlaneKernels &spike_rt::getAMXPlaneKernels() {
  static constexpr PlaneKernels kernels = {"amx",         true,   begin,         end,          multiply,
                                           combineAVX512, attend, &eventsAVX512, &tablesAVX512};
  return kernels;
}

bool spike_rt::enableAMX() {
  // Linux saves tiles only for processes that have asked: ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA.
  static const bool allowed = syscall(SYS_arch_prctl, 0x1023, 18) == 0;
  return allowed;
}
