// SPDX-License-Identifier: Apache-2.0
// Costs of both ways to multiply digit planes, measured in some tenths of a millisecond.
#include "PlaneCosts.h"

#include "ActiveGroups.h"

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

/// A depth of 384 inputs, a sixth of them active: what layers of spiking transformers have.
PlaneCosts measureCosts(int64_t planes) {
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
                     true,
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
                          product.sums,      planeRows,         true};
  uint32_t listed = active.begin[planeRows];
  costs.active = measure([&] {
                   for (int64_t i = 0; i < repeats; ++i)
                     kernels.multiplyActive(active);
                 }) /
                 (repeats * static_cast<double>(listed));
  kernels.end();
  return costs;
}

/// SPIKE_RT_SILENT=keep or leave-out fixes the choice, for tests and measurements.
const char *getForcedChoice() {
  static const char *const choice = std::getenv("SPIKE_RT_SILENT");
  return choice ? choice : "";
}

} // namespace

const PlaneCosts &spike_rt::getPlaneCosts(int64_t planes) {
  static const PlaneCosts one = measureCosts(1), two = measureCosts(2), three = measureCosts(3);
  return planes == 1 ? one : planes == 2 ? two : three;
}

bool spike_rt::shouldLeaveOutSilent(double active, int64_t planes, int64_t outputBlocks) {
  if (!std::strcmp(getForcedChoice(), "keep"))
    return false;
  if (!std::strcmp(getForcedChoice(), "leave-out"))
    return true;
  const PlaneCosts &costs = getPlaneCosts(planes);
  // Behind lists nothing else can be done meanwhile.
  constexpr double worthIt = 0.75;
  return costs.list / outputBlocks + active * groupsPerBlock * costs.active < worthIt * costs.dense;
}
