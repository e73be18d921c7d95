// SPDX-License-Identifier: Apache-2.0
// What the host sends and reads.
#include "Checker.h"

#include "spike/Chip/Nest.h"
#include "spike/Chip/Passes.h"
#include <cmath>

using namespace spike::chip;
using llvm::Twine;

bool Checker::checkElements(Part part, size_t index, int32_t population, const std::vector<int64_t> &shape) {
  int64_t elements = 1, neurons = network.populations[population].size();
  for (int64_t size : shape) {
    if (size < 1 || size > neurons / elements)
      return fail(part, index,
                  "its shape must have sizes of at least 1 and at most " + Twine(neurons) +
                      " elements, the neurons of its population");
    elements *= size;
  }
  int64_t tensor = countElements(network.populations[population].tensor);
  return elements == tensor || fail(part, index,
                                    "its shape has " + Twine(elements) +
                                        " elements, the tensor of its "
                                        "population " +
                                        Twine(tensor));
}

bool Checker::checkInput(size_t index) {
  const Input &input = network.inputs[index];
  if (!checkIndex(Part::input, index, "population", input.population, network.populations.size()))
    return false;
  const Population &population = network.populations[input.population];
  if (population.kind != NeuronKind::input)
    return fail(Part::input, index, "its population '" + Twine(population.name) + "' is not of kind input");
  if (!std::isfinite(input.scale) || input.scale <= 0)
    return fail(Part::input, index, "its scale must be a positive number");
  PayloadRange range = getPayloadRange(population.payloadBits);
  if (input.low > input.high || input.low < range.low || input.high > range.high)
    return fail(Part::input, index,
                "its values " + Twine(input.low) + " to " + Twine(input.high) + " must rise, and lie in " +
                    Twine(range.low) + " to " + Twine(range.high) + ", which payloads of " +
                    Twine(population.payloadBits) + " bits hold");
  return checkElements(Part::input, index, input.population, input.shape);
}

bool Checker::checkOutput(size_t index) {
  const Output &output = network.outputs[index];
  if (!checkIndex(Part::output, index, "population", output.population, network.populations.size()))
    return false;
  const Population &population = network.populations[output.population];
  if (population.kind == NeuronKind::input)
    return fail(Part::output, index, "its population '" + Twine(population.name) + "' is an input; read a relay of it");
  bool finite = std::isfinite(output.scale);
  for (float offset : output.offset)
    finite &= std::isfinite(offset);
  if (!finite)
    return fail(Part::output, index, "its scale and offsets must be finite numbers");
  if (!checkElements(Part::output, index, output.population, output.shape))
    return false;
  int64_t elements = countElements(population.tensor), offsets = output.offset.size();
  return offsets <= 1 || offsets == elements ||
         fail(Part::output, index,
              "it must have one offset, or one for each of " + Twine(elements) + " elements, got " + Twine(offsets));
}

bool Checker::checkPasses() {
  // Every pass but the first has an input that the host makes.
  int64_t most = network.inputs.size();
  for (size_t i = 0; i < network.inputs.size(); ++i)
    if (!checkRange(Part::input, i, "pass", network.inputs[i].pass, 0, most))
      return false;
  for (size_t i = 0; i < network.outputs.size(); ++i)
    if (!checkRange(Part::output, i, "pass", network.outputs[i].pass, 0, most))
      return false;
  if (int32_t passes = countPasses(network); passes > 1 && network.host.empty())
    return fail(Part::network, 0,
                "it has " + Twine(passes) + " passes, but names no layer that the host computes between them (host)");
  std::vector<int32_t> passes = getPasses(network);
  auto check = [&](Part part, size_t index, int32_t population, int32_t pass) {
    return passes[population] == pass ||
           fail(part, index,
                "it is of pass " + Twine(pass) + ", but projections connect its population '" +
                    Twine(network.populations[population].name) + "' with pass " + Twine(passes[population]) +
                    "; what is connected runs in one pass");
  };
  for (size_t i = 0; i < network.inputs.size(); ++i)
    if (!check(Part::input, i, network.inputs[i].population, network.inputs[i].pass))
      return false;
  for (size_t i = 0; i < network.outputs.size(); ++i)
    if (!check(Part::output, i, network.outputs[i].population, network.outputs[i].pass))
      return false;
  return true;
}
