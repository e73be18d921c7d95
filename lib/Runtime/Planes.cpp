// SPDX-License-Identifier: Apache-2.0
// Convolutions and linear layers over digit planes: the bytes that the output pixels see, as rows of a matrix, times
// planes of weights.
#include "Planes.h"

#include "GroupSums.h"
#include "Pool.h"
#include "spike/Runtime/ParallelFor.h"

#include <algorithm>
#include <cstring>

using namespace spike_rt;

namespace {

/// Bytes of rows that stay in the second-level cache while blocks of weights sweep over them.
constexpr int64_t cachedRows = 512 << 10;
/// Bytes of packed rows and their sums, each of which is read in long pieces.
constexpr int64_t cachedSums = 768 << 10;
/// Bytes of weights that stay in the second-level cache from one group of rows to the next.
constexpr int64_t cachedWeights = 1 << 20;
/// Bytes of rows and currents of a group that is pooled: it also computes what its neighbours need.
constexpr int64_t cachedPool = 1 << 20;
/// Bytes worth a piece of work.
constexpr int64_t grainBytes = 64 << 10;

thread_local Buffer shared, own, last, tiles, strips;

/// Rows that are finished at a time, and pieces of a run.
constexpr int64_t pieceRows = SPIKE_RT_NEURONS / planeOutputs, runPieces = planeStep / pieceRows;

/// Rows of maxima [begin, end) of an image, and the positions whose currents they need.
struct PooledGroup {
  Group currents;
  int64_t image, begin, end;
};

class PlaneConvolution {
public:
  explicit PlaneConvolution(const spike_rt_conv_args &args)
      : a(args), kernels(getPlaneKernels()), rows(args), blocks(rows.countBlocks()), steps(rows.countSteps()),
        population(rows.countPositions()), outputBlocks((a.outputs + planeOutputs - 1) / planeOutputs),
        threads(spike_rt_get_num_threads()) {
    constexpr int64_t largestDigits = 128 * 257;
    bool twoFit = a.binary && blocks * planeDepth < (int64_t(1) << 31) / largestDigits;
    joined = a.narrow ? a.planes : std::min<int64_t>(a.planes, twoFit ? 2 : 1);
    constexpr double manyActive = 0.5;
    ProductSize size = {blocks, outputBlocks, population * steps, a.planes, a.binary != 0};
    prefersTables = a.binary && chooseForm({manyActive, 1}, size) == ProductForm::tables;
  }

  void run() {
    if (population == 0)
      return;
    if (pools()) {
      int64_t height = choosePooledHeight(), perImage = (a.pooled_height + height - 1) / height;
      return run(
          rows.countImages() * perImage, [&](int64_t g) { return getPooledGroup(g / perImage, g % perImage, height); },
          [](const PooledGroup &group) { return group.currents; });
    }
    int64_t size = chooseGroupSize();
    run((population + size - 1) / size,
        [&](int64_t g) { return Group{g * size, std::min(size, population - g * size)}; },
        [](const Group &group) { return group; });
  }

private:
  /// `getGroup(g)` is a group, and `getPositions` gives the positions that it multiplies.
  template <typename GetGroup, typename GetPositions>
  void run(int64_t groups, GetGroup getGroup, GetPositions getPositions) {
    // Rows that a thread makes are best multiplied by the same one, from its own cache.
    if (groups >= threads && !splitsOutputs()) {
      parallelFor(groups, 1, [&](int64_t begin, int64_t end) {
        for (int64_t g = begin; g < end; ++g) {
          auto group = getGroup(g);
          Group positions = getPositions(group);
          uint8_t *memory = rows.isDirect() ? nullptr : own.get(rows.countBytes(positions));
          rows.fill(positions, memory, 0, rows.countPieces(positions));
          multiply(rows.view(positions, memory), group, 0, outputBlocks);
        }
      });
      return;
    }
    Group everything = {0, population};
    uint8_t *memory = rows.isDirect() ? nullptr : shared.get(rows.countBytes(everything));
    parallelFor(rows.countPieces(everything), std::max<int64_t>(1, grainBytes / rows.getPieceBytes()),
                [&](int64_t begin, int64_t end) { rows.fill(everything, memory, begin, end); });
    // Pieces of one group follow each other; each reads its planes once. One per thread, because the first block of
    // each comes unfetched.
    int64_t pieces = groups * outputBlocks, grain = (pieces + threads - 1) / threads;
    parallelFor(pieces, std::max(grain, grainBytes / blockBytes()), [&](int64_t begin, int64_t end) {
      for (int64_t piece = begin; piece < end;) {
        int64_t n = piece % outputBlocks, stop = std::min(outputBlocks, n + end - piece);
        multiply(rows.view(everything, memory), getGroup(piece / outputBlocks), n, stop);
        piece += stop - n;
      }
    });
  }

