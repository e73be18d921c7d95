// SPDX-License-Identifier: Apache-2.0
// Convolutions of few channels per group, of one above all. The lanes are outputs; a piece of work sweeps one block of
// them down an image, and holds the rows that the filter sees spread out as the lanes read them.
#include "Depthwise.h"

#include "ActiveLists.h"
#include "Kernels/Rows.h"
#include "spike/Runtime/ParallelFor.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

using namespace spike_rt;

namespace {

/// Multiply-adds worth a piece of work, and pieces that each thread should have to choose from.
constexpr int64_t grainWork = 1 << 16, piecesPerThread = 4;
/// Positions of a tile, which neurons are computed for at once.
constexpr int64_t tilePositions = SPIKE_RT_TILE / numLanes;

/// Memory of one thread. It only grows, so that a run allocates nothing once warm.
struct Scratch {
  /// 32-bit elements, on a border of the cache's lines.
  int32_t *getRows(int64_t wanted) {
    if (wanted > size) {
      size = wanted;
      memory.reset(new int32_t[size + 16]());
    }
    return reinterpret_cast<int32_t *>((reinterpret_cast<uintptr_t>(memory.get()) + 63) & ~uintptr_t(63));
  }

  std::vector<float> currents;
  std::vector<uint8_t> spikes, gathered;
  std::vector<LaneRow> filter;

private:
  std::unique_ptr<int32_t[]> memory;
  int64_t size = 0;
};

thread_local Scratch scratch;

/// What is the same for all positions of a block of outputs.
struct Block {
  int64_t first, count;     ///< outputs
  int64_t source[numLanes]; ///< the first channel that each lane reads
  uint8_t choice[numLanes]; ///< the same relative to the first lane, if they are close
  bool close, adjacent;     ///< channels of all lanes are among numLanes; they are these in order
  float scale[numLanes] = {}, bias[numLanes] = {};
  const void *weights;
};

class GroupedConvolution {
public:
  explicit GroupedConvolution(const spike_rt_conv_args &args)
      : a(args), kernels(getRowKernels()), paired(a.scale != nullptr), channels(a.channels / a.groups),
        outputs(a.outputs / a.groups), acrossTaps(paired && channels == 1),
        inner(paired ? (channels + 1) / 2 : channels), taps(acrossTaps ? (a.kernel[1] + 1) / 2 : a.kernel[1]),
        step(inner * numLanes), tapStep((acrossTaps ? 2 : 1) * a.dilations[1] * step),
        columns((a.out_width - 1) * a.strides[1] + (a.kernel[1] - 1) * a.dilations[1] + 1),
        span((a.kernel[0] - 1) * a.dilations[0] + 1), steps(a.neuron ? a.steps : 1), images(a.images / steps) {}

  void run() const {
    if (a.images * a.out_height * a.out_width * a.outputs == 0)
      return;
    int64_t units = images * ((a.outputs + numLanes - 1) / numLanes);
    int64_t bands = std::clamp<int64_t>(spike_rt_get_num_threads() * piecesPerThread / units, 1, a.out_height);
    int64_t bandRows = (a.out_height + bands - 1) / bands;
    int64_t work = steps * bandRows * a.out_width * std::max<int64_t>(1, a.kernel[0] * taps * inner) * numLanes;
    parallelFor(units * bands, std::max<int64_t>(1, grainWork / work), [&](int64_t begin, int64_t end) {
      for (int64_t piece = begin; piece < end; ++piece) {
        int64_t first = piece % bands * bandRows, unit = piece / bands;
        sweep(getBlock(unit / images), unit % images, first, std::min(first + bandRows, a.out_height));
      }
    });
  }

private:
  Block getBlock(int64_t index) const {
    Block b;
    b.first = index * numLanes;
    b.count = std::min(numLanes, a.outputs - b.first);
    for (int64_t lane = 0; lane < numLanes; ++lane) {
      int64_t output = b.first + std::min(lane, b.count - 1);
      b.source[lane] = output / outputs * channels;
      b.scale[lane] = paired ? a.scale[b.first + lane] : 1.0f;
      b.bias[lane] = a.bias ? a.bias[output] : 0.0f;
    }
    for (int64_t lane = 0; lane < numLanes; ++lane)
      b.choice[lane] = static_cast<uint8_t>(b.source[lane] - b.source[0]);
    b.close = b.source[numLanes - 1] - b.source[0] < numLanes;
    b.adjacent = channels == 1 && outputs == 1 && b.count == numLanes;
    b.weights = static_cast<const float *>(a.weight) + index * a.kernel[0] * rowWeights();
    return b;
  }

  /// 32-bit elements of the weights of a row of the filter.
  int64_t rowWeights() const { return taps * step * (paired ? 2 : 1); }

