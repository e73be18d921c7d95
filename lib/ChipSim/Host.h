// SPDX-License-Identifier: Apache-2.0
// What passes between the host and the chip: arrays in, arrays and probes out.
#ifndef SPIKE_LIB_CHIPSIM_HOST_H
#define SPIKE_LIB_CHIPSIM_HOST_H

#include "State.h"

namespace spike::chip {

/// Elements of a population's tensor, or of the population if it has none: neuron of each.
std::vector<uint32_t> getElementNeurons(const Population &population);
/// Shape of those elements.
std::vector<int64_t> getElementShape(const Population &population);

/// The messages of an input: of each time step, or of all of them.
class EncodedInput {
public:
  EncodedInput(const Network &network, const Input &input) : input(input), timeSteps(network.timeSteps) {
    neurons = getElementNeurons(network.populations[input.population]);
  }
  int64_t getRows() const { return input.everyStep ? 1 : timeSteps; }
  /// Elements of one inference.
  int64_t size() const { return getRows() * static_cast<int64_t>(neurons.size()); }
  /// Encodes one inference.
  std::vector<Messages> encode(const float *array) const;

private:
  const Input &input;
  int64_t timeSteps;
  std::vector<uint32_t> neurons;
};

/// Payloads that a population sends, laid out by elements: for outputs and probes.
class PayloadRecorder {
public:
  explicit PayloadRecorder(const Population &population);
  int64_t size() const { return elements; }
  /// Writes the messages of one step; `to` must be zero.
  void record(const Messages &messages, int32_t *to) const;

private:
  int64_t elements;
  std::vector<uint32_t> elementOf; ///< by neuron
};

/// One probe: payloads, or a state word.
class Probe {
public:
  /// False, and an error, if the network has nothing of that name.
  static bool find(const std::string &name, Plan &plan, std::vector<Probe> &probes, std::string &error);

  int32_t getPopulation() const { return plan->index; }
  std::vector<int64_t> getShape() const { return getElementShape(*plan->population); }
  int64_t size() const { return payloads.size(); }
  void record(const PopulationState &state, int32_t *to) const;

private:
  Probe(const PopulationPlan &plan, int32_t word) : plan(&plan), word(word), payloads(*plan.population) {
    neurons = getElementNeurons(*plan.population);
  }
  const PopulationPlan *plan;
  int32_t word; ///< negative: payloads
  PayloadRecorder payloads;
  std::vector<uint32_t> neurons; ///< of each element
};

} // namespace spike::chip

#endif // SPIKE_LIB_CHIPSIM_HOST_H
