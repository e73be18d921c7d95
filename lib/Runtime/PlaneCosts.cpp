// SPDX-License-Identifier: Apache-2.0
// Costs of the ways to multiply digit planes, measured in a millisecond or two, in some more without vector
// instructions.
#include "PlaneCosts.h"

#include "Kernels/Events.h"
#include "Kernels/Tables.h"
#include "PlaneRows.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>

using namespace spike_rt;

namespace {

/// Seconds that `work` takes when nothing disturbs it.
template <typename Work>
double measure(Work work) {
  using namespace std::chrono;
  double least = 1.0;
  for (int turn = 0; turn < 5; ++turn) {
    auto start = steady_clock::now();
    work();
    least = std::min(least, duration<double>(steady_clock::now() - start).count());
  }
  return least;
}

/// Seconds of a row times a block, for weights of so many planes and inputs that are spikes or counts. The depth is
/// 384, what layers of spiking transformers have.
double measureDense(int64_t planes, bool binary) {
  constexpr int64_t blocks = 6, pitch = blocks * planeDepth, repeats = 8;
  Buffer rows, weights, sums;
  const uint8_t *first = rows.get(planeRows * pitch);
  const int32_t offsets[blocks] = {0, planeDepth, 2 * planeDepth, 3 * planeDepth, 4 * planeDepth, 5 * planeDepth};
  Product product = {{first, first + planeStep * pitch},
                     offsets,
                     pitch,
                     planeRows,
                     false,
                     reinterpret_cast<int8_t *>(weights.get(blocks * planes * planeTile)),
                     blocks,
                     planes,
                     binary,
                     reinterpret_cast<int32_t *>(sums.get(planes * planeRows * planeOutputs * sizeof(int32_t)))};
  const PlaneKernels &kernels = getPlaneKernels();
  kernels.begin();
  Ahead nothing = {product.weights, 0};
  Meanwhile idle;
  double seconds = measure([&] {
    for (int64_t i = 0; i < repeats; ++i)
      kernels.multiply(product, nothing, idle);
  });
  kernels.end();
  return seconds / (repeats * planeRows * blocks);
}

/// Seconds of what events take, for any number of planes.
struct EventCosts {
  double row;   ///< a row times a block, if there were no events
  double event; ///< one more, times a block of outputs
  double build; ///< the integers of a block
  double list;  ///< a block of a row
};

EventCosts measureEvents(const EventKernels &kernels) {
  // Enough rows that branches are not learned by heart.
  constexpr int64_t rows = 1024, pitch = eventBlocks * planeDepth;
  Buffer weights, sums, inputs, listed, scratch;
  uint8_t *bytes = inputs.get(rows * pitch);
  auto *events = reinterpret_cast<uint16_t *>(listed.get((rows * pitch + eventSlack) * sizeof(uint16_t)));
  int32_t offsets[eventBlocks];
  for (int64_t block = 0; block < eventBlocks; ++block)
    offsets[block] = static_cast<int32_t>(block * planeDepth);
  std::vector<uint32_t> begin(rows + 1);
  uint32_t random = 1;
  // About one input in `every` is active.
  auto draw = [&](uint32_t every) {
    for (int64_t i = 0; i < rows * pitch; ++i) {
      random = random * 1664525 + 1013904223; // any numbers would do
      bytes[i] = (random >> 16) % every == 0;
    }
  };
  auto list = [&] {
    uint16_t *end = events;
    for (int64_t r = 0; r < rows; ++r) {
      begin[r] = static_cast<uint32_t>(end - events);
      end = kernels.list({bytes + r * pitch, offsets, eventBlocks, true}, end);
    }
    begin[rows] = static_cast<uint32_t>(end - events);
  };
  EventProduct product = {
      events,
      begin.data(),
      rows,
      eventBlocks,
      reinterpret_cast<int8_t *>(weights.get(eventOutputs * eventBlocks * maxPlanes * planeTile)),
      maxPlanes,
      eventOutputs,
      reinterpret_cast<int32_t *>(scratch.get(eventScratchBytes)),
      true,
      reinterpret_cast<int32_t *>(sums.get(eventOutputs * rows * planeOutputs * int64_t(sizeof(int32_t))))};
  auto multiply = [&] { return measure([&] { kernels.multiply(product); }) / (eventBlocks * eventOutputs); };
  EventCosts costs;
  draw(24);
  list();
  double few = static_cast<double>(begin[rows]) / eventBlocks, fewTime = multiply();
  product.rows = planeStep;
  double leastTime = multiply(), row = (fewTime - leastTime) / (rows - planeStep);
  costs.build = std::max(0.0, leastTime - planeStep * row);
  product.rows = rows;
  draw(6);
  costs.list = measure(list) / (rows * eventBlocks);
  double many = static_cast<double>(begin[rows]) / eventBlocks, manyTime = multiply();
  costs.event = std::max(0.0, manyTime - fewTime) / (many - few);
  costs.row = std::max(0.0, row - few / rows * costs.event);
  return costs;
}

/// Seconds of what tables take, for any number of planes.
struct TableCosts {
  double row;   ///< a bit of a row times a block
  double build; ///< the tables of a block
  double pack;  ///< a bit of a block of a row
};

TableCosts measureTables(const TableKernels &kernels) {
  constexpr int64_t blocks = 4, few = 4, many = 16, pitch = blocks * planeDepth;
  Buffer rows, words, sums, weights, scratch;
  const int32_t offsets[blocks] = {0, planeDepth, 2 * planeDepth, 3 * planeDepth};
  auto *packed = reinterpret_cast<uint32_t *>(words.get(blocks * many * tileWords * sizeof(uint32_t)));
  TileBytes tile = {rows.get(tableRows * pitch), pitch, tableRows, offsets, blocks};
  auto multiply = [&](int64_t tiles) {
    TableProduct product = {packed,
                            tiles,
                            blocks,
                            1,
                            reinterpret_cast<int8_t *>(weights.get(blocks * maxPlanes * planeTile)),
                            maxPlanes,
                            reinterpret_cast<int32_t *>(scratch.get(tableScratchBytes)),
                            true,
                            reinterpret_cast<int32_t *>(sums.get(many * tileSums * sizeof(int32_t)))};
    return measure([&] { kernels.multiply(product); }) / blocks;
  };
  TableCosts costs;
  double less = multiply(few), more = multiply(many);
  costs.row = std::max(0.0, more - less) / ((many - few) * tableRows);
  costs.build = std::max(0.0, less - few * tableRows * costs.row);
  costs.pack = measure([&] { kernels.pack(tile, 1, packed, tileWords); }) / (tableRows * blocks);
  return costs;
}

template <int planes, bool binary>
double getMeasured() {
  static const double seconds = measureDense(planes, binary);
  return seconds;
}

double getDense(int64_t planes, bool binary) {
  constexpr double (*measured[maxPlanes][2])() = {{getMeasured<1, false>, getMeasured<1, true>},
                                                  {getMeasured<2, false>, getMeasured<2, true>},
                                                  {getMeasured<3, false>, getMeasured<3, true>}};
  return measured[planes - 1][binary]();
}

} // namespace

