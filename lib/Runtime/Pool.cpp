// SPDX-License-Identifier: Apache-2.0
// Maxima over windows of images with the channels last, and the neurons behind them.
#include "Kernels/Rows.h"
#include "ThreadPool.h"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace spike_rt;

namespace {

/// Memory of one thread.
struct Scratch {
  std::vector<float> currents;
  std::vector<uint8_t> spikes, rows;
};

thread_local Scratch scratch;

class Pool {
public:
  explicit Pool(const spike_rt_pool_args &args)
      : a(args), kernels(getRowKernels()), steps(a.neuron ? a.steps : 1), rows(a.images * a.out_height / steps),
        rowSize(a.width * a.channels) {}

  void run() const {
    constexpr int64_t grainElements = 1 << 14;
    parallelFor(rows, std::max<int64_t>(1, grainElements / (steps * rowSize)), [&](int64_t begin, int64_t end) {
      bool real = a.input_type == SPIKE_RT_F32;
      scratch.rows.resize(steps * rowSize * (real ? sizeof(float) : 1));
      for (int64_t row = begin; row < end; ++row)
        if (a.neuron)
          fire(row);
        else if (real)
          takeRow(row, static_cast<float *>(a.output), kernels.takeMaximum);
        else
          takeRow(row, static_cast<uint8_t *>(a.output), kernels.takeMaximumBytes);
    });
  }

private:
  /// Maxima of what position `at` of an axis sees of a source of `length` parts, `stride` apart and of `count`
  /// elements.
  template <typename T, typename Take>
  void takeWindow(int axis, int64_t at, const T *source, int64_t length, int64_t stride, int64_t count, T *to,
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
  void takeDown(int64_t row, T *to, Take take) const {
    const T *image = static_cast<const T *>(a.input) + row / a.out_height * a.height * rowSize;
    takeWindow(0, row % a.out_height, image, a.height, rowSize, rowSize, to, take);
  }

  /// Of those, channels [first, first + count) of what output column `x` sees.
  template <typename T, typename Take>
  void takeAcross(const T *row, int64_t x, int64_t first, int64_t count, T *to, Take take) const {
    takeWindow(1, x, row + first, a.width, a.channels, count, to, take);
  }

  template <typename T, typename Take>
  void takeRow(int64_t row, T *output, Take take) const {
    auto *maxima = reinterpret_cast<T *>(scratch.rows.data());
    takeDown(row, maxima, take);
    for (int64_t x = 0; x < a.out_width; ++x)
      takeAcross(maxima, x, 0, a.channels, output + (row * a.out_width + x) * a.channels, take);
  }

  /// A row at every step: tiles of several positions, or of a part of the channels of one.
  void fire(int64_t row) const {
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

  void fireTile(int64_t row, int64_t x, int64_t positions, int64_t first, int64_t count) const {
    auto *maxima = reinterpret_cast<const float *>(scratch.rows.data());
    float *currents = scratch.currents.data();
    uint8_t *spikes = scratch.spikes.data();
    for (int64_t t = 0; t < steps; ++t)
      for (int64_t p = 0; p < positions; ++p)
        takeAcross(maxima + t * rowSize, x + p, first, count, currents + t * SPIKE_RT_TILE + p * count,
                   kernels.takeMaximum);
    for (int64_t i = 0; i < positions * count; i += SPIKE_RT_NEURONS)
      a.neuron(currents + i, spikes + i);
    for (int64_t t = 0; t < steps; ++t)
      for (int64_t p = 0; p < positions; ++p)
        std::memcpy(static_cast<uint8_t *>(a.output) + (((t * rows + row) * a.out_width) + x + p) * a.channels + first,
                    spikes + t * SPIKE_RT_TILE + p * count, count);
  }

  const spike_rt_pool_args &a;
  const RowKernels &kernels;
  int64_t steps, rows, rowSize; ///< rows of the population; elements of an input row
};

} // namespace

extern "C" void spike_rt_pool(const spike_rt_pool_args *args) { Pool(*args).run(); }
