// SPDX-License-Identifier: Apache-2.0
// spike-carry-state: a program for one time step, whose state comes in and goes out.
#include "NeuronSignature.h"
#include "ResizeAxis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_CARRYSTATEPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

constexpr StringLiteral kStateAttr = "spike.state", kInitialAttr = "spike.initial", kStepAxisAttr = "spike.step_axis";

RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

class StateCarrier {
public:
  explicit StateCarrier(func::FuncOp function) : function(function), builder(function.getContext()) {}

  LogicalResult run() {
    if (failed(findTimeSteps()) || failed(findTime()))
      return failure();
    SmallVector<Operation *> readouts;
    for (Operation &op : function.getBody().front())
      if (isa<ReduceOp, DecodeOp>(op) && places.contains(op.getOperand(0)) && !places.contains(op.getResult(0)))
        readouts.push_back(&op);
    for (BlockArgument argument : function.getArguments())
      if (auto place = places.find(argument); place != places.end())
        function.setArgAttr(argument.getArgNumber(), kStepAxisAttr, builder.getI64IntegerAttr(place->second.axis));
    auto terminator = cast<func::ReturnOp>(function.front().getTerminator());
    for (OpOperand &result : terminator->getOpOperands())
      if (places.contains(result.get()))
        function.setResultAttr(result.getOperandNumber(), kStepAxisAttr, builder.getI64IntegerAttr(0));
    applyAxis(function, places, 1);
    for (Operation *op : readouts)
      keepRunning(op);
    SmallVector<NeuronOp> neurons = getNeurons(function);
    makePathsUnique(neurons);
    for (NeuronOp neuron : neurons)
      if (failed(carry(neuron)))
        return failure();
    return success();
  }

private:
  LogicalResult findTimeSteps() {
    if (!llvm::hasSingleElement(function.getBody()))
      return function.emitError() << "expected a function of one block";
    for (NeuronOp neuron : getNeurons(function)) {
      if (neuron.getSingleStep() || !neuron.getInit().empty() || !neuron.getFinalState().empty())
        return neuron.emitOpError() << "steps time itself, so its program cannot be run step by step; expected neurons "
                                       "that run over the whole time axis";
      if (steps && *steps != neuron.getTimeSteps())
        return neuron.emitOpError() << "runs " << neuron.getTimeSteps() << " time steps, another neuron runs "
                                    << *steps;
      steps = neuron.getTimeSteps();
    }
    if (!steps)
      return function.emitError() << "has no neurons, so there is no state to carry from step to step";
    return success();
  }

  /// Where the time axis lies in every value: from repetitions, and from an axis of each argument.
  LogicalResult findTime() {
    AxisPlaces start;
    for (Operation &op : function.getBody().front()) {
      if (isa<EncodeOp>(op))
        return op.emitOpError() << "codes its input over all " << *steps << " time steps, so the program cannot be run "
                                << "step by step; encode the input before";
      if (auto repeat = dyn_cast<RepeatTimeOp>(op); repeat && typeOf(repeat.getResult()).getDimSize(0) == *steps)
        start[repeat.getResult()] = {0};
    }
    return findTime(0, std::move(start));
  }

  /// Tries the axes of argument `index` and of those behind it. The marked time axis comes first, then none.
  LogicalResult findTime(unsigned index, AxisPlaces start) {
    if (index == function.getNumArguments()) {
      if (Operation *op = findAxis(function, AxisKind::step, start, *steps)) {
        obstacle = op;
        return failure();
      }
      for (NeuronOp neuron : getNeurons(function))
        if (!start.contains(neuron.getInput())) {
          obstacle = obstacle ? obstacle : neuron.getOperation();
          return failure();
        }
      places = std::move(start);
      return success();
    }
    auto type = dyn_cast<RankedTensorType>(function.getArgument(index).getType());
    SmallVector<std::optional<int64_t>> choices = {std::nullopt};
    for (int64_t axis = 0; type && axis < type.getRank(); ++axis)
      if (type.getDimSize(axis) == *steps)
        choices.push_back(axis);
    if (function.getArgAttr(index, "spike.time_axis") && choices.size() > 1)
      std::swap(choices[0], choices[1]);
    for (std::optional<int64_t> axis : choices) {
      AxisPlaces attempt = start;
      if (axis)
        attempt[function.getArgument(index)] = {*axis};
      if (succeeded(findTime(index + 1, std::move(attempt))))
        return success();
    }
    if (index == 0)
      obstacle->emitError() << "the program cannot be run step by step: this operation does not treat its " << *steps
                            << " time steps one by one, in order";
    return failure();
  }

