// SPDX-License-Identifier: Apache-2.0
// Sums of a group of rows by events and tables.
#include "GroupSums.h"

#include "ListedRows.h"
#include "PackedRows.h"

#include <algorithm>

using namespace spike_rt;

namespace {

/// How the rows of a step are multiplied; its index among those that are multiplied alike.
struct StepPlan {
  ProductForm form;
  int64_t index;
};

thread_local Buffer tableSums, eventSums, scratch;
thread_local ListedRows listed;
thread_local PackedRows packed;
thread_local std::vector<Activity> activities;
thread_local std::vector<StepPlan> plans;
thread_local std::vector<int64_t> eventSteps, tableSteps;

/// Integers of a tile's sums.
int64_t countTileSums(const spike_rt_conv_args &args) { return (args.narrow ? 1 : 2) * tileSums; }

} // namespace

GroupSums::GroupSums(const spike_rt_conv_args &args, const PlaneRows &rows)
    : a(args), kernels(getPlaneKernels()), rows(rows) {}

int64_t GroupSums::getPositionBytes(const spike_rt_conv_args &args, int64_t steps) {
  return steps * eventOutputs * countTileSums(args) / planeStep * int64_t(sizeof(int32_t));
}

void GroupSums::plan(const RowsView &view, Group group, int64_t outputs) {
  int64_t steps = rows.countSteps(), stepBytes = rows.getStepBytes(view);
  ProductSize size = {rows.countBlocks(), outputs, group.count * steps, a.planes, a.binary != 0};
  activities.clear();
  uint8_t largest = 1;
  for (int64_t t = 0; t < steps; ++t) {
    activities.push_back(sample(view, group, t * stepBytes));
    largest = std::max(largest, activities.back().largest);
  }
  plans.assign(steps, {ProductForm::dense, 0});
  tableSteps.clear();
  eventSteps.clear();
  double events = 0;
  for (int64_t t = 0; t < steps; ++t) {
    activities[t].largest = largest;
    plans[t].form = chooseForm(activities[t], size);
    if (plans[t].form == ProductForm::dense)
      continue;
    bool byEvents = plans[t].form == ProductForm::events;
    std::vector<int64_t> &alike = byEvents ? eventSteps : tableSteps;
    plans[t].index = static_cast<int64_t>(alike.size());
    alike.push_back(t);
    events += byEvents ? activities[t].events : 0;
  }
  if (!eventSteps.empty() && !list(view, group, events))
    leaveToPlanes(eventSteps);
  if (!tableSteps.empty() && !pack(view, group, size, largest))
    leaveToPlanes(tableSteps);
}

void GroupSums::leaveToPlanes(std::vector<int64_t> &steps) {
  for (int64_t step : steps)
    plans[step].form = ProductForm::dense;
  steps.clear();
}

/// Lists the steps that go by events, of which each input has so many by the sample, unless there are far more.
bool GroupSums::list(const RowsView &view, Group group, double events) {
  constexpr double farMore = 4;
  constexpr int64_t few = 64 << 10, most = int64_t(1) << 30;
  double expected = farMore * events * static_cast<double>(group.count * rows.countBlocks() * planeDepth);
  return listed.list(*kernels.events, rows, view, group, eventSteps, a.binary != 0,
                     static_cast<int64_t>(std::min<double>(most, expected + few)));
}

/// Packs the steps that go by tables. Inputs may have more bits than those of the sample; then this is considered
/// again.
bool GroupSums::pack(const RowsView &view, Group group, const ProductSize &size, uint8_t largest) {
  Activity activity = {activities[tableSteps.front()].events, largest};
  uint8_t any = packed.pack(*kernels.tables, rows, view, group, tableSteps, activity.countBits());
  if (a.binary || any <= largest || Activity{0, any}.countBits() == activity.countBits())
    return true;
  activity.largest = any;
  if (chooseForm(activity, size) != ProductForm::tables)
    return false;
  packed.pack(*kernels.tables, rows, view, group, tableSteps, activity.countBits());
  return true;
}

/// A few rows tell what all hold; they are not all of the same column.
Activity GroupSums::sample(const RowsView &view, Group group, int64_t bytes) const {
  constexpr int64_t enough = 4;
  int64_t every = group.count / enough | 1, blocks = rows.countBlocks(), sum = 0, inputs = 0;
  uint8_t largest = 0;
  for (int64_t p = 0; p < group.count; p += every, inputs += blocks * planeDepth) {
    const uint8_t *row = rows.find(view, group.first + p) + bytes;
    for (int64_t block = 0; block < blocks; ++block) {
      const uint8_t *x = row + rows.getOffsets()[block];
      uint32_t total = 0;
      for (int64_t k = 0; k < planeDepth; ++k)
        total += x[k];
      for (int64_t k = 0; k < planeDepth && !a.binary; ++k)
        largest = std::max(largest, x[k]);
      sum += total;
    }
  }
  return {static_cast<double>(sum) / static_cast<double>(inputs), a.binary ? uint8_t(1) : largest};
}

bool GroupSums::isDense(int64_t step) const { return plans[step].form == ProductForm::dense; }

bool GroupSums::areDense() const { return eventSteps.empty() && tableSteps.empty(); }

int32_t *GroupSums::getMemory(Buffer &buffer, int64_t tiles) const {
  return reinterpret_cast<int32_t *>(buffer.get(tiles * countTileSums(a) * int64_t(sizeof(int32_t))));
}

void GroupSums::compute(const int8_t *weights, int64_t index, int64_t left) {
  int64_t blocks = rows.countBlocks();
  bool narrow = a.narrow != 0;
  auto *memory = reinterpret_cast<int32_t *>(scratch.get(std::max(tableScratchBytes, eventScratchBytes)));
  if (!tableSteps.empty()) {
    int32_t *sums = getMemory(tableSums, packed.countTiles());
    kernels.tables->multiply(
        {packed.getWords(), packed.countTiles(), blocks, packed.countBits(), weights, a.planes, memory, narrow, sums});
  }
  // Events are summed for several blocks of outputs at a time.
  if (!eventSteps.empty() && index % eventOutputs == 0) {
    int64_t outputs = std::min(eventOutputs, left);
    int32_t *sums = getMemory(eventSums, outputs * listed.countRows() / planeStep);
    kernels.events->multiply({listed.getEvents(), listed.getBegin(), listed.countRows(), blocks, weights, a.planes,
                              outputs, memory, narrow, sums});
  }
}

Sums GroupSums::get(int64_t step, int64_t index, int64_t run) const {
  bool byEvents = plans[step].form == ProductForm::events;
  int64_t tile = run * int64_t((byEvents ? eventSteps : tableSteps).size()) + plans[step].index;
  if (byEvents)
    tile += index % eventOutputs * (listed.countRows() / planeStep);
  const int32_t *sums = getMemory(byEvents ? eventSums : tableSums, 0) + tile * countTileSums(a);
  return {sums, planeStep, a.narrow ? 1 : 2, 1, 16};
}
