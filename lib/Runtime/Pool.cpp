// SPDX-License-Identifier: Apache-2.0
// Maxima over windows of images with the channels last, and the neurons behind them.
#include "Kernels/Rows.h"
#include "ThreadPool.h"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace spike_rt;

namespace {

thread_local std::vector<float> currents;
thread_local std::vector<uint8_t> spikes;

class Pool {
public:
  explicit Pool(const spike_rt_pool_args &args)
      : a(args), kernels(getRowKernels()), steps(a.neuron ? a.steps : 1),
        population(a.images * a.out_height * a.out_width / steps) {}

  void run() const {
    constexpr int64_t grainElements = 1 << 14;
    int64_t perPosition = steps * a.channels * a.kernel[0] * a.kernel[1];
    parallelFor(population, std::max<int64_t>(1, grainElements / perPosition), [&](int64_t begin, int64_t end) {
      if (a.neuron)
        fire(begin, end);
      else if (a.input_type == SPIKE_RT_F32)
        for (int64_t position = begin; position < end; ++position)
          takeMaxima(position, 0, a.channels, static_cast<float *>(a.output) + position * a.channels,
                     kernels.takeMaximum);
      else
        for (int64_t position = begin; position < end; ++position)
          takeMaxima(position, 0, a.channels, static_cast<uint8_t *>(a.output) + position * a.channels,
                     kernels.takeMaximumBytes);
    });
  }

private:
  /// Channels [first, first + count) of the output pixel `pixel`.
  template <typename T, typename Take>
  void takeMaxima(int64_t pixel, int64_t first, int64_t count, T *to, Take take) const {
    int64_t x = pixel % a.out_width, y = pixel / a.out_width % a.out_height, image = pixel / a.out_width / a.out_height;
    bool started = false;
    for (int64_t kh = 0; kh < a.kernel[0]; ++kh) {
      int64_t row = y * a.strides[0] - a.padding[0] + kh * a.dilations[0];
      if (row < 0 || row >= a.height)
        continue;
      for (int64_t kw = 0; kw < a.kernel[1]; ++kw) {
        int64_t column = x * a.strides[1] - a.padding[1] + kw * a.dilations[1];
        if (column < 0 || column >= a.width)
          continue;
        const T *from =
            static_cast<const T *>(a.input) + ((image * a.height + row) * a.width + column) * a.channels + first;
        if (started)
          take(to, from, count);
        else
          std::memcpy(to, from, count * sizeof(T));
        started = true;
      }
    }
  }

  /// Positions [begin, end) at every step: tiles of several positions, or parts of one with many channels.
  void fire(int64_t begin, int64_t end) const {
    currents.resize(steps * SPIKE_RT_TILE);
    spikes.resize(steps * SPIKE_RT_TILE);
    int64_t size = std::max<int64_t>(1, SPIKE_RT_TILE / a.channels);
    for (int64_t position = begin; position < end; position += size)
      for (int64_t first = 0; first < a.channels; first += SPIKE_RT_TILE)
        fireTile(position, std::min(size, end - position), first, std::min<int64_t>(SPIKE_RT_TILE, a.channels - first));
  }

  void fireTile(int64_t position, int64_t positions, int64_t first, int64_t count) const {
    for (int64_t t = 0; t < steps; ++t)
      for (int64_t p = 0; p < positions; ++p)
        takeMaxima(t * population + position + p, first, count, currents.data() + t * SPIKE_RT_TILE + p * count,
                   kernels.takeMaximum);
    for (int64_t i = 0; i < positions * count; i += SPIKE_RT_NEURONS)
      a.neuron(currents.data() + i, spikes.data() + i);
    for (int64_t t = 0; t < steps; ++t)
      for (int64_t p = 0; p < positions; ++p)
        std::memcpy(static_cast<uint8_t *>(a.output) + (t * population + position + p) * a.channels + first,
                    spikes.data() + t * SPIKE_RT_TILE + p * count, count);
  }

  const spike_rt_pool_args &a;
  const RowKernels &kernels;
  int64_t steps, population;
};

} // namespace

extern "C" void spike_rt_pool(const spike_rt_pool_args *args) { Pool(*args).run(); }
