// SPDX-License-Identifier: Apache-2.0
// Exact sums by events: each input that is not zero adds its weights, as integers, once for each time that it counts.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_EVENTS_H
#define SPIKE_LIB_RUNTIME_KERNELS_EVENTS_H

#include "Planes.h"

namespace spike_rt {

/// Blocks of a row that are listed together, a chunk, and blocks of outputs that are summed together: enough that the
/// ends of lists, which no processor foresees, do not matter, few enough that their weights stay near as integers.
constexpr int64_t eventBlocks = 3, eventOutputs = 4;

/// A chunk of a row: blocks of bytes at `row + offsets[block]`.
struct RowChunk {
  const uint8_t *row;
  const int32_t *offsets;
  int64_t blocks;
  bool binary; ///< whether inputs are zeros and ones
};
/// Counts are listed level by level up to this one, what is above one by one.
constexpr int64_t eventLevels = 3;
/// Events that a chunk has at most, and room that is written behind them.
constexpr int64_t maxChunkEvents = eventBlocks * planeDepth * 255, eventSlack = 16;

/// Listed rows, times at most eventOutputs blocks of outputs.
struct EventProduct {
  const uint16_t *events;
  const uint32_t *begin; ///< [chunk][row], and one behind each chunk's last: where the events of a row begin
  int64_t rows;          ///< a multiple of planeStep
  int64_t blocks;
  const int8_t *weights; ///< digit planes, of a block of outputs after the other
  int64_t planes, outputBlocks;
  int32_t *scratch; ///< eventScratchBytes, at a multiple of 64
  bool narrow;      ///< whether sums fit 32 bits
  int32_t *sums;    ///< [output block][row / 16][row % 16][output]; if not narrow [output block][row / 16][2][row % 16]
                    ///< [output], of which the second count 65536
};

/// Rows whose sums stay in the second cache while all blocks are added.
constexpr int64_t eventRowsAtOnce = 512;
/// Memory for the integers of a chunk.
constexpr int64_t eventScratchBytes = eventBlocks * planeDepth * eventOutputs * planeOutputs * int64_t(sizeof(int32_t));

struct EventKernels {
  /// Appends events of a chunk, as numbers of its inputs, at `to`; returns their end.
  uint16_t *(*list)(const RowChunk &chunk, uint16_t *to);
  void (*multiply)(const EventProduct &product);
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_KERNELS_EVENTS_H
