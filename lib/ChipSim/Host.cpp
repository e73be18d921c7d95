// SPDX-License-Identifier: Apache-2.0
// Encoding of inputs; recording of payloads and states.
#include "Host.h"

#include "spike/Chip/Geometry.h"
#include <cmath>
#include <numeric>

namespace spike::chip {

std::vector<int64_t> getElementShape(const Population &population) {
  if (population.tensor.empty())
    return population.shape;
  std::vector<int64_t> shape;
  for (const Dim &dim : population.tensor)
    shape.push_back(dim.size);
  return shape;
}

std::vector<uint32_t> getElementNeurons(const Population &population) {
  std::vector<uint32_t> neurons(population.tensor.empty() ? population.size() : countElements(population.tensor));
  if (population.tensor.empty())
    std::iota(neurons.begin(), neurons.end(), 0);
  else
    for (size_t i = 0; i < neurons.size(); ++i)
      neurons[i] = static_cast<uint32_t>(neuronOf(population.tensor, static_cast<int64_t>(i)));
  return neurons;
}

std::vector<Messages> EncodedInput::encode(const float *array) const {
  std::vector<Messages> rows(getRows());
  auto scale = static_cast<float>(input.scale);
  bool skipsZeros = input.low <= 0 && input.high >= 0; // most elements of spikes
  for (Messages &row : rows)
    for (uint32_t neuron : neurons) {
      float element = *array++;
      if (element == 0 && skipsZeros)
        continue;
      double value = std::nearbyint(element * scale); // the product is rounded to f32
      // A NaN passes neither comparison.
      int32_t payload = value >= input.high ? input.high : value <= input.low ? input.low : 0;
      if (value > input.low && value < input.high)
        payload = static_cast<int32_t>(value);
      if (payload != 0)
        row.add(neuron, payload);
    }
  return rows;
}

PayloadRecorder::PayloadRecorder(const Population &population) : elementOf(population.size(), nowhere) {
  std::vector<uint32_t> neurons = getElementNeurons(population);
  elements = static_cast<int64_t>(neurons.size());
  for (size_t i = 0; i < neurons.size(); ++i)
    elementOf[neurons[i]] = static_cast<uint32_t>(i);
}

void PayloadRecorder::record(const Messages &messages, int32_t *to) const {
  for (size_t i = 0; i < messages.size(); ++i)
    if (uint32_t element = elementOf[messages.neurons[i]]; element != nowhere)
      to[element] = messages.payloads[i];
}

bool Probe::find(const std::string &name, Plan &plan, std::vector<Probe> &probes, std::string &error) {
  size_t dot = name.find('.');
  std::string owner = name.substr(0, dot), word = dot == std::string::npos ? "" : name.substr(dot + 1);
  for (PopulationPlan &population : plan.populations) {
    if (population.population->name != owner)
      continue;
    std::vector<std::string> words;
    if (population.population->kind == NeuronKind::lif)
      words = {"v", "u"};
    else
      for (int32_t i = 0; i < population.words; ++i)
        words.push_back("s" + std::to_string(i));
    int32_t index = -1;
    for (size_t i = 0; i < words.size(); ++i)
      if (words[i] == word)
        index = static_cast<int32_t>(i);
    if (dot != std::string::npos && index < 0) {
      std::string known;
      for (const std::string &one : words)
        known += (known.empty() ? "" : ", ") + one;
      error = "probe '" + name + "': population '" + owner + "' has no state '" + word + "'; it has " +
              (known.empty() ? "none" : known);
      return false;
    }
    if (index >= 0 && population.places.empty())
      population.findPlaces();
    probes.push_back(Probe(population, index));
    return true;
  }
  error = "probe '" + name + "': the network has no population '" + owner + "'";
  return false;
}

void Probe::record(const PopulationState &state, int32_t *to) const {
  if (word < 0)
    return payloads.record(state.sent.back().messages, to);
  for (size_t i = 0; i < neurons.size(); ++i)
    to[i] = state.words[word * plan->storage + plan->places[neurons[i]]];
}

} // namespace spike::chip
