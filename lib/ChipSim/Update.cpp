// SPDX-License-Identifier: Apache-2.0
// One step of the neurons of a slice, block by block. Blocks without state and input are left out, unless a neuron of
// the slice acts by itself.
#include "State.h"

#include <algorithm>

namespace spike::chip {

void PopulationState::prepare(const PopulationPlan &plan) {
  accumulators.assign(plan.ports * plan.storage, 0);
  words.assign(plan.words * plan.storage, 0);
  awake.assign(plan.storage / blockSize, 0);
  partial.assign(plan.shiftsPushed ? plan.storage : 0, 0);
  slices.resize(plan.slices.size());
  sent.resize(plan.population->substeps);
  for (Sent &step : sent) {
    step.messages.clear();
    step.viewed.resize(plan.views.size());
  }
}

namespace {

/// The steps of the two kinds of neurons, one block at a time.
class LifRunner {
public:
  LifRunner(const PopulationPlan &plan, const SlicePlan &slice, PopulationState &state)
      : plan(plan), slice(slice), accumulators(state.accumulators.data()), v(state.words.data()), u(v + plan.storage),
        refractory(plan.lif.refractory ? u + plan.storage : nullptr) {}

  BlockResult operator()(int64_t local) const {
    int64_t place = slice.base + local;
    LifBlock block{accumulators + place,
                   u + place,
                   v + place,
                   refractory ? refractory + place : nullptr,
                   slice.threshold.at(local),
                   slice.bias.at(local),
                   slice.restless ? slice.restlessness.at(local) : nullptr};
    return getKernels().stepLif(plan.lif, block);
  }
  int32_t payload(int64_t) const { return 1; }

private:
  const PopulationPlan &plan;
  const SlicePlan &slice;
  int32_t *accumulators, *v, *u, *refractory;
};

class ProgramRunner {
public:
  ProgramRunner(const PopulationPlan &plan, const SlicePlan &slice, PopulationState &state)
      : plan(plan), slice(slice), state(state), params(slice.params.size()) {}

  BlockResult operator()(int64_t local) {
    int64_t place = slice.base + local;
    for (size_t i = 0; i < params.size(); ++i)
      params[i] = slice.params[i].at(local);
    ProgramBlock block{plan.program->code.data(),
                       static_cast<int32_t>(plan.program->code.size()),
                       plan.registers,
                       plan.jumps,
                       state.accumulators.data() + place,
                       plan.words ? state.words.data() + place : nullptr,
                       plan.storage,
                       plan.ports,
                       plan.words,
                       params.data(),
                       slice.restless ? slice.restlessness.at(local) : nullptr,
                       payloads};
    return getKernels().stepProgram(block);
  }
  int32_t payload(int64_t lane) const { return plan.population->payloadBits == 1 ? 1 : payloads[lane]; }

private:
  const PopulationPlan &plan;
  const SlicePlan &slice;
  PopulationState &state;
  std::vector<const int32_t *> params;
  alignas(64) int32_t payloads[blockSize];
};

template <typename Runner>
void run(const PopulationPlan &plan, const SlicePlan &slice, PopulationState &state, SliceState &result) {
  Runner runner(plan, slice, state);
  int32_t highest = (1 << (std::clamp(plan.population->payloadBits, 2, 24) - 1)) - 1;
  int64_t size = slice.box.size();
  uint8_t *awake = state.awake.data() + slice.base / blockSize;
  for (int64_t local = 0; local < size; local += blockSize) {
    uint8_t &flag = awake[local / blockSize];
    if (!flag && !slice.restless)
      continue;
    BlockResult block = runner(local);
    flag = block.awake;
    uint64_t valid = size - local < blockSize ? (uint64_t(1) << (size - local)) - 1 : ~uint64_t(0);
    result.updates += __builtin_popcountll(block.ran & valid);
    for (uint64_t left = block.sent & valid; left; left &= left - 1) {
      int64_t lane = __builtin_ctzll(left);
      int32_t payload = runner.payload(lane);
      result.overflow |= payload > highest || payload < -highest - 1;
      result.sent.add(plan.neuronOf(slice, local + lane), payload);
    }
  }
}

} // namespace

void update(const PopulationPlan &plan, size_t slice, PopulationState &state) {
  SliceState &result = state.slices[slice];
  result.sent.clear();
  result.updates = 0;
  result.overflow = false;
  if (plan.program)
    run<ProgramRunner>(plan, plan.slices[slice], state, result);
  else
    run<LifRunner>(plan, plan.slices[slice], state, result);
}

} // namespace spike::chip
