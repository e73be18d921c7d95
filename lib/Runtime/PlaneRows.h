// SPDX-License-Identifier: Apache-2.0
// How the kernels of digit planes see a convolution's input: for each output pixel a row of bytes, cut into blocks.
#ifndef SPIKE_LIB_RUNTIME_PLANEROWS_H
#define SPIKE_LIB_RUNTIME_PLANEROWS_H

#include "Kernels/Planes.h"

#include <memory>
#include <vector>

namespace spike_rt {

/// Memory that only grows, so that a run allocates nothing once warm.
class Buffer {
public:
  uint8_t *get(int64_t wanted) {
    if (wanted > size) {
      size = wanted;
      bytes.reset(new uint8_t[size + 63]());
    }
    return reinterpret_cast<uint8_t *>((reinterpret_cast<uintptr_t>(bytes.get()) + 63) & ~uintptr_t(63));
  }

private:
  std::unique_ptr<uint8_t[]> bytes;
  int64_t size = 0;
};

/// Positions of the population that a piece of work covers, at every step: the pixels `step * population + position`.
struct Group {
  int64_t first, count;
};

/// Positions whose rows are equally far apart, at most planeStep.
struct Run {
  int64_t first, count;
};

/// The rows of a group in memory.
struct RowsView {
  Group group;
  const uint8_t *data;
};

class PlaneRows {
public:
  explicit PlaneRows(const spike_rt_conv_args &args);

  int64_t countBlocks() const { return static_cast<int64_t>(offsets.size()); }
  int64_t countSteps() const { return steps; }
  int64_t countPositions() const { return population; }
  /// Images of the population.
  int64_t countImages() const { return a.images / steps; }
  /// Bytes from a row to the next of a run, and from each row's beginning to those of its blocks.
  int64_t getStride() const { return stride; }
  const int32_t *getOffsets() const { return offsets.data(); }
  /// Whether the input is read where it is; else `fill` makes the rows.
  bool isDirect() const { return form == Form::direct; }
  /// Whether rows of neighbours share memory.
  bool overlap() const { return form == Form::lines; }
  /// Groups have a multiple of so many positions.
  int64_t getUnit() const { return unit; }
  /// Bytes that a position's rows take in memory, at all steps.
  int64_t getPositionBytes() const { return positionBytes; }

  /// The rows of a group take so much memory, and so many pieces of work fill it.
  int64_t countBytes(Group group) const;
  int64_t countPieces(Group group) const;
  int64_t getPieceBytes() const { return pieceBytes; }
  void fill(Group group, uint8_t *to, int64_t begin, int64_t end) const;
  RowsView view(Group group, const uint8_t *filled) const;

  int64_t countRuns(Group group) const;
  Run getRun(Group group, int64_t index) const;
  /// The row of a position at the first step; those of later steps are so many bytes on.
  const uint8_t *find(const RowsView &view, int64_t position) const;
  int64_t getStepBytes(const RowsView &view) const;
  /// Whether sixteen rows can be read from that of the run's first position on.
  bool canReadAll(const Run &run) const { return !isDirect() || run.count == planeStep; }

private:
  /// The input's own rows; its lines, with their border, in which the rows of neighbours overlap; or every row for
  /// itself.
  enum class Form { direct, lines, gathered };

  Form chooseForm() const;
  /// Lines of the population that a group begins and ends in, and where they stand in its memory.
  int64_t getLine(int64_t position) const { return position / a.out_width; }
  int64_t getPlace(Group group, int64_t line) const;
  int64_t countLines(Group group) const {
    return getPlace(group, getLine(group.first + group.count - 1)) + a.kernel[0];
  }
  void fillLine(Group group, int64_t piece, uint8_t *to) const;
  void fillRow(int64_t pixel, uint8_t *row) const;
  void copy(uint8_t *to, int64_t from, int64_t count) const;

  const spike_rt_conv_args &a;
  int64_t segments, segmentBlocks, steps, population;
  Form form;
  int64_t lineBytes = 0, stride = 0, unit = 1, positionBytes = 0, pieceBytes = 1;
  std::vector<int32_t> offsets;
};

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_PLANEROWS_H