  /// A reduction over time becomes what it would be up to this step.
  void keepRunning(Operation *op) {
    Value input = op->getOperand(0), result = op->getResult(0);
    builder.setInsertionPoint(op);
    std::optional<ReduceKind> kind;
    if (auto reduce = dyn_cast<ReduceOp>(op))
      kind = reduce.getKind();
    else if (auto decode = cast<DecodeOp>(op); decode.getKind() != DecodeKind::last)
      kind = decode.getKind() == DecodeKind::mean ? ReduceKind::mean : ReduceKind::sum;
    Type real = builder.getF32Type();
    if (kind) {
      auto model = cast<NeuronModelAttrInterface>(RunningAttr::get(builder.getContext(), *kind));
      input = NeuronOp::create(builder, op->getLoc(), typeOf(input).clone(real), TypeRange(), input, ValueRange(),
                               ValueRange(), model, ArrayAttr(), IntegerAttr(), builder.getStringAttr("readout"),
                               UnitAttr())
                  .getOutput();
    }
    RankedTensorType type = typeOf(result);
    Value value = ReshapeOp::create(builder, op->getLoc(), type.clone(typeOf(input).getElementType()), input);
    if (value.getType() != type)
      value = CastOp::create(builder, op->getLoc(), type, value);
    result.replaceAllUsesWith(value);
    op->erase();
  }

  /// The neuron with its state as arguments and results.
  LogicalResult carry(NeuronOp neuron) {
    NeuronModelAttrInterface model = neuron.getModel();
    SmallVector<StringRef> names = model.getStateNames();
    for (unsigned i = 0; i < names.size(); ++i)
      if (Value param = neuron.getParam(model.getStateResetParam(i)))
        return neuron.emitOpError() << "starts from a reset value of each channel, which cannot be carried from step "
                                       "to step; expected one reset value, got "
                                    << param.getType();
    auto type = RankedTensorType::get(neuron.getStateShape(), builder.getF32Type());
    SmallVector<Value> init;
    SmallVector<DictionaryAttr> attributes;
    for (auto [i, name] : llvm::enumerate(names)) {
      StringAttr label = builder.getStringAttr(*neuron.getPath() + "." + name);
      attributes.push_back(builder.getDictionaryAttr(builder.getNamedAttr(kStateAttr, label)));
      auto initial = builder.getF32FloatAttr(static_cast<float>(model.getStateReset(i)));
      DictionaryAttr argument = builder.getDictionaryAttr(
          {builder.getNamedAttr(kInitialAttr, initial), builder.getNamedAttr(kStateAttr, label)});
      unsigned index = function.getNumArguments();
      if (failed(function.insertArgument(index, type, argument, neuron.getLoc())))
        return failure();
      init.push_back(function.getArgument(index));
    }
    builder.setInsertionPoint(neuron);
    auto carried =
        NeuronOp::create(builder, neuron.getLoc(), neuron.getOutput().getType(), SmallVector<Type>(names.size(), type),
                         neuron.getInput(), init, neuron.getParams(), model, neuron.getParamNamesAttr(),
                         neuron.getAxisAttr(), neuron.getPathAttr(), UnitAttr());
    neuron.getOutput().replaceAllUsesWith(carried.getOutput());
    neuron.erase();
    auto terminator = cast<func::ReturnOp>(function.front().getTerminator());
    for (auto [state, attribute] : llvm::zip_equal(carried.getFinalState(), attributes)) {
      if (failed(function.insertResult(function.getNumResults(), type, attribute)))
        return failure();
      terminator.getOperandsMutable().append(state);
    }
    return success();
  }

  func::FuncOp function;
  OpBuilder builder;
  AxisPlaces places;
  std::optional<int64_t> steps;
  Operation *obstacle = nullptr;
};

struct CarryStatePass : impl::CarryStatePassBase<CarryStatePass> {
  using CarryStatePassBase::CarryStatePassBase;

  void runOnOperation() override {
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && failed(StateCarrier(function).run()))
        return signalPassFailure();
  }
};

} // namespace
} // namespace mlir::spike
