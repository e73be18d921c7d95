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

thread_local Buffer tableSums, eventSums;
thread_local ListedRows listed;
thread_local PackedRows packed;
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
  int64_t steps = rows.countSteps(), stepBytes = rows.getStepBytes(view), bits = 1;
  plans.assign(steps, {ProductForm::dense, 0});
  tableSteps.clear();
  eventSteps.clear();
  for (int64_t t = 0; t < steps; ++t) {
    Activity activity = sample(view, group, t * stepBytes);
    plans[t].form = chooseForm(activity, {rows.countBlocks(), outputs, group.count * steps, a.planes, a.binary != 0});
    if (plans[t].form == ProductForm::dense)
      continue;
    std::vector<int64_t> &alike = plans[t].form == ProductForm::tables ? tableSteps : eventSteps;
    plans[t].index = static_cast<int64_t>(alike.size());
    alike.push_back(t);
    if (plans[t].form == ProductForm::tables)
      bits = std::max(bits, activity.countBits());
  }
  if (!eventSteps.empty())
    listed.list(*kernels.events, rows, view, group, eventSteps, a.binary != 0);
  if (!tableSteps.empty() && !pack(view, group, bits)) {
    tableSteps.clear();
    for (StepPlan &step : plans)
      if (step.form == ProductForm::tables)
        step.form = ProductForm::dense;
  }
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

/// Packs the steps that go by tables, with more bits if inputs turn out to be larger than those of the sample.
bool GroupSums::pack(const RowsView &view, Group group, int64_t bits) {
  for (; bits <= maxTableBits; ++bits)
    if (packed.pack(*kernels.tables, rows, view, group, tableSteps, bits) || a.binary)
      return true;
  return false;
}

bool GroupSums::isDense(int64_t step) const { return plans[step].form == ProductForm::dense; }

bool GroupSums::areDense() const { return eventSteps.empty() && tableSteps.empty(); }

int32_t *GroupSums::getMemory(Buffer &buffer, int64_t tiles) const {
  return reinterpret_cast<int32_t *>(buffer.get(tiles * countTileSums(a) * int64_t(sizeof(int32_t))));
}

void GroupSums::compute(const int8_t *weights, int64_t index, int64_t left) {
  int64_t blocks = rows.countBlocks();
  bool narrow = a.narrow != 0;
  if (!tableSteps.empty()) {
    int32_t *sums = getMemory(tableSums, packed.countTiles());
    kernels.tables->multiply(
        {packed.getWords(), packed.countTiles(), blocks, packed.countBits(), weights, a.planes, narrow, sums});
  }
  // Events are summed for several blocks of outputs at a time.
  if (!eventSteps.empty() && index % eventOutputs == 0) {
    int64_t outputs = std::min(eventOutputs, left);
    int32_t *sums = getMemory(eventSums, outputs * listed.countRows() / planeStep);
    kernels.events->multiply(
        {listed.getEvents(), listed.getBegin(), listed.countRows(), blocks, weights, a.planes, outputs, narrow, sums});
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
