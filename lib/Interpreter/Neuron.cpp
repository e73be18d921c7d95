// SPDX-License-Identifier: Apache-2.0
// spike.neuron: the model's own step, as it builds it for compiled code, for every neuron and every time step.
#include "Rules.h"
#include "ScalarProgram.h"

using namespace mlir;
using namespace mlir::spike;

/// The step as a program. Its arguments are the states, the current, and the parameter operands in order; its results
/// are the states and the output.
static FailureOr<ScalarProgram> buildStep(NeuronOp op) {
  NeuronModelAttrInterface model = op.getModel();
  size_t numStates = model.getStateNames().size();
  SmallVector<Type> arguments(numStates + 1 + op.getParams().size(), Float32Type::get(op.getContext()));
  return ScalarProgram::create(op, arguments, [&](OpBuilder &builder, ValueRange values) {
    SmallVector<Value> states(values.take_front(numStates));
    auto param = [&](StringRef name) -> Value {
      Value operand = op.getParam(name);
      for (auto [i, candidate] : llvm::enumerate(op.getParams()))
        if (operand == candidate && op.getParamNamesAttr()[i] == builder.getStringAttr(name))
          return values[numStates + 1 + i];
      return {};
    };
    Value output = model.buildStep(builder, op.getLoc(), states, values[numStates], param);
    states.push_back(output);
    return states;
  });
}

/// State `s` of neuron `p`, which takes element `channel` of parameters, before the first step.
static float getStart(Frame &frame, NeuronOp op, size_t s, int64_t p, int64_t channel) {
  if (!op.getInit().empty())
    return frame.get(op.getInit()[s]).real(p);
  if (Value param = op.getParam(op.getModel().getStateResetParam(s)))
    return frame.get(param).real(channel);
  return static_cast<float>(op.getModel().getStateReset(s));
}

LogicalResult mlir::spike::evaluate(Frame &frame, NeuronOp op) {
  FailureOr<ScalarProgram> step = buildStep(op);
  FailureOr<Tensor> current = frame.getReal(op, op.getInput());
  FailureOr<Tensor> out = frame.allocate(op, op.getOutput().getType());
  if (failed(step) || failed(current) || failed(out))
    return failure();
  SmallVector<Tensor> finalStates;
  for (Value state : op.getFinalState()) {
    FailureOr<Tensor> tensor = frame.allocate(op, cast<RankedTensorType>(state.getType()));
    if (failed(tensor))
      return failure();
    finalStates.push_back(*tensor);
  }

  size_t numStates = op.getModel().getStateNames().size();
  int64_t steps = op.getTimeSteps(), population = current->size() / steps;
  bool isSpike = step->getResultType(numStates).isInteger(1);
  bool trace = op.getTrace();
  // Neuron p takes element (p / inner) % channels of a parameter.
  int64_t inner = 1, channels = 1;
  if (op.getAxis()) {
    ArrayRef<int64_t> shape = current->getShape();
    inner = countElements(shape.drop_front(*op.getAxis() + 1));
    channels = shape[*op.getAxis()];
  }

  SmallVector<Scalar> registers(step->getNumRegisters());
  for (int64_t p = 0; p < population; ++p) {
    for (size_t s = 0; s < numStates; ++s)
      registers[s] = Scalar(getStart(frame, op, s, p, (p / inner) % channels));
    for (auto [i, param] : llvm::enumerate(op.getParams()))
      registers[numStates + 1 + i] = Scalar(frame.get(param).real((p / inner) % channels));
    for (int64_t t = 0; t < steps; ++t) {
      int64_t i = t * population + p;
      registers[numStates] = Scalar(current->reals()[i]);
      step->run(registers);
      Scalar output = registers[step->getResult(numStates)];
      if (failed(writeNumber(op, *out, i, isSpike ? static_cast<double>(output.integer) : output.real)))
        return failure();
      SmallVector<Scalar, 4> next;
      for (size_t s = 0; s < numStates; ++s)
        next.push_back(registers[step->getResult(s)]);
      llvm::copy(next, registers.begin());
      for (auto [s, state] : llvm::enumerate(finalStates))
        state.reals()[trace ? i : p] = registers[s].real;
    }
  }
  frame.set(op.getOutput(), *out);
  for (auto [value, state] : llvm::zip_equal(op.getFinalState(), finalStates))
    frame.set(value, state);
  return success();
}
