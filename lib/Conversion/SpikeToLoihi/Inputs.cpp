// SPDX-License-Identifier: Apache-2.0
// What the host sends: real input becomes integers by spike.quantize, or spikes as they are.
#include "Converter.h"
#include "spike/Dialect/Spike/IR/HostAttrs.h"
#include "spike/Support/Weights.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

/// A function argument that no population stands for yet has source -1 - number.
static int32_t sourceOf(BlockArgument argument) { return -1 - static_cast<int32_t>(argument.getArgNumber()); }

LogicalResult Converter::readTimeSteps() {
  std::optional<int64_t> steps;
  if (auto whole = function->getAttrOfType<IntegerAttr>(kTimeStepsAttr))
    steps = whole.getInt();
  auto note = [&](Operation *op, int64_t found) -> LogicalResult {
    if (steps && *steps != found)
      return refuse(op) << "runs " << found << " time steps, but the program has " << *steps
                        << "; all layers must run as many";
    steps = found;
    return success();
  };
  WalkResult result = function.walk([&](Operation *op) {
    if (auto neuron = dyn_cast<NeuronOp>(op); neuron && !neuron.getSingleStep())
      return WalkResult(note(op, neuron.getTimeSteps()));
    if (auto repeat = dyn_cast<RepeatTimeOp>(op))
      return WalkResult(note(op, repeat.getType().getShape().front()));
    if (auto encode = dyn_cast<EncodeOp>(op))
      return WalkResult(note(op, encode.getSteps()));
    return WalkResult::advance();
  });
  timeSteps = steps.value_or(1);
  return failure(result.wasInterrupted());
}

/// The axis of channels, if the first layer that reads `value` is a convolution.
static std::optional<int64_t> findChannelAxis(Value value, bool timed) {
  for (int64_t dropped = 0; value.hasOneUse(); value = (*value.getUsers().begin())->getResult(0)) {
    Operation *user = *value.getUsers().begin();
    if (auto conv = dyn_cast<ConvOp>(user))
      return conv.getChannelAxis() - dropped;
    if (isa<RepeatTimeOp>(user))
      ++dropped;
    else if (!isa<QuantizeOp, CastOp>(user))
      break;
  }
  return std::nullopt;
}

LogicalResult Converter::readArgument(BlockArgument argument) {
  auto type = dyn_cast<RankedTensorType>(argument.getType());
  if (!type || !isSpikeTensor(type))
    return function.emitOpError() << "argument " << argument.getArgNumber() << " has type " << argument.getType()
                                  << "; expected a tensor of the spike dialect";
  ArrayRef<int64_t> shape = type.getShape();
  bool brought = !function.getOps<RepeatTimeOp>().empty() || !function.getOps<EncodeOp>().empty();
  bool marked = function.getArgAttr(argument.getArgNumber(), "spike.time_axis") != nullptr;
  bool timed = marked || (!isPart() && !brought && !shape.empty() && shape.front() == timeSteps);
  if (timed && shape.front() != timeSteps)
    return function.emitOpError() << "argument " << argument.getArgNumber() << " has " << shape.front()
                                  << " time steps, but the program has " << timeSteps;
  if (shape.size() == size_t(timed))
    return function.emitOpError() << "argument " << argument.getArgNumber()
                                  << " has no axis besides time; give it an axis for the batch";
  // A program of one step without an axis for it: the batch's stands in.
  bool isOneStep = timed && !marked && timeSteps == 1;
  // What the host gives to a part may have any order of axes.
  bool isCut =
      isPart() &&
      !function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kHostNameAttr).getValue().starts_with("input");
  if (!isCut && !isOneStep && shape[timed] != 1)
    return function.emitOpError() << "argument " << argument.getArgNumber() << " has a batch of " << shape[timed]
                                  << ", but a chip runs one sample at a time; set the batch to 1";
  Axes axes = Axes::rowMajor(shape);
  if (timed)
    axes.list.front() = {Atom{timeSteps, 0, 0, true}};
  int64_t channelAxis = findChannelAxis(argument, timed).value_or(static_cast<int64_t>(shape.size()) - 1);
  Part part;
  part.source = sourceOf(argument);
  part.axes = Numbering::rowMajor(axes, channelAxis).axes;
  signals[argument] = Signal(part);
  // Spikes need no scale.
  if (type.getElementType().isInteger(1))
    return readInput(nullptr, argument, argument, 1, {0, 1});
  return success();
}

