// SPDX-License-Identifier: Apache-2.0
// Constants of neurons, and which neurons act by themselves: found by running each channel once from nothing.
#include "Plan.h"

#include <algorithm>

namespace spike::chip {

/// The values of channels [c0, c1) of a parameter that has one value, or one per channel, repeated for blocks.
template <typename Value>
static BlockParam spread(const SlicePlan &slice, bool uniform, Value &&value) {
  BlockParam param;
  param.period = uniform ? 1 : slice.channels();
  param.values.resize(param.period + blockSize);
  for (size_t i = 0; i < param.values.size(); ++i)
    param.values[i] = value(slice.box.c0 + static_cast<int64_t>(i) % param.period);
  return param;
}

static int32_t pick(const std::vector<int32_t> &values, int64_t channel) {
  return values.empty() ? 0 : values.size() == 1 ? values[0] : values[channel];
}

/// The bias as 32 bits hold it: beyond 2^25 every membrane saturates, and where it is wrapped, its low 24 bits are all
/// that counts.
static int32_t biasOf(const Lif &lif, int64_t channel, const Conventions &conventions) {
  int64_t mantissa = pick(lif.biasMantissa, channel), exponent = pick(lif.biasExponent, channel);
  int64_t bias = exponent >= 0 ? mantissa * (int64_t(1) << exponent) : mantissa >> -exponent;
  if (conventions.wrapBiasedCurrent)
    return static_cast<int32_t>(bias & 0xffffff);
  return static_cast<int32_t>(std::clamp<int64_t>(bias, -(1 << 25), 1 << 25));
}

static void planLif(const Network &network, PopulationPlan &plan) {
  const Lif &lif = plan.population->lif;
  plan.lif.conventions = network.conventions;
  plan.words = lif.refractory > 0 ? 3 : 2;
  plan.lif.keepU = 4096 - lif.du - lif.duOffset;
  plan.lif.keepV = 4096 - lif.dv - lif.dvOffset;
  plan.lif.align = lif.align;
  plan.lif.refractory = lif.refractory;
  // No membrane is beyond 2^23, so a threshold there is never exceeded.
  auto threshold = [&](int64_t c) {
    int64_t aligned = pick(lif.threshold, c) * (int64_t(1) << lif.align);
    return static_cast<int32_t>(std::clamp<int64_t>(aligned, -(1 << 23), 1 << 23));
  };
  auto bias = [&](int64_t c) { return biasOf(lif, c, network.conventions); };
  auto acts = [&](int64_t c) { return bias(c) != 0 || threshold(c) < 0 ? 1 : 0; };
  bool oneThreshold = lif.threshold.size() == 1, oneBias = lif.biasMantissa.size() <= 1 && lif.biasExponent.size() <= 1;
  for (SlicePlan &slice : plan.slices) {
    slice.threshold = spread(slice, oneThreshold, threshold);
    slice.bias = spread(slice, oneBias, bias);
    slice.restlessness = spread(slice, oneThreshold && oneBias, acts);
    const std::vector<int32_t> &any = slice.restlessness.values;
    slice.restless = std::any_of(any.begin(), any.end(), [](int32_t one) { return one != 0; });
  }
}

/// Bit i says whether neuron i of a block, with these parameters and nothing else, sends something or gets a state.
static uint64_t findActing(const PopulationPlan &plan, const std::vector<const int32_t *> &params) {
  const Program &program = *plan.program;
  std::vector<int32_t> words((program.ports + program.states) * blockSize), payloads(blockSize);
  ProgramBlock block{program.code.data(),
                     static_cast<int32_t>(program.code.size()),
                     plan.registers,
                     plan.jumps,
                     words.data(),
                     words.data() + program.ports * blockSize,
                     blockSize,
                     program.ports,
                     program.states,
                     params.data(),
                     nullptr,
                     payloads.data()};
  uint64_t acting = getKernels().stepProgram(block).sent;
  for (size_t i = 0; i < words.size(); ++i)
    acting |= uint64_t(words[i] != 0) << (i % blockSize);
  return acting;
}

static void planProgram(const Network &network, PopulationPlan &plan) {
  plan.program = &network.programs[plan.population->program];
  plan.ports = plan.program->ports;
  plan.words = plan.program->states;
  for (const Instruction &code : plan.program->code) {
    plan.jumps |= code.op == Opcode::skp_c || code.op == Opcode::jmp_c;
    plan.registers = std::max({plan.registers, code.rd + 1, code.ra + 1, code.rb + 1});
  }
  const std::vector<std::vector<int32_t>> &params = plan.population->params;
  bool uniform = std::all_of(params.begin(), params.end(), [](auto &values) { return values.size() == 1; });
  for (SlicePlan &slice : plan.slices) {
    for (const std::vector<int32_t> &values : params)
      slice.params.push_back(spread(slice, values.size() == 1, [&](int64_t c) { return pick(values, c); }));
    BlockParam &acts = slice.restlessness;
    acts = spread(slice, uniform, [](int64_t) { return 0; });
    std::vector<const int32_t *> block(params.size());
    for (int64_t first = 0; first < acts.period; first += blockSize) {
      for (size_t i = 0; i < block.size(); ++i)
        block[i] = slice.params[i].at(first);
      uint64_t acting = findActing(plan, block);
      for (int64_t i = 0; i < blockSize && first + i < acts.period; ++i)
        acts.values[first + i] = acting >> i & 1;
      slice.restless |= acting != 0;
    }
    for (size_t i = acts.period; i < acts.values.size(); ++i)
      acts.values[i] = acts.values[i - acts.period];
  }
}

void planNeurons(const Network &network, PopulationPlan &plan) {
  if (plan.population->kind == NeuronKind::lif)
    planLif(network, plan);
  else if (plan.population->kind == NeuronKind::program)
    planProgram(network, plan);
}

} // namespace spike::chip
