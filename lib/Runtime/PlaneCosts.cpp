// SPDX-License-Identifier: Apache-2.0
// Costs of the ways to multiply digit planes, measured in some tenths of a millisecond.
#include "PlaneCosts.h"

#include "ActiveGroups.h"
#include "Kernels/Tables.h"
#include "PlaneRows.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>

using namespace spike_rt;

namespace {

constexpr int64_t groupsPerBlock = planeDepth / planeGroup;

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

/// Seconds, for weights of so many planes and inputs that are spikes or counts.
struct PlaneCosts {
  double dense;  ///< a row times a block
  double active; ///< an active group times a block of outputs
  double list;   ///< looking at a block's groups of a row, and listing them
};

/// Seconds, for any number of planes.
struct TableCosts {
  double row;   ///< a bit of a row times a block
  double build; ///< the tables of a block
  double pack;  ///< a bit of a block of a row
};

/// A depth of 384 inputs, a sixth of them active: what layers of spiking transformers have.
PlaneCosts measureCosts(int64_t planes, bool binary) {
  constexpr int64_t blocks = 6, pitch = blocks * planeDepth, repeats = 8;
  auto rows = std::make_unique<uint8_t[]>(planeRows * pitch + 63);
  auto weights = std::make_unique<int8_t[]>(blocks * planes * planeTile + 63);
  auto sums = std::make_unique<int32_t[]>(maxPlanes * planeRows * planeOutputs + 15);
  uint32_t random = 1;
  for (int64_t i = 0; i < planeRows * pitch; ++i) {
    random = random * 1664525 + 1013904223; // any numbers would do
    rows[i] = (random >> 16) % 6 == 0;
  }
  auto align = [](auto *memory) {
    return reinterpret_cast<decltype(memory)>((reinterpret_cast<uintptr_t>(memory) + 63) & ~uintptr_t(63));
  };
  const int32_t offsets[blocks] = {0, planeDepth, 2 * planeDepth, 3 * planeDepth, 4 * planeDepth, 5 * planeDepth};
  Product product = {{rows.get(), rows.get() + planeStep * pitch},
                     offsets,
                     pitch,
                     planeRows,
                     false,
                     align(weights.get()),
                     blocks,
                     planes,
                     binary,
                     align(sums.get())};
  const PlaneKernels &kernels = getPlaneKernels();
  ActiveGroupLists lists;
  PlaneCosts costs;
  costs.list = measure([&] {
                 lists.reset(planeRows, blocks);
                 for (int64_t r = 0; r < planeRows; ++r)
                   lists.append(rows.get() + r * pitch, offsets, blocks, planes);
               }) /
               (planeRows * blocks);
  kernels.begin();
  Ahead nothing = {product.weights, 0};
  Meanwhile idle;
  costs.dense = measure([&] {
                  for (int64_t i = 0; i < repeats; ++i)
                    kernels.multiply(product, nothing, idle);
                }) /
                (repeats * planeRows * blocks);
  ActiveProduct active = {lists.getGroups(), lists.getBegin(0), planeRows, product.weights, planes,
                          product.sums,      planeRows,         binary};
  uint32_t listed = active.begin[planeRows];
  costs.active = measure([&] {
                   for (int64_t i = 0; i < repeats; ++i)
                     kernels.multiplyActive(active);
                 }) /
                 (repeats * static_cast<double>(listed));
  kernels.end();
  return costs;
}

TableCosts measureTables(const TableKernels &kernels) {
  constexpr int64_t blocks = 4, few = 4, many = 16, pitch = blocks * planeDepth;
  Buffer rows, words, sums, weights;
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
const PlaneCosts &getMeasured() {
  static const PlaneCosts costs = measureCosts(planes, binary);
  return costs;
}

const PlaneCosts &getPlaneCosts(int64_t planes, bool binary) {
  constexpr const PlaneCosts &(*measured[maxPlanes][2])() = {{getMeasured<1, false>, getMeasured<1, true>},
                                                             {getMeasured<2, false>, getMeasured<2, true>},
                                                             {getMeasured<3, false>, getMeasured<3, true>}};
  return measured[planes - 1][binary]();
}

} // namespace

ProductForm spike_rt::chooseForm(const Activity &activity, const ProductSize &size) {
  // SPIKE_RT_FORM fixes the choice, for tests and measurements.
  static const char *const variable = std::getenv("SPIKE_RT_FORM"), *const forced = variable ? variable : "";
  int64_t bits = activity.countBits();
  const TableKernels *tables =
      bits <= maxTableBits && size.blocks <= maxTableBlocks ? getPlaneKernels().tables : nullptr;
  if (!std::strcmp(forced, "lists"))
    return ProductForm::lists;
  if (!std::strcmp(forced, "tables") && tables)
    return ProductForm::tables;
  if (*forced)
    return ProductForm::dense;
  const PlaneCosts &costs = getPlaneCosts(size.planes, size.binary);
  // Behind lists and tables nothing else can be done meanwhile.
  constexpr double worthIt = 0.75;
  double best = worthIt * costs.dense;
  ProductForm form = ProductForm::dense;
  double lists = costs.list / size.outputBlocks + activity.active * groupsPerBlock * costs.active;
  if (lists < best)
    form = ProductForm::lists, best = lists;
  if (!tables)
    return form;
  static const TableCosts table = measureTables(*tables);
  double lookup = bits * (table.row + table.pack / size.outputBlocks) + table.build / size.rows;
  return lookup < best ? ProductForm::tables : form;
}
