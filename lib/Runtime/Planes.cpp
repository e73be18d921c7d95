// SPDX-License-Identifier: Apache-2.0
// Convolutions and linear layers over digit planes: the bytes that the output pixels see, gathered as rows of a matrix,
// times planes of weights.
#include "Planes.h"

#include "Kernels/Planes.h"
#include "ThreadPool.h"

#include <algorithm>
#include <cstring>
#include <memory>

using namespace spike_rt;

namespace {

/// Bytes of gathered rows that stay in the second-level cache while blocks of weights sweep over them.
constexpr int64_t cachedRows = 512 << 10;
/// With so many groups of rows each is a piece of work of its own; with fewer, blocks of outputs are pieces, too.
constexpr int64_t manyGroups = 8;
/// Bytes worth a piece of work.
constexpr int64_t grainBytes = 64 << 10;

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

thread_local Buffer shared, own, last, tiles;

int64_t roundUp(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

/// Positions of the population that a piece of work covers, at every step: the pixels `step * population + position`.
struct Group {
  int64_t first, count;
};

class PlaneConvolution {
public:
  explicit PlaneConvolution(const spike_rt_conv_args &args)
      : a(args), kernels(getPlaneKernels()), depth(a.kernel[0] * a.kernel[1] * a.channels),
        blocks((depth + planeDepth - 1) / planeDepth), pitch(blocks * planeDepth), steps(a.neuron ? a.steps : 1),
        population(a.images * a.out_height * a.out_width / steps),
        outputBlocks((a.outputs + planeOutputs - 1) / planeOutputs), direct(isDirect()) {
    constexpr int64_t largestDigits = 128 * 257;
    small = a.binary && depth < (int64_t(1) << 31) / largestDigits;
  }

  void run() {
    int64_t size = std::max(planeRows, cachedRows / pitch / steps / planeRows * planeRows);
    int64_t groups = (population + size - 1) / size;
    auto getGroup = [&](int64_t g) { return Group{g * size, std::min(size, population - g * size)}; };
    if (groups >= manyGroups) {
      parallelFor(groups, 1, [&](int64_t begin, int64_t end) {
        for (int64_t g = begin; g < end; ++g)
          multiply(gather(getGroup(g)), getGroup(g), 0, outputBlocks);
      });
      return;
    }
    Rows all = {inputRow(0), population};
    if (!direct) {
      uint8_t *gathered = shared.get((steps * population + planeRows) * pitch);
      parallelFor(steps * population, std::max<int64_t>(1, grainBytes / pitch), [&](int64_t begin, int64_t end) {
        for (int64_t pixel = begin; pixel < end; ++pixel)
          gatherRow(pixel, gathered + pixel * pitch);
      });
      all.data = gathered;
    }
    // Pieces of one group follow each other; each reads its planes once.
    parallelFor(groups * outputBlocks, std::max<int64_t>(1, grainBytes / (blocks * planeBlock)),
                [&](int64_t begin, int64_t end) {
                  for (int64_t piece = begin; piece < end;) {
                    int64_t n = piece % outputBlocks, stop = std::min(outputBlocks, n + end - piece);
                    Group group = getGroup(piece / outputBlocks);
                    multiply({all.data + group.first * pitch, population}, group, n, stop);
                    piece += stop - n;
                  }
                });
  }

private:
  /// Rows of a group, `pitch` bytes each: those of a step follow each other, those of the next are `step` rows on.
  struct Rows {
    const uint8_t *data;
    int64_t step;
  };

  /// Whether the input's own rows are what the kernels read.
  bool isDirect() const {
    return a.input_type == SPIKE_RT_U8 && a.kernel[0] == 1 && a.kernel[1] == 1 && a.strides[0] == 1 &&
           a.strides[1] == 1 && a.padding[0] == 0 && a.padding[1] == 0 && a.out_height == a.height &&
           a.out_width == a.width && a.channels == pitch;
  }

  const uint8_t *inputRow(int64_t pixel) const { return static_cast<const uint8_t *>(a.input) + pixel * a.channels; }

  Rows gather(Group group) const {
    if (direct)
      return {inputRow(group.first), population};
    uint8_t *rows = own.get((steps * group.count + planeRows) * pitch);
    for (int64_t t = 0; t < steps; ++t)
      for (int64_t p = 0; p < group.count; ++p)
        gatherRow(t * population + group.first + p, rows + (t * group.count + p) * pitch);
    return {rows, group.count};
  }

  /// Copies `count` elements as bytes.
  void copy(uint8_t *to, int64_t from, int64_t count) const {
    if (a.input_type == SPIKE_RT_U8) {
      std::memcpy(to, static_cast<const uint8_t *>(a.input) + from, count);
      return;
    }
    const float *values = static_cast<const float *>(a.input) + from;
    for (int64_t i = 0; i < count; ++i)
      to[i] = static_cast<uint8_t>(values[i]);
  }

  /// What an output pixel sees, in ascending (kh, kw, channel), zeros for taps in the padding.
  void gatherRow(int64_t pixel, uint8_t *row) const {
    int64_t x = pixel % a.out_width, y = pixel / a.out_width % a.out_height, image = pixel / a.out_width / a.out_height;
    int64_t left = x * a.strides[1] - a.padding[1], tap = a.dilations[1], c = a.channels;
    for (int64_t kh = 0; kh < a.kernel[0]; ++kh, row += a.kernel[1] * c) {
      int64_t inputY = y * a.strides[0] - a.padding[0] + kh * a.dilations[0];
      if (inputY < 0 || inputY >= a.height) {
        std::memset(row, 0, a.kernel[1] * c);
        continue;
      }
      int64_t line = (image * a.height + inputY) * a.width;
      if (tap == 1 && left >= 0 && left + a.kernel[1] <= a.width) {
        copy(row, (line + left) * c, a.kernel[1] * c);
        continue;
      }
      for (int64_t kw = 0; kw < a.kernel[1]; ++kw) {
        int64_t inputX = left + kw * tap;
        if (inputX < 0 || inputX >= a.width)
          std::memset(row + kw * c, 0, c);
        else
          copy(row + kw * c, (line + inputX) * c, c);
      }
    }
    // Weights are zero behind the last input, so what stands there does not matter; but it must stand still.
    std::memset(row, 0, pitch - depth);
  }

  /// A group times blocks [n, stop) of outputs.
  void multiply(Rows rows, Group group, int64_t n, int64_t stop) const {
    kernels.begin();
    // While a block of weights sweeps over the rows, the next one is fetched piece by piece.
    int64_t calls = (group.count + planeRows - 1) / planeRows * steps, lines = planeBlock / 64;
    Ahead ahead = {weights(n + 1), 0};
    for (; n < stop; ++n, ahead.from = weights(n + 1))
      for (int64_t first = 0; first < group.count; first += planeRows) {
        int64_t count = std::min(planeRows, group.count - first);
        ahead.linesPerBlock = n + 1 < stop ? (lines + calls - 1) / calls : 0;
        const uint8_t *at = rows.data + first * pitch;
        if (a.neuron)
          fire({at, rows.step}, group.first + first, count, n, ahead);
        else
          sum(at, count, n, static_cast<float *>(a.output) + output(0, group.first + first, n), a.outputs,
              ahead);
      }
    kernels.end();
  }

  /// Where output block `n` of a position begins.
  int64_t output(int64_t step, int64_t position, int64_t n) const {
    return (step * population + position) * a.outputs + n * planeOutputs;
  }

  /// Planes of output block `n`.
  const int8_t *weights(int64_t n) const { return static_cast<const int8_t *>(a.weight) + n * blocks * planeBlock; }

  int64_t columns(int64_t n) const { return std::min(planeOutputs, a.outputs - n * planeOutputs); }

  /// Currents of one tile at one step, `stride` elements from row to row.
  void sum(const uint8_t *rows, int64_t count, int64_t n, float *currents, int64_t stride, Ahead &ahead) const {
    alignas(64) int32_t sums[numPlanes * planeRows * planeOutputs];
    int64_t size = count > planeStep ? planeRows : planeStep;
    if (direct && count < size) { // behind the input's last row there may be nothing
      uint8_t *copied = last.get(planeRows * pitch);
      std::memcpy(copied, rows, count * pitch);
      rows = copied;
    }
    kernels.multiply(rows, pitch, size, weights(n), blocks, sums, ahead);
    ahead.from += blocks * ahead.linesPerBlock * 64;
    kernels.combine(sums, size, count, a.scale + n * planeOutputs, a.bias ? a.bias + n * planeOutputs : nullptr,
                    currents, stride, columns(n), small);
  }

  /// One tile at every step, and its neurons.
  void fire(Rows rows, int64_t position, int64_t count, int64_t n, Ahead &ahead) const {
    static_assert(planeRows * planeOutputs == SPIKE_RT_TILE);
    auto *currents = reinterpret_cast<float *>(tiles.get(steps * SPIKE_RT_TILE * 5));
    auto *spikes = reinterpret_cast<uint8_t *>(currents + steps * SPIKE_RT_TILE);
    for (int64_t t = 0; t < steps; ++t)
      sum(rows.data + t * rows.step * pitch, count, n, currents + t * SPIKE_RT_TILE, planeOutputs, ahead);
    a.neuron(currents, spikes);
    for (int64_t t = 0; t < steps; ++t)
      for (int64_t p = 0; p < count; ++p)
        std::memcpy(static_cast<uint8_t *>(a.output) + output(t, position + p, n),
                    spikes + t * SPIKE_RT_TILE + p * planeOutputs, columns(n));
  }

  const spike_rt_conv_args &a;
  const PlaneKernels &kernels;
  int64_t depth, blocks, pitch, steps, population, outputBlocks;
  bool direct, small;
};

} // namespace

void spike_rt::runPlanes(const spike_rt_conv_args &args) { PlaneConvolution(args).run(); }