LogicalResult Converter::readInput(Operation *op, BlockArgument argument, Value result, double scale, Interval range) {
  auto type = cast<RankedTensorType>(argument.getType());
  const Axes whole = get(argument).parts.front().axes;
  bool timed = whole.hasTime();
  // Positions and channels as readArgument numbered them.
  Numbering numbering = Numbering::rowMajor(whole, findChannelAxis(argument, timed).value_or(type.getRank() - 1));
  if (op && (failed(checkRange(op, range)) || failed(checkSize(op, numbering))))
    return failure();
  std::string name = "input" + std::to_string(argument.getArgNumber());
  if (isPart())
    name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kHostNameAttr).str();
  int32_t population = builder.addPopulation(name, numbering, range, -1);
  chip::Population &added = builder.get().populations[population];
  added.kind = chip::NeuronKind::input;
  added.tensor = numbering.tensor();
  chip::Input &input = builder.get().inputs.emplace_back();
  input.name = added.name;
  input.population = population;
  input.scale = scale;
  input.low = range.low;
  input.high = range.high;
  input.everyStep = !timed;
  input.pass = getPass();
  ArrayRef<int64_t> shape = type.getShape().drop_front(timed);
  input.shape.assign(shape.begin(), shape.end());

  Part part = op ? get(op->getOperand(0)).parts.front() : get(argument).parts.front();
  part.source = population;
  part.range = range;
  signals[result] = Signal(part);
  return success();
}

LogicalResult Converter::visit(QuantizeOp op) {
  const Signal &signal = get(op.getInput());
  if (signal.parts.size() != 1 || signal.parts.front().kind != PartKind::copy || signal.parts.front().source >= 0)
    return refuse(op) << "turns numbers of the program into integers; only an input may be quantised";
  BlockArgument argument = function.getArgument(-1 - signal.parts.front().source);
  Interval range{static_cast<int64_t>(op.getLow()), static_cast<int64_t>(op.getHigh())};
  if (range.low > 0 || range.high < 0)
    return refuse(op) << "has the range [" << range.low << ", " << range.high
                      << "], but no message is sent for 0, which must lie in it";
  return readInput(op, argument, op.getResult(), op.getFactor().convertToFloat(), range);
}

LogicalResult Converter::visit(RepeatTimeOp op) {
  Signal signal = get(op.getInput());
  for (Part &part : signal.parts) {
    if (part.axes.hasTime() || signal.lastStep)
      return refuse(op) << "repeats a value that has a time axis, or had one";
    part.axes.list.insert(part.axes.list.begin(), Axis{Atom{timeSteps, 0, 0, true}});
  }
  return define(op.getResult(), std::move(signal));
}

LogicalResult Converter::visit(EncodeOp op) {
  if (!isa<DirectAttr>(op.getEncoding()))
    return refuse(op) << "has the code '" << cast<Attribute>(op.getEncoding()).getAbstractAttribute().getName()
                      << "', which inputs of a chip do not have; use the direct code, or give the spikes as input";
  Signal signal = get(op.getInput());
  for (Part &part : signal.parts) {
    if (part.axes.hasTime())
      return refuse(op) << "adds a time axis to a value that has one";
    part.axes.list.insert(part.axes.list.begin(), Axis{Atom{timeSteps, 0, 0, true}});
  }
  return define(op.getResult(), std::move(signal));
}

LogicalResult Converter::visit(ConstantOp op) {
  // Weights and parameters are read where they are used.
  if (llvm::none_of(op->getUses(), [](OpOperand &use) {
        return !isa<LinearOp, ConvOp, NeuronOp>(use.getOwner()) || use.getOperandNumber() == 0;
      }))
    return success();
  std::optional<Weights> values = Weights::get(op.getResult());
  if (!values)
    return refuse(op) << "is no f32 constant, or its resource is missing";
  Part part = makeConstant(values->values());
  int64_t stride = values->size();
  for (int64_t size : op.getType().getShape()) {
    stride /= size;
    part.axes.list.push_back(Axes::axis(size, 0, stride));
  }
  signals[op.getResult()] = Signal(part);
  return success();
}