  /// Output rows [first, last) of a block, at every step.
  void sweep(const Block &block, int64_t image, int64_t first, int64_t last) const {
    scratch.currents.resize(steps * SPIKE_RT_TILE);
    scratch.spikes.resize(steps * SPIKE_RT_TILE);
    int32_t *rows = scratch.getRows(steps * span * columns * step);
    int64_t next = 0; // the first row that has not been spread out
    for (int64_t y = first; y < last; ++y) {
      int64_t top = y * a.strides[0] - a.padding[0], bottom = std::min(top + span, a.height);
      for (next = std::max(next, top); next < bottom; ++next)
        for (int64_t t = 0; t < steps; ++t)
          spread(block, t * images + image, next, getRow(rows, t, next));
      for (int64_t x = 0; x < a.out_width; x += tilePositions) {
        int64_t count = std::min(tilePositions, a.out_width - x);
        for (int64_t t = 0; t < steps; ++t)
          sumTile(block, rows, t, image, y, x, count);
        if (a.neuron)
          fire(block, image, y, x, count);
      }
    }
  }

  int32_t *getRow(int32_t *rows, int64_t t, int64_t row) const {
    return rows + (t * span + row % span) * columns * step;
  }

  //===--------------------------------------------------------------------===//
  // Inputs as the lanes read them: [columns, with the padding][inner][lanes]
  //===--------------------------------------------------------------------===//

  void spread(const Block &block, int64_t image, int64_t row, int32_t *to) const {
    int64_t pixel = (image * a.height + row) * a.width;
    if (paired)
      return spreadPairs(block, static_cast<const uint8_t *>(a.input) + pixel * a.channels, to);
    int64_t end = std::min(columns, a.width + a.padding[1]);
    auto *reals = reinterpret_cast<float *>(to);
    visitType(a.input_type, a.input, [&](auto *data) {
      for (int64_t column = a.padding[1]; column < end; ++column) {
        auto *from = data + (pixel + column - a.padding[1]) * a.channels;
        for (int64_t i = 0; i < inner; ++i)
          for (int64_t lane = 0; lane < numLanes; ++lane)
            reals[column * step + i * numLanes + lane] = static_cast<float>(from[block.source[lane] + i]);
      }
    });
  }

  /// What lanes read in each column of a row.
  struct Bytes {
    const uint8_t *from;
    int64_t stride;
    const uint8_t *choice;
  };

  /// Channel `i` of each lane's group: where it stands, or if lanes are far apart there, or at the end of the input,
  /// copied to `place`.
  Bytes getChannel(const Block &block, const uint8_t *row, int64_t i, int64_t place) const {
    const uint8_t *from = row + block.source[0] + i;
    const uint8_t *end = static_cast<const uint8_t *>(a.input) + a.images * a.height * a.width * a.channels;
    if (block.close && from + (a.width - 1) * a.channels + numLanes <= end)
      return {from, a.channels, block.adjacent ? nullptr : block.choice};
    return copyChannel(block, row, i, place);
  }

  Bytes copyChannel(const Block &block, const uint8_t *row, int64_t i, int64_t place) const {
    scratch.gathered.resize(2 * a.width * numLanes);
    uint8_t *to = scratch.gathered.data() + place * a.width * numLanes;
    for (int64_t x = 0; x < a.width; ++x)
      for (int64_t lane = 0; lane < numLanes; ++lane)
        to[x * numLanes + lane] = row[x * a.channels + block.source[lane] + i];
    return {to, numLanes, nullptr};
  }

  void spreadPairs(const Block &block, const uint8_t *row, int32_t *to) const {
    for (int64_t i = 0; i < inner; ++i) {
      Bytes own = getChannel(block, row, 2 * i, 0), other = own;
      bool single = !acrossTaps && 2 * i + 1 == channels;
      if (!acrossTaps && !single)
        other = getChannel(block, row, 2 * i + 1, 1);
      if (other.choice != own.choice) // only the second one is too near to the end of the input
        own = copyChannel(block, row, 2 * i, 0);
      pairColumns(own, other, acrossTaps ? a.dilations[1] : 0, single, to + i * numLanes);
    }
  }

  /// Pairs of a column of `own` and the column of `other` that is `distance` on; zeros in the padding, or everywhere
  /// for a channel that has no partner.
  void pairColumns(Bytes own, Bytes other, int64_t distance, bool single, int32_t *to) const {
    static constexpr uint8_t zeros[numLanes] = {};
    auto at = [&](Bytes bytes, int64_t x) { return x >= 0 && x < a.width ? bytes.from + x * bytes.stride : zeros; };
    int64_t inside = single ? 0 : std::min(columns - a.padding[1], a.width - distance); // columns with both
    for (int64_t column = 0; column < columns; ++column) {
      int64_t x = column - a.padding[1];
      int64_t count = x == 0 ? std::max<int64_t>(1, inside) : 1;
      kernels.pairBytes(at(own, x), single ? zeros : at(other, x + distance), own.stride, count, own.choice,
                        to + column * step, step);
      column += count - 1;
    }
  }

