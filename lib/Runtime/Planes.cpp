// SPDX-License-Identifier: Apache-2.0
// Convolutions and linear layers over digit planes: the bytes that the output pixels see, gathered as rows of a matrix,
// times planes of weights.
#include "Planes.h"

#include "ActiveGroups.h"
#include "PlaneCosts.h"
#include "ThreadPool.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

using namespace spike_rt;

namespace {

/// Bytes of gathered rows that stay in the second-level cache while blocks of weights sweep over them.
constexpr int64_t cachedRows = 512 << 10;
/// Bytes of weights that stay in the second-level cache from one group of rows to the next.
constexpr int64_t cachedWeights = 1 << 20;
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
thread_local ActiveGroupLists lists;
/// Where the list of each step of a group begins; negative where all inputs are multiplied.
thread_local std::vector<int64_t> stepLists;

/// Copies at least sixteen bytes in sixteens, the last of which may overlap: a call would cost more than that.
inline void copyBytes(uint8_t *to, const uint8_t *from, int64_t count) {
  constexpr int64_t unit = 16;
  if (count < unit) {
    std::memcpy(to, from, count);
    return;
  }
  for (int64_t i = 0; i + unit <= count; i += unit)
    std::memcpy(to + i, from + i, unit);
  std::memcpy(to + count - unit, from + count - unit, unit);
}

/// Rows that are finished at a time.
constexpr int64_t pieceRows = SPIKE_RT_NEURONS / planeOutputs;

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
    bool twoFit = a.binary && depth < (int64_t(1) << 31) / largestDigits;
    joined = a.narrow ? a.planes : std::min<int64_t>(a.planes, twoFit ? 2 : 1);
  }

  void run() {
    int64_t threads = spike_rt_get_num_threads(), size = chooseGroupSize(threads);
    int64_t groups = (population + size - 1) / size;
    auto getGroup = [&](int64_t g) { return Group{g * size, std::min(size, population - g * size)}; };
    // What a thread gathers is best multiplied by the same one, from its own cache.
    if (groups >= threads && !splitsOutputs()) {
      parallelFor(groups, 1, [&](int64_t begin, int64_t end) {
        for (int64_t g = begin; g < end; ++g)
          multiply(gather(getGroup(g)), getGroup(g), 0, outputBlocks);
      });
      return;
    }
    Rows all = {inputRow(0), population};
    if (!direct) {
      uint8_t *gathered = shared.get((steps * population + planeRows) * pitch);
      parallelFor(steps * population, std::max<int64_t>(1, grainBytes / pitch),
                  [&](int64_t begin, int64_t end) { gatherRows(begin, end - begin, gathered + begin * pitch); });
      all.data = gathered;
    }
    // Pieces of one group follow each other; each reads its planes once. Few pieces, because the first block of each
    // comes unfetched; enough that no thread waits long.
    constexpr int64_t piecesPerThread = 4;
    int64_t grain = groups * outputBlocks / (threads * piecesPerThread);
    parallelFor(groups * outputBlocks, std::max({int64_t(1), grain, grainBytes / blockBytes()}),
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

  /// Bytes of the weights of sixteen outputs, and of all.
  int64_t blockBytes() const { return blocks * a.planes * planeTile; }
  int64_t weightBytes() const { return outputBlocks * blockBytes(); }

  /// Whether threads share the outputs rather than the rows: what is larger should be read once.
  bool splitsOutputs() const { return direct && weightBytes() > steps * population * pitch; }

  /// Positions of a group: as many as fit the cache, but few enough that every thread has some.
  int64_t chooseGroupSize(int64_t threads) const {
    int64_t size = cachedRows / pitch / steps / planeRows * planeRows;
    if (!splitsOutputs()) {
      int64_t groups = threads * (weightBytes() > cachedWeights ? 1 : 2);
      size = std::min(size, (population + groups * planeRows - 1) / (groups * planeRows) * planeRows);
    }
    return std::max(planeRows, size);
  }

  const uint8_t *inputRow(int64_t pixel) const { return static_cast<const uint8_t *>(a.input) + pixel * a.channels; }

  Rows gather(Group group) const {
    if (direct)
      return {inputRow(group.first), population};
    uint8_t *rows = own.get((steps * group.count + planeRows) * pitch);
    for (int64_t t = 0; t < steps; ++t)
      gatherRows(t * population + group.first, group.count, rows + t * group.count * pitch);
    return {rows, group.count};
  }

  /// Copies `count` elements as bytes.
  void copy(uint8_t *to, int64_t from, int64_t count) const {
    if (a.input_type == SPIKE_RT_U8)
      return copyBytes(to, static_cast<const uint8_t *>(a.input) + from, count);
    const float *values = static_cast<const float *>(a.input) + from;
    for (int64_t i = 0; i < count; ++i)
      to[i] = static_cast<uint8_t>(values[i]);
  }

  void gatherRows(int64_t pixel, int64_t count, uint8_t *rows) const {
    int64_t x = pixel % a.out_width, y = pixel / a.out_width % a.out_height, image = pixel / a.out_width / a.out_height;
    for (int64_t end = pixel + count; pixel < end; ++pixel, rows += pitch) {
      gatherRow(image, y, x, rows);
      if (++x < a.out_width)
        continue;
      x = 0;
      if (++y == a.out_height)
        y = 0, ++image;
    }
  }

  /// What an output pixel sees, in ascending (kh, kw, channel), zeros for taps in the padding.
  void gatherRow(int64_t image, int64_t y, int64_t x, uint8_t *row) const {
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
    if (pitch > depth)
      std::memset(row, 0, pitch - depth);
  }

  /// A tile whose sums of one step are there: currents are to be made of them, and behind the last step spikes.
  struct Tile : Meanwhile {
    Tile() {
      work = [](Meanwhile &self, int64_t piece) { static_cast<Tile &>(self).finishPiece(piece); };
    }
    void finishPiece(int64_t piece) const { owner->finish(*this, piece * pieceRows); }
    const PlaneConvolution *owner = nullptr;
    int64_t step = 0, position = 0, count = 0, n = 0;
    int64_t rows = 0; ///< that the sums have
    alignas(64) int32_t sums[maxPlanes * planeRows * planeOutputs];
  };

  /// A group times blocks [n, stop) of outputs.
  void multiply(Rows rows, Group group, int64_t n, int64_t stop) const {
    listActive(rows, group, stop - n);
    kernels.begin();
    // While a block of weights sweeps over the rows, the next one is fetched piece by piece.
    int64_t calls = (group.count + planeRows - 1) / planeRows * steps, lines = a.planes * planeTile / 64;
    Ahead ahead = {weights(n + 1), 0};
    // While a tile is multiplied, the one before is finished; nothing is copied, because what was just written in
    // pieces cannot be read as a whole without a wait.
    Tile tiles[2];
    int turn = 0;
    for (; n < stop; ++n, ahead.from = weights(n + 1))
      for (int64_t first = 0; first < group.count; first += planeRows)
        for (int64_t t = 0; t < steps; ++t, turn = !turn) {
          ahead.linesPerBlock = n + 1 < stop ? (lines + calls - 1) / calls : 0;
          Tile &tile = tiles[turn], &before = tiles[!turn];
          place(tile, group, first, t, n);
          if (stepLists[t] < 0)
            sum(rows.data + (t * rows.step + first) * pitch, tile, ahead, before);
          else
            kernels.multiplyActive({nullptr, 0, tile.rows, weights(n), blocks, a.planes, tile.sums},
                                   lists.get(stepLists[t] + first));
          before.finish();
          offer(tile);
        }
    tiles[!turn].finish();
    kernels.end();
  }

  /// Lists the active groups of steps in which leaving out the others saves time. Neurons that start from rest fire
  /// less in their first step than later.
  void listActive(Rows rows, Group group, int64_t outputs) const {
    stepLists.assign(steps, -1);
    lists.reset(group.count * steps, pitch);
    int64_t listed = 0;
    for (int64_t t = 0; t < steps; ++t) {
      const uint8_t *step = rows.data + t * rows.step * pitch;
      if (!shouldLeaveOutSilent(sampleActive(step, pitch, group.count), a.planes, outputs))
        continue;
      stepLists[t] = listed;
      listed += group.count;
      for (int64_t r = 0; r < group.count; ++r)
        lists.append(step + r * pitch, pitch, a.planes);
    }
  }

  void place(Tile &tile, Group group, int64_t first, int64_t step, int64_t n) const {
    tile.step = step;
    tile.position = group.first + first;
    tile.count = tile.rows = std::min(planeRows, group.count - first);
    tile.n = n;
  }

  /// Makes the tile's currents and spikes work to be done.
  void offer(Tile &tile) const {
    tile.owner = this;
    tile.done = 0;
    tile.pieces = (tile.count + pieceRows - 1) / pieceRows;
  }

  /// Where output block `n` of a position begins.
  int64_t output(int64_t step, int64_t position, int64_t n) const {
    return (step * population + position) * a.outputs + n * planeOutputs;
  }

  /// Planes of output block `n`.
  const int8_t *weights(int64_t n) const { return static_cast<const int8_t *>(a.weight) + n * blockBytes(); }

  int64_t columns(int64_t n) const { return std::min(planeOutputs, a.outputs - n * planeOutputs); }

  void sum(const uint8_t *rows, Tile &tile, Ahead &ahead, Meanwhile &meanwhile) const {
    tile.rows = tile.count > planeStep ? planeRows : planeStep;
    if (direct && tile.count < tile.rows) { // behind the input's last row there may be nothing
      uint8_t *copied = last.get(planeRows * pitch);
      std::memcpy(copied, rows, tile.count * pitch);
      rows = copied;
    }
    kernels.multiply({rows, pitch, tile.rows, weights(tile.n), blocks, a.planes, tile.sums}, ahead, meanwhile);
  }

  /// Currents of a few rows of a tile from its sums; behind the last step their neurons.
  void finish(const Tile &tile, int64_t row) const {
    int64_t count = std::min(pieceRows, tile.count - row), n = tile.n, first = row * planeOutputs;
    auto *currents = reinterpret_cast<float *>(tiles.get(steps * SPIKE_RT_TILE * 5));
    auto *spikes = reinterpret_cast<uint8_t *>(currents + steps * SPIKE_RT_TILE);
    float *to = a.neuron ? currents + tile.step * SPIKE_RT_TILE + first
                         : static_cast<float *>(a.output) + output(0, tile.position + row, n);
    kernels.combine({tile.sums + first, tile.rows, a.planes, joined}, count, a.scale + n * planeOutputs,
                    a.bias ? a.bias + n * planeOutputs : nullptr, to, a.neuron ? planeOutputs : a.outputs, columns(n));
    if (!a.neuron)
      return;
    for (int64_t r = 0; r < count; ++r) // where spikes will soon be written
      __builtin_prefetch(static_cast<uint8_t *>(a.output) + output(tile.step, tile.position + row + r, n), 1);
    if (tile.step + 1 < steps)
      return;
    static_assert(planeRows * planeOutputs == SPIKE_RT_TILE);
    a.neuron(currents + first, spikes + first);
    for (int64_t t = 0; t < steps; ++t) {
      const uint8_t *from = spikes + t * SPIKE_RT_TILE + first;
      uint8_t *at = static_cast<uint8_t *>(a.output) + output(t, tile.position + row, n);
      if (columns(n) == planeOutputs)
        for (int64_t r = 0; r < count; ++r)
          std::memcpy(at + r * a.outputs, from + r * planeOutputs, planeOutputs);
      else
        for (int64_t r = 0; r < count; ++r)
          std::memcpy(at + r * a.outputs, from + r * planeOutputs, columns(n));
    }
  }

  const spike_rt_conv_args &a;
  const PlaneKernels &kernels;
  int64_t depth, blocks, pitch, steps, population, outputBlocks, joined;
  bool direct;
};

} // namespace

void spike_rt::runPlanes(const spike_rt_conv_args &args) { PlaneConvolution(args).run(); }