  bool pools() const { return a.pool_kernel[0] > 0; }

  /// Rows of maxima of a group: those of an image if they fit the cache, else a number that threads share evenly.
  int64_t choosePooledHeight() const {
    int64_t line = a.out_width * (rows.getPositionBytes() + steps * planeOutputs * int64_t(sizeof(float)));
    int64_t lines = std::max<int64_t>(1, cachedPool / line);
    int64_t height = std::max<int64_t>(1, (lines - a.pool_kernel[0]) / a.pool_strides[0] + 1);
    if (height >= a.pooled_height)
      return a.pooled_height;
    int64_t groups = (a.pooled_height + height - 1) / height;
    groups = (groups + threads - 1) / threads * threads;
    return (a.pooled_height + groups - 1) / groups;
  }

  PooledGroup getPooledGroup(int64_t image, int64_t index, int64_t height) const {
    int64_t begin = index * height, end = std::min(a.pooled_height, begin + height);
    int64_t first = std::max<int64_t>(0, begin * a.pool_strides[0] - a.pool_padding[0]);
    int64_t last = std::min(a.out_height, (end - 1) * a.pool_strides[0] - a.pool_padding[0] + a.pool_kernel[0]);
    Group currents = {(image * a.out_height + first) * a.out_width, (last - first) * a.out_width};
    return {currents, image, begin, end};
  }

  /// Bytes of the weights of sixteen outputs, and of all.
  int64_t blockBytes() const { return blocks * a.planes * planeTile; }
  int64_t weightBytes() const { return outputBlocks * blockBytes(); }

  /// Whether threads share the outputs rather than the rows: what is larger should be read once, and tables serve all
  /// rows.
  bool splitsOutputs() const {
    return (rows.isDirect() || prefersTables) && weightBytes() > population * rows.getPositionBytes();
  }

  /// Bytes that are read of a position for each block of outputs; tables read bits, but keep sums.
  int64_t getSweptBytes() const {
    return prefersTables ? rows.getPositionBytes() / 8 + GroupSums::getPositionBytes(a, steps)
                         : rows.getPositionBytes();
  }

  /// Positions of a group: as many as fit the cache, but few enough that every thread has some.
  int64_t chooseGroupSize() const {
    auto divideUp = [](int64_t value, int64_t unit) { return (value + unit - 1) / unit; };
    int64_t unit = rows.getUnit(), all = divideUp(population, unit);
    int64_t units = std::max<int64_t>(1, (prefersTables ? cachedSums : cachedRows) / getSweptBytes() / unit);
    if (!splitsOutputs())
      units = std::min(units, divideUp(all, threads * (weightBytes() > cachedWeights ? 1 : 2)));
    // Groups of like size, because threads share them by number.
    return divideUp(all, divideUp(all, units)) * unit;
  }

  /// Currents of sixteen outputs of a group at every step, [steps][positions][16].
  struct Strip {
    Group group;
    float *currents;
    float *find(int64_t step, int64_t position) const {
      return currents + (step * group.count + position - group.first) * planeOutputs;
    }
  };

  /// One or two runs whose sums of one step are there: currents are to be made of them, and behind the last step
  /// spikes.
  struct Tile : Meanwhile {
    Tile() {
      work = [](Meanwhile &self, int64_t piece) { static_cast<Tile &>(self).finishPiece(piece); };
    }
    void finishPiece(int64_t piece) const {
      const Run &run = runs[piece / runPieces];
      int64_t row = piece % runPieces * pieceRows, count = std::min(pieceRows, run.count - row);
      Sums sums = made[piece / runPieces];
      sums.sums += row * planeOutputs;
      if (count > 0)
        owner->finish(*this, sums, piece * pieceRows, run.first + row, count);
    }

