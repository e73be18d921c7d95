// SPDX-License-Identifier: Apache-2.0
// Maxima down the rows of an image first, then across what they leave.
#include "Pool.h"

#include "spike/Runtime/ParallelFor.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

using namespace spike_rt;

namespace {

/// Memory of one thread.
struct Scratch {
  std::vector<float> currents;
  std::vector<uint8_t> spikes, rows;
};

thread_local Scratch scratch;

} // namespace

Pool::Pool(const spike_rt_pool_args &args)
    : Pool(args, {args.images * args.out_height * args.out_width * args.channels / std::max<int64_t>(1, args.steps),
                  args.channels, args.channels}) {}

Pool::Pool(const spike_rt_pool_args &args, PoolTarget target)
    : a(args), kernels(getRowKernels()), steps(a.neuron ? a.steps : 1), rows(a.images * a.out_height / steps),
      rowSize(a.width * a.channels), target(target) {}

void Pool::run() const {
  constexpr int64_t grainElements = 1 << 14;
  parallelFor(rows, std::max<int64_t>(1, grainElements / (steps * rowSize)), [&](int64_t begin, int64_t end) {
    bool real = a.input_type == SPIKE_RT_F32;
    for (int64_t row = begin; row < end; ++row)
      if (a.neuron)
        fire(row);
      else if (real)
        takeRow(row, static_cast<float *>(a.output), kernels.takeMaximum);
      else
        takeRow(row, static_cast<uint8_t *>(a.output), kernels.takeMaximumBytes);
  });
}

/// Maxima of what position `at` of an axis sees of a source of `length` parts, `stride` apart and of `count`
/// elements.
template <typename T, typename Take>
void Pool::takeWindow(int axis, int64_t at, const T *source, int64_t length, int64_t stride, int64_t count, T *to,
                      Take take) const {
  bool started = false;
  for (int64_t k = 0; k < a.kernel[axis]; ++k) {
    int64_t part = at * a.strides[axis] - a.padding[axis] + k * a.dilations[axis];
    if (part < 0 || part >= length)
      continue;
    const T *from = source + part * stride;
    if (started)
      take(to, from, count);
    else
      std::memcpy(to, from, count * sizeof(T));
    started = true;
  }
}

/// Maxima of the input rows that an output row sees.
template <typename T, typename Take>
void Pool::takeDown(int64_t row, T *to, Take take) const {
  const T *image = static_cast<const T *>(a.input) + row / a.out_height * a.height * rowSize;
  takeWindow(0, row % a.out_height, image, a.height, rowSize, rowSize, to, take);
}

template <typename T, typename Take>
void Pool::takeRow(int64_t row, T *output, Take take) const {
  scratch.rows.resize(rowSize * sizeof(T));
  auto *maxima = reinterpret_cast<T *>(scratch.rows.data());
  takeDown(row, maxima, take);
  for (int64_t x = 0; x < a.out_width; ++x)
    takeWindow(1, x, maxima, a.width, a.channels, a.channels, output + (row * a.out_width + x) * a.channels, take);
}

/// A row at every step: tiles of several positions, or of a part of the channels of one.
void Pool::fire(int64_t row) const {
  scratch.rows.resize(steps * rowSize * sizeof(float));
  auto *maxima = reinterpret_cast<float *>(scratch.rows.data());
  for (int64_t t = 0; t < steps; ++t)
    takeDown(t * rows + row, maxima + t * rowSize, kernels.takeMaximum);
  scratch.currents.resize(steps * SPIKE_RT_TILE);
  scratch.spikes.resize(steps * SPIKE_RT_TILE);
  int64_t size = std::max<int64_t>(1, SPIKE_RT_TILE / a.channels);
  for (int64_t x = 0; x < a.out_width; x += size)
    for (int64_t first = 0; first < a.channels; first += SPIKE_RT_TILE)
      fireTile(row, x, std::min(size, a.out_width - x), first, std::min<int64_t>(SPIKE_RT_TILE, a.channels - first));
}

/// Channels [first, first + count) of what a few output columns see of a row.
void Pool::takeTile(const float *row, int64_t x, int64_t positions, int64_t first, int64_t count, float *to) const {
  std::fill(to, to + positions * count, -std::numeric_limits<float>::infinity());
  for (int64_t k = 0; k < a.kernel[1]; ++k) {
    // The columns that have this tap inside the image are neighbours.
    int64_t begin = 0, end = positions, column = x * a.strides[1] - a.padding[1] + k * a.dilations[1];
    while (begin < end && column + begin * a.strides[1] < 0)
      ++begin;
    while (begin < end && column + (end - 1) * a.strides[1] >= a.width)
      --end;
    if (begin < end)
      kernels.takeMaximumApart(to + begin * count, row + (column + begin * a.strides[1]) * a.channels + first,
                               end - begin, count, a.strides[1] * a.channels);
  }
}

void Pool::fireTile(int64_t row, int64_t x, int64_t positions, int64_t first, int64_t count) const {
  auto *maxima = reinterpret_cast<const float *>(scratch.rows.data());
  float *currents = scratch.currents.data();
  uint8_t *spikes = scratch.spikes.data();
  for (int64_t t = 0; t < steps; ++t)
    takeTile(maxima + t * rowSize, x, positions, first, count, currents + t * SPIKE_RT_TILE);
  for (int64_t i = 0; i < positions * count; i += SPIKE_RT_NEURONS)
    a.neuron(currents + i, spikes + i);
  int64_t kept = std::min(count, target.channels - first);
  for (int64_t t = 0; t < steps; ++t)
    for (int64_t p = 0; p < positions; ++p)
      std::memcpy(static_cast<uint8_t *>(a.output) + t * target.step + (row * a.out_width + x + p) * target.position +
                      first,
                  spikes + t * SPIKE_RT_TILE + p * count, kept);
}

extern "C" void spike_rt_pool(const spike_rt_pool_args *args) { Pool(*args).run(); }