ProductForm spike_rt::chooseForm(const Activity &activity, const ProductSize &size) {
  // SPIKE_RT_FORM fixes the choice, for tests and measurements.
  static const char *const variable = std::getenv("SPIKE_RT_FORM"), *const forced = variable ? variable : "";
  const PlaneKernels &kernels = getPlaneKernels();
  int64_t bits = activity.countBits();
  bool canSplit = size.blocks <= maxSplitBlocks, canLookUp = kernels.tables && bits <= maxTableBits && canSplit;
  if (!std::strcmp(forced, "events") && canSplit)
    return ProductForm::events;
  if (!std::strcmp(forced, "tables") && canLookUp)
    return ProductForm::tables;
  if (*forced)
    return ProductForm::dense;
  // What a matrix unit does, the processor could do meanwhile only if it did not add events or look sums up.
  const double worthIt = kernels.matrixUnit ? 0.75 : 0.95;
  double best = worthIt * getDense(size.planes, size.binary);
  ProductForm form = ProductForm::dense;
  auto consider = [&](ProductForm other, double seconds) {
    if (seconds < best)
      form = other, best = seconds;
  };
  if (canSplit) {
    static const EventCosts event = measureEvents(*kernels.events);
    // Their branches and their weights in the second cache cost more among other work.
    constexpr double amongOthers = 1.2;
    int64_t lists = std::min<int64_t>(activity.largest, eventLevels);
    double seconds = event.row + planeDepth * activity.events * event.event;
    consider(ProductForm::events, amongOthers * seconds + lists * event.list / size.outputBlocks +
                                      event.build / std::min(size.rows, eventRowsAtOnce));
  }
  if (canLookUp) {
    static const TableCosts table = measureTables(*kernels.tables);
    consider(ProductForm::tables,
             bits * (table.row + table.pack / size.outputBlocks) + table.build / std::min(size.rows, tableRowsAtOnce));
  }
  return form;
}