    const PlaneConvolution *owner = nullptr;
    const Strip *strip = nullptr; ///< where currents are collected, if they are pooled
    int64_t step = 0, n = 0;
    Run runs[2] = {};
    Sums made[2] = {}; ///< of each run
    int64_t rows = 0;  ///< that the tile's own sums have
    alignas(64) int32_t sums[maxPlanes * planeRows * planeOutputs];
  };

  void multiply(const RowsView &view, const PooledGroup &pooled, int64_t n, int64_t stop) const {
    int64_t elements = steps * pooled.currents.count * planeOutputs;
    Strip strip = {pooled.currents, reinterpret_cast<float *>(strips.get(elements * sizeof(float)))};
    multiply(view, pooled.currents, n, stop, &strip, [&](int64_t block) { pool(pooled, strip, block); });
  }

  void multiply(const RowsView &view, Group group, int64_t n, int64_t stop) const {
    multiply(view, group, n, stop, nullptr, [](int64_t) {});
  }

  /// A group of what `view` shows times blocks [begin, stop) of outputs. With a strip, `behind` is called with each
  /// block whose currents are there.
  template <typename Behind>
  void multiply(const RowsView &view, Group group, int64_t begin, int64_t stop, const Strip *strip,
                Behind behind) const {
    GroupSums others(a, rows);
    others.plan(view, group, stop - begin);
    kernels.begin();
    int64_t runs = rows.countRuns(group), stepBytes = rows.getStepBytes(view);
    // While a block of weights sweeps over the rows, the next one is fetched piece by piece.
    int64_t calls = (runs + 1) / 2 * steps, lines = a.planes * planeTile / 64;
    Ahead ahead = {weights(begin + 1), 0};
    // While a tile is multiplied, the one before is finished; nothing is copied, because what was just written in
    // pieces cannot be read as a whole without a wait.
    Tile tiles[2];
    int turn = 0;
    for (int64_t n = begin; n < stop; ++n, ahead.from = weights(n + 1)) {
      if (!others.areDense())
        tiles[!turn].finish(); // its sums stand where those of this block will
      others.compute(weights(n), n - begin, stop - n);
      ahead.linesPerBlock = n + 1 < stop ? (lines + calls - 1) / calls : 0;
      for (int64_t run = 0; run < runs; run += 2) {
        Run pair[2] = {rows.getRun(group, run), run + 1 < runs ? rows.getRun(group, run + 1) : Run{group.first, 0}};
        const uint8_t *from[2] = {rows.find(view, pair[0].first), rows.find(view, pair[1].first)};
        for (int64_t t = 0; t < steps; ++t, turn = !turn) {
          Tile &tile = tiles[turn], &before = tiles[!turn];
          tile.strip = strip;
          tile.step = t;
          tile.n = n;
          tile.runs[0] = pair[0], tile.runs[1] = pair[1];
          tile.rows = pair[1].count ? planeRows : planeStep;
          for (int i = 0; i < 2 && pair[i].count; ++i)
            tile.made[i] = others.isDense(t) ? Sums{tile.sums + i * tileSums, tile.rows, a.planes, joined, 8}
                                             : others.get(t, n - begin, run + i);
          if (others.isDense(t))
            sum(from, t * stepBytes, tile, ahead, before);
          before.finish();
          tile.owner = this;
          tile.done = 0;
          tile.pieces = pair[1].count ? 2 * runPieces : runPieces;
        }
      }
      if (strip) {
        tiles[!turn].finish();
        behind(n);
      }
    }
    tiles[!turn].finish();
    kernels.end();
  }