  //===--------------------------------------------------------------------===//
  // Sums
  //===--------------------------------------------------------------------===//

  float *getOutput(const Block &block, int64_t image, int64_t y, int64_t x) const {
    return static_cast<float *>(a.output) + ((image * a.out_height + y) * a.out_width + x) * a.outputs + block.first;
  }

  /// Currents of `count` positions at one step, into the result, or for neurons.
  void sumTile(const Block &block, int32_t *rows, int64_t t, int64_t image, int64_t y, int64_t x, int64_t count) const {
    scratch.filter.resize(a.kernel[0]);
    LaneSum sum = {scratch.filter.data(), 0, taps, inner, tapStep, a.strides[1] * step, block.scale, block.bias};
    for (int64_t kh = 0; kh < a.kernel[0]; ++kh) {
      int64_t row = y * a.strides[0] - a.padding[0] + kh * a.dilations[0];
      if (row >= 0 && row < a.height)
        scratch.filter[sum.numRows++] = {getRow(rows, t, row) + x * sum.positionStep,
                                         static_cast<const float *>(block.weights) + kh * rowWeights()};
    }
    bool direct = !a.neuron && block.count == numLanes;
    float *currents = scratch.currents.data() + t * SPIKE_RT_TILE;
    float *out = direct ? getOutput(block, image, y, x) : currents;
    int64_t stride = direct ? a.outputs : numLanes;
    if (paired)
      (a.narrow ? kernels.sumPairsNarrowly : kernels.sumPairs)(sum, count, out, stride);
    else
      sumReals(sum, x, count, out, stride);
    if (!direct && !a.neuron)
      for (int64_t p = 0; p < count; ++p)
        std::memcpy(getOutput(block, image, y, x + p), currents + p * numLanes, block.count * sizeof(float));
  }

  /// Real numbers times weights that may be infinite: taps in the padding are left out one position at a time.
  void sumReals(const LaneSum &sum, int64_t x, int64_t count, float *out, int64_t stride) const {
    auto sumLanes = a.exact ? kernels.sumRealsExactly : kernels.sumReals;
    std::vector<LaneRow> &part = parts();
    for (int64_t p = 0; p < count;) {
      int64_t left = (x + p) * a.strides[1] - a.padding[1], unit = a.dilations[1];
      int64_t first = left < 0 ? std::min(taps, (-left + unit - 1) / unit) : 0;
      int64_t end = left < a.width ? std::min(taps, (a.width - left + unit - 1) / unit) : 0;
      bool whole = first == 0 && end == taps;
      int64_t reach = a.width - 1 - (taps - 1) * unit - left; // how far this position may move to the right
      int64_t positions = whole ? std::min(count - p, reach / a.strides[1] + 1) : 1;
      LaneSum cut = sum;
      part.assign(sum.rows, sum.rows + sum.numRows);
      for (LaneRow &row : part)
        row = {static_cast<const float *>(row.inputs) + p * sum.positionStep + first * tapStep,
               static_cast<const float *>(row.weights) + first * step};
      cut.rows = part.data();
      cut.taps = std::max<int64_t>(0, end - first);
      if (!whole) // the weights of a row that is cut do not follow each other, but each row has its own
        cut.numRows = cut.taps ? sum.numRows : 0;
      sumLanes(cut, positions, out + p * stride, stride);
      p += positions;
    }
  }

  static std::vector<LaneRow> &parts() {
    thread_local std::vector<LaneRow> part;
    return part;
  }

  /// The neurons of a tile.
  void fire(const Block &block, int64_t image, int64_t y, int64_t x, int64_t count) const {
    for (int64_t i = 0; i < count * numLanes; i += SPIKE_RT_NEURONS)
      a.neuron(scratch.currents.data() + i, scratch.spikes.data() + i);
    for (int64_t t = 0; t < steps; ++t) {
      const uint8_t *from = scratch.spikes.data() + t * SPIKE_RT_TILE;
      uint8_t *to = static_cast<uint8_t *>(a.output) +
                    (((t * images + image) * a.out_height + y) * a.out_width + x) * a.outputs + block.first;
      for (int64_t p = 0; p < count; ++p)
        if (block.count == numLanes)
          std::memcpy(to + p * a.outputs, from + p * numLanes, numLanes);
        else
          std::memcpy(to + p * a.outputs, from + p * numLanes, block.count);
    }
  }

  const spike_rt_conv_args &a;
  const RowKernels &kernels;
  bool paired;
  int64_t channels, outputs; ///< of a group
  bool acrossTaps;           ///< pairs are of taps
  int64_t inner, taps;       ///< elements of a tap, taps of a row of the filter, in pairs if they are paired
  int64_t step, tapStep, columns, span, steps, images;
};

} // namespace

void spike_rt::runGroups(const spike_rt_conv_args &args) { GroupedConvolution(args).run(); }
