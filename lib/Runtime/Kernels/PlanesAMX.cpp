// SPDX-License-Identifier: Apache-2.0
// Plane kernels for AMX: one tile of inputs at a time, six tiles of sums, so that each tile of weights that comes from
// the second-level cache is used twice. The multiplier works by itself once it has its instructions, so between them
// the processor finishes the tile before.
#include "AttentionImpl.h"
#include "PlanesAVX512.h"

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

constexpr int64_t tileBytes = planeOutputs * planeDepth;

void multiply32(const uint8_t *rows, int64_t stride, const int8_t *planes, int64_t blocks, int32_t *sums, Ahead &ahead,
                Meanwhile &meanwhile) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  const uint8_t *second = rows + 16 * stride;
  int64_t share = 0; // of the other work that falls to the blocks so far, times the number of blocks
  for (int64_t b = 0; b < blocks; ++b, rows += planeDepth, second += planeDepth, planes += planeBlock) {
    fetch(ahead);
    _tile_loadd(6, rows, stride);
    _tile_loadd(7, planes, 64);
    _tile_dpbusd(0, 6, 7);
    _tile_loadd(7, planes + tileBytes, 64);
    _tile_dpbusd(1, 6, 7);
    _tile_loadd(7, planes + 2 * tileBytes, 64);
    _tile_dpbusd(2, 6, 7);
    _tile_loadd(6, second, stride);
    _tile_dpbusd(5, 6, 7);
    _tile_loadd(7, planes + tileBytes, 64);
    _tile_dpbusd(4, 6, 7);
    _tile_loadd(7, planes, 64);
    _tile_dpbusd(3, 6, 7);
    for (share += meanwhile.pieces; share >= blocks; share -= blocks)
      meanwhile.next();
  }
  // [plane][32 rows][16]: the first sixteen rows of a plane, then the others.
  _tile_stored(0, sums, 64);
  _tile_stored(3, sums + 256, 64);
  _tile_stored(1, sums + 512, 64);
  _tile_stored(4, sums + 768, 64);
  _tile_stored(2, sums + 1024, 64);
  _tile_stored(5, sums + 1280, 64);
}

void multiply16(const uint8_t *rows, int64_t stride, const int8_t *planes, int64_t blocks, int32_t *sums,
                Ahead &ahead) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  for (int64_t b = 0; b < blocks; ++b, rows += planeDepth, planes += planeBlock) {
    fetch(ahead);
    _tile_loadd(6, rows, stride);
    _tile_loadd(7, planes, 64);
    _tile_dpbusd(0, 6, 7);
    _tile_loadd(5, planes + tileBytes, 64);
    _tile_dpbusd(1, 6, 5);
    _tile_loadd(4, planes + 2 * tileBytes, 64);
    _tile_dpbusd(2, 6, 4);
  }
  _tile_stored(0, sums, 64);
  _tile_stored(1, sums + 256, 64);
  _tile_stored(2, sums + 512, 64);
}

void multiply(const uint8_t *rows, int64_t stride, int64_t count, const int8_t *planes, int64_t blocks, int32_t *sums,
              Ahead &ahead, Meanwhile &meanwhile) {
  if (count == planeRows)
    return multiply32(rows, stride, planes, blocks, sums, ahead, meanwhile);
  multiply16(rows, stride, planes, blocks, sums, ahead);
}

void attend(const spike_rt_attention_args &args, const AttentionScratch &scratch, int64_t outer, int64_t inner) {
  Head(args, scratch, outer, inner).run(multiplyBytesAVX512);
}

} // namespace

const PlaneKernels &spike_rt::getAMXPlaneKernels() {
  static constexpr PlaneKernels kernels = {"amx", begin, end, multiply, combineAVX512, attend};
  return kernels;
}

bool spike_rt::enableAMX() {
  // Linux saves tiles only for processes that have asked: ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA.
  static const bool allowed = syscall(SYS_arch_prctl, 0x1023, 18) == 0;
  return allowed;
}