  /// Maxima of the currents of a block of outputs, and the neurons that read them.
  void pool(const PooledGroup &group, const Strip &strip, int64_t n) const {
    spike_rt_pool_args p{};
    int64_t first = group.currents.first / a.out_width - group.image * a.out_height;
    int64_t outputs = rows.countImages() * a.pooled_height * a.pooled_width * a.outputs;
    p.input = strip.currents;
    p.input_type = SPIKE_RT_F32;
    p.output = static_cast<uint8_t *>(a.output) +
               (group.image * a.pooled_height + group.begin) * a.pooled_width * a.outputs + n * planeOutputs;
    p.neuron = a.neuron;
    p.steps = p.images = steps;
    p.height = group.currents.count / a.out_width, p.width = a.out_width, p.channels = planeOutputs;
    p.out_height = group.end - group.begin, p.out_width = a.pooled_width;
    for (int axis = 0; axis < 2; ++axis)
      p.kernel[axis] = a.pool_kernel[axis], p.strides[axis] = a.pool_strides[axis],
      p.padding[axis] = a.pool_padding[axis], p.dilations[axis] = 1;
    p.padding[0] += first - group.begin * a.pool_strides[0];
    Pool maxima(p, {outputs, a.outputs, columns(n)});
    for (int64_t row = 0; row < maxima.countRows(); ++row)
      maxima.fire(row);
  }

  /// Planes of output block `n`.
  const int8_t *weights(int64_t n) const { return static_cast<const int8_t *>(a.weight) + n * blockBytes(); }

  int64_t columns(int64_t n) const { return std::min(planeOutputs, a.outputs - n * planeOutputs); }

  /// Rows of the tile's runs are those of the first step, `bytes` on.
  void sum(const uint8_t *const *first, int64_t bytes, Tile &tile, Ahead &ahead, Meanwhile &meanwhile) const {
    const uint8_t *from[2] = {first[0] + bytes, first[1] + bytes};
    for (int i = 0; i < 2 && tile.runs[i].count; ++i)
      if (!rows.canReadAll(tile.runs[i])) { // behind the input's last row there may be nothing
        uint8_t *copied = last.get(planeStep * rows.getStride());
        std::memcpy(copied, from[i], tile.runs[i].count * rows.getStride());
        from[i] = copied;
      }
    kernels.multiply({{from[0], from[1]},
                      rows.getOffsets(),
                      rows.getStride(),
                      tile.rows,
                      rows.overlap(),
                      weights(tile.n),
                      blocks,
                      a.planes,
                      a.binary != 0,
                      tile.sums},
                     ahead, meanwhile);
  }

  /// Where output block `n` of a position begins.
  int64_t output(int64_t step, int64_t position, int64_t n) const {
    return (step * population + position) * a.outputs + n * planeOutputs;
  }

  /// Currents of a few positions from their rows of a tile's sums; behind the last step their neurons.
  void finish(const Tile &tile, const Sums &sums, int64_t row, int64_t position, int64_t count) const {
    int64_t n = tile.n, first = row * planeOutputs;
    auto *currents = reinterpret_cast<float *>(tiles.get(steps * SPIKE_RT_TILE * 5));
    auto *spikes = reinterpret_cast<uint8_t *>(currents + steps * SPIKE_RT_TILE);
    float *to = tile.strip ? tile.strip->find(tile.step, position)
                : a.neuron ? currents + tile.step * SPIKE_RT_TILE + first
                           : static_cast<float *>(a.output) + output(tile.step, position, n);
    kernels.combine(sums, count, a.scale + n * planeOutputs, a.bias ? a.bias + n * planeOutputs : nullptr, to,
                    a.neuron ? planeOutputs : a.outputs, columns(n));
    if (!a.neuron || tile.strip)
      return;
    for (int64_t r = 0; r < count; ++r) // where spikes will soon be written
      __builtin_prefetch(static_cast<uint8_t *>(a.output) + output(tile.step, position + r, n), 1);
    if (tile.step + 1 < steps)
      return;
    static_assert(planeRows * planeOutputs == SPIKE_RT_TILE);
    a.neuron(currents + first, spikes + first);
    for (int64_t t = 0; t < steps; ++t) {
      const uint8_t *from = spikes + t * SPIKE_RT_TILE + first;
      uint8_t *at = static_cast<uint8_t *>(a.output) + output(t, position, n);
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
  PlaneRows rows;
  int64_t blocks, steps, population, outputBlocks, joined, threads;
  bool prefersTables;
};

} // namespace

void spike_rt::runPlanes(const spike_rt_conv_args &args) { PlaneConvolution(args).run(); }
