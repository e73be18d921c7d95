// SPDX-License-Identifier: Apache-2.0
// The order of an inference: time step by time step, population by population, sources first.
#include "Inference.h"

#include "spike/Runtime/ParallelFor.h"
#include <algorithm>

namespace spike::chip {

/// Less than so much work is not worth a second thread; a unit is about a nanosecond.
constexpr int64_t parallelWork = 20000;
constexpr int64_t messageWork = 20;

bool Inference::run(int32_t pass, const std::vector<std::vector<Messages>> &inputs, const Recording &recording,
                    std::string &error) {
  const Network &network = *plan.network;
  for (size_t p = 0; p < populations.size(); ++p)
    populations[p].prepare(plan.populations[p]);
  for (int64_t time = 0; time < network.timeSteps; ++time) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      const std::vector<Messages> &rows = inputs[i];
      if (network.inputs[i].pass != pass)
        continue;
      populations[network.inputs[i].population].sent.front().messages = rows[rows.size() == 1 ? 0 : time];
    }
    for (int32_t index : plan.order) {
      if (plan.passes[index] != pass)
        continue; // held in reset
      const PopulationPlan &population = plan.populations[index];
      PopulationState &state = populations[index];
      for (int32_t substep = 0; substep < population.population->substeps; ++substep) {
        if (population.population->kind != NeuronKind::input)
          step(population, substep);
        if (!checkPayloads(population, error) || !checkMoment(population, substep, error))
          return false;
        Sent &sent = state.sent[substep];
        for (size_t v = 0; v < sent.viewed.size(); ++v)
          sent.viewed[v].sort(population.views[v], sent.messages);
        tally.count(population, state, time, substep);
      }
    }
    record(pass, time, recording);
  }
  return true;
}

void Inference::step(const PopulationPlan &population, int32_t substep) {
  PopulationState &state = populations[population.index];
  int64_t work = population.storage / blockSize;
  // What arrives in this step, first what is pushed.
  std::vector<std::pair<const SynapsePlan *, const Sent *>> arriving;
  size_t pushed = 0;
  for (size_t p : population.incoming) {
    const SynapsePlan &synapses = plan.synapses[p];
    const std::vector<Sent> &sent = populations[synapses.projection->source].sent;
    int32_t sentIn = synapses.sentIn(substep, *plan.network);
    if (sentIn < 0 || sentIn >= static_cast<int32_t>(sent.size()))
      continue;
    arriving.emplace_back(&synapses, &sent[sentIn]);
    pushed += synapses.isPushed();
    work += messageWork * static_cast<int64_t>(sent[sentIn].messages.size());
  }
  bool alone = work < parallelWork;

  // What is pushed meets any slice, so threads divide the storage, in whole blocks.
  int64_t blocks = population.storage / blockSize, threads = alone ? 1 : spike_rt_get_num_threads();
  auto pushRange = [&](int64_t begin, int64_t end) {
    PlaceRange range{static_cast<uint32_t>(begin * blockSize), static_cast<uint32_t>(end * blockSize)};
    for (size_t i = 0; i < pushed; ++i)
      push(*arriving[i].first, *arriving[i].second, population, state, range);
  };
  auto stepSlices = [&](int64_t begin, int64_t end) {
    for (int64_t s = begin; s < end; ++s) {
      for (size_t i = pushed; i < arriving.size(); ++i)
        pull(*arriving[i].first, *arriving[i].second, population, population.slices[s], state);
      update(population, s, state);
    }
  };
  auto slices = static_cast<int64_t>(population.slices.size());
  if (threads == 1) {
    if (pushed)
      pushRange(0, blocks);
    stepSlices(0, slices);
  } else {
    if (pushed)
      spike_rt::parallelFor(blocks, (blocks + threads - 1) / threads, pushRange);
    spike_rt::parallelFor(slices, 1, stepSlices);
  }
  Messages &sent = state.sent[substep].messages;
  sent.clear();
  for (const SliceState &slice : state.slices)
    sent.append(slice.sent);
}

bool Inference::checkPayloads(const PopulationPlan &population, std::string &error) const {
  for (const SliceState &slice : populations[population.index].slices) {
    if (!slice.overflow)
      continue;
    int32_t bits = population.population->payloadBits;
    const std::vector<int32_t> &payloads = slice.sent.payloads;
    int32_t worst = *std::max_element(payloads.begin(), payloads.end(),
                                      [](int32_t a, int32_t b) { return std::abs(a) < std::abs(b); });
    error = "population '" + population.population->name + "' sends a payload of " + std::to_string(worst) +
            ", which does not fit its " + std::to_string(bits) + " bits: give it more payload bits";
    return false;
  }
  return true;
}

bool Inference::checkMoment(const PopulationPlan &population, int32_t substep, std::string &error) const {
  const Population &from = *population.population;
  if (substep >= population.silent || populations[population.index].sent[substep].messages.size() == 0)
    return true;
  for (const SynapsePlan &synapses : plan.synapses) {
    const Projection &projection = *synapses.projection;
    if (projection.source != population.index || substep >= from.substeps - 1 - projection.substep)
      continue;
    error = "population '" + from.name + "' sends in step " + std::to_string(substep) + " of the " +
            std::to_string(from.substeps) + " that a time step takes, and '" +
            plan.network->populations[projection.target].name + "' reads it from step " +
            std::to_string(from.substeps - 1 - projection.substep) + " on only: let its program send later";
    break;
  }
  return false;
}

void Inference::record(int32_t pass, int64_t time, const Recording &recording) {
  const Network &network = *plan.network;
  for (size_t o = 0; o < outputs.size(); ++o) {
    const Output &output = network.outputs[o];
    if (output.pass == pass && (!output.lastStep || time + 1 == network.timeSteps))
      outputs[o].record(populations[output.population].sent.back().messages,
                        recording.outputs[o] + (output.lastStep ? 0 : time * outputs[o].size()));
  }
  for (size_t p = 0; p < probes.size(); ++p)
    if (int32_t index = probes[p].getPopulation(); plan.passes[index] == pass)
      probes[p].record(populations[index], recording.probes[p] + time * probes[p].size());
}

} // namespace spike::chip
