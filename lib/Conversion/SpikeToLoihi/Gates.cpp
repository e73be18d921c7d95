// SPDX-License-Identifier: Apache-2.0
// Neurons that compute a function of their inputs at once, and remember nothing.
#include "Converter.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

FailureOr<int32_t> Converter::addProgramPopulation(Operation *op, chip::Program program, const Twine &name,
                                                   const Numbering &numbering, Interval range, double rate) {
  const chip::Limits &limits = builder.getLimits();
  if (!limits.programs)
    return refuse(op) << "needs the neuron program '" << program.name << "', but target '" << limits.name
                      << "' has no neuron programs; choose a target that has them",
           failure();
  if (program.ports > limits.programPorts)
    return refuse(op) << "needs a neuron program with " << program.ports << " ports, but target '" << limits.name
                      << "' has " << limits.programPorts << "; choose a target that has them",
           failure();
  if (failed(checkRange(op, range)) || failed(checkSize(op, numbering)))
    return failure();
  int32_t index = builder.addProgram(std::move(program));
  int32_t population = builder.addPopulation(name.str(), numbering, range, rate);
  chip::Population &added = builder.get().populations[population];
  added.kind = chip::NeuronKind::program;
  added.program = index;
  added.tensor = numbering.tensor();
  return population;
}

FailureOr<int32_t> Converter::addGate(Operation *op, Gate gate, const Twine &name, const Numbering &numbering,
                                      Interval range, double rate) {
  if (gate == Gate::larger)
    return addProgramPopulation(op, makeMax(), name, numbering, range, rate);
  if (gate == Gate::product)
    return addProgramPopulation(op, makeProduct(), name, numbering, range, rate);
  if (failed(checkSize(op, numbering)))
    return failure();
  int32_t population = builder.addPopulation(name.str(), numbering, range, rate);
  chip::Population &added = builder.get().populations[population];
  // One unit of current is just the threshold, which does not fire; two do. Nothing is kept: what is left of a membrane
  // of one unit is less than one after the decay.
  added.lif.dv = 4095;
  added.lif.threshold = {1};
  added.tensor = numbering.tensor();
  return population;
}

LogicalResult Converter::checkSize(Operation *op, const Numbering &numbering) const {
  if (numbering.size() <= kMaxNeurons)
    return success();
  return refuse(op) << "needs " << numbering.size() << " neurons in one population, more than " << kMaxNeurons
                    << "; choose a smaller model";
}

FailureOr<Part> Converter::multiply(Operation *op, const Part &lhs, const Part &rhs, const Twine &name) {
  bool spikes = lhs.range.isSpike() && rhs.range.isSpike();
  Interval range = lhs.range * rhs.range;
  double rates[] = {builder.rateOf(lhs), builder.rateOf(rhs)};
  double rate = rates[0] < 0 || rates[1] < 0 ? -1 : rates[0] * rates[1];
  Numbering numbering = *Numbering::of(lhs, builder.get());
  FailureOr<int32_t> gate = addGate(op, spikes ? Gate::both : Gate::product, name, numbering, range, rate);
  if (failed(gate) || failed(feed(op, Signal(lhs), numbering, *gate, 0)) ||
      failed(feed(op, Signal(rhs), numbering, *gate, spikes ? 0 : 1)))
    return failure();
  return builder.read(*gate, numbering);
}
