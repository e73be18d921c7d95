// SPDX-License-Identifier: Apache-2.0
// The walk over a program, and what its values are.
#include "Converter.h"

#include "spike/Analysis/ModelStatistics.h"
#include "spike/Chip/Verify.h"
#include "spike/Dialect/Spike/IR/HostAttrs.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

FailureOr<ConvertedNetwork> Converter::run() {
  chip::Network &network = builder.get();
  network.target = builder.getLimits().name;
  network.conventions = builder.getLimits().conventions;
  for (func::FuncOp part : parts) {
    function = part;
    auto whole = part->getAttrOfType<StringAttr>(kPartOfAttr);
    network.name = whole ? whole.str() : function.getName().str();
    if (auto layers = part->getAttrOfType<DictionaryAttr>(kHostLayersAttr))
      for (NamedAttribute layer : layers)
        network.host.push_back(layer.getName().str());
    else if (failed(convertPart()))
      return failure();
  }
  if (failed(verify()))
    return failure();
  ConvertedNetwork converted;
  for (Operation *op : populationOwners)
    converted.layers.push_back(isa<func::FuncOp>(op) ? "input" : layerOf(op));
  converted.network = std::move(network);
  return converted;
}

bool Converter::isPart() const { return func::FuncOp(function)->hasAttr(kPartOfAttr); }

int32_t Converter::getPass() const {
  auto pass = func::FuncOp(function)->getAttrOfType<IntegerAttr>(kPassAttr);
  return pass ? static_cast<int32_t>(pass.getInt()) : 0;
}

LogicalResult Converter::checkPart() {
  if (!isPart())
    return success();
  bool named = function->getAttrOfType<IntegerAttr>(kPassAttr) && function->getAttrOfType<IntegerAttr>(kTimeStepsAttr);
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    named &= function.getArgAttrOfType<StringAttr>(i, kHostNameAttr) != nullptr;
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    named &= function.getResultAttrOfType<StringAttr>(i, kHostNameAttr) != nullptr;
  if (!named)
    return function.emitOpError("is part of a program, but misses '")
           << kPassAttr << "', '" << kTimeStepsAttr << "' or the '" << kHostNameAttr
           << "' of an argument or result; cut the program with spike-outline-host";
  return success();
}

LogicalResult Converter::convertPart() {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitOpError("has no body of one block; expected a program in the spike dialect"), failure();
  if (failed(checkPart()) || failed(readTimeSteps()))
    return failure();
  if (!builder.get().populations.empty() && timeSteps != builder.get().timeSteps)
    return function.emitOpError("runs ") << timeSteps << " time steps, but the parts before it run "
                                         << builder.get().timeSteps << "; all parts of a program run as many";
  builder.get().timeSteps = static_cast<int32_t>(timeSteps);
  for (BlockArgument argument : function.getArguments())
    if (failed(readArgument(argument)))
      return failure();
  noteOwner(function);
  for (Operation &op : function.getBody().front().without_terminator()) {
    if (failed(visitAny(&op)))
      return failure();
    noteOwner(&op);
  }
  Operation *terminator = function.getBody().front().getTerminator();
  for (OpOperand &result : terminator->getOpOperands()) {
    if (failed(writeResult(result)))
      return failure();
    noteOwner(result.get().getDefiningOp() ? result.get().getDefiningOp() : terminator);
  }
  return success();
}

void Converter::noteOwner(Operation *op) {
  populationOwners.resize(builder.get().populations.size(), op);
  projectionOwners.resize(builder.get().projections.size(), op);
}

LogicalResult Converter::verify() const {
  std::optional<chip::Fault> fault = chip::findFault(builder.get(), chip::Phase::unmapped, &builder.getLimits());
  if (!fault)
    return success();
  Operation *op = function;
  if (fault->part == chip::Fault::Part::population)
    op = populationOwners[fault->index];
  else if (fault->part == chip::Fault::Part::projection)
    op = projectionOwners[fault->index];
  return refuse(op) << "does not fit: " << fault->message;
}

/// Whether an op may read real numbers, as they stand at the end of a program.
static bool takesRealNumbers(Operation *op) { return isa<AddOp, ScaleOp, ReshapeOp, TransposeOp, SliceOp, CastOp>(op); }

/// Whether an op may read real input, before it is quantised.
static bool takesRealInput(Operation *op) {
  return isa<QuantizeOp, RepeatTimeOp, EncodeOp, ReshapeOp, TransposeOp, SliceOp, CastOp>(op);
}

LogicalResult Converter::visitAny(Operation *op) {
  if (isOnHost(op))
    return refuse(op) << "is the host's; cut the program with spike-outline-host first";
  if (!takesRealInput(op))
    for (Value operand : op->getOperands())
      if (auto found = signals.find(operand); found != signals.end() && found->second.isRealInput())
        return refuse(op)
               << "reads real input that no 'spike.quantize' has turned into integers; run spike-quantize first";
  if (!takesRealNumbers(op))
    for (Value operand : op->getOperands())
      if (auto found = signals.find(operand); found != signals.end() && found->second.factor)
        return refuse(op) << "reads real numbers: a factor of " << *found->second.factor
                          << " comes before it; only the end of a program may scale, run spike-quantize first";
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<QuantizeOp, EncodeOp, RepeatTimeOp, ConstantOp, ReshapeOp, TransposeOp, SliceOp, ConcatOp, CastOp, LinearOp,
            ConvOp, NeuronOp, AddOp, ScaleOp, ReduceOp, DecodeOp, PoolOp, MaskOp, MatmulOp>(
          [&](auto op) { return visit(op); })
      .Default([&](Operation *op) {
        return refuse(op) << "is no part of a quantised program, and nothing on the chip does it; leave it to the host "
                             "(host fallback), or rewrite the model without it";
      });
}

/// Whether all uses are parts of one axis that do not overlap: together they read the value once.
static bool isCutApart(Value value) {
  SmallVector<std::pair<int64_t, int64_t>> parts;
  std::optional<int64_t> axis;
  for (Operation *user : value.getUsers()) {
    auto slice = dyn_cast<SliceOp>(user);
    if (!slice || (axis && *axis != static_cast<int64_t>(slice.getAxis())))
      return false;
    axis = slice.getAxis();
    int64_t first = slice.getOffset();
    parts.push_back({first, first + slice.getType().getShape()[*axis]});
  }
  llvm::sort(parts);
  for (size_t i = 1; i < parts.size(); ++i)
    if (parts[i].first < parts[i - 1].second)
      return false;
  return true;
}

LogicalResult Converter::define(Value value, Signal signal) {
  bool computes = llvm::any_of(signal.parts, [](const Part &part) { return part.kind != PartKind::constant; });
  bool isShared = !value.use_empty() && !value.hasOneUse() && !isCutApart(value);
  if (computes && isShared && !signal.isMessage() && !signal.factor && !signal.isRealInput()) {
    Operation *op = value.getDefiningOp();
    FailureOr<Part> part = relay(op, signal, layerOf(op) + "_sum");
    if (failed(part))
      return failure();
    signal.parts.assign(1, *part);
  }
  signals[value] = std::move(signal);
  return success();
}

FailureOr<Part> Converter::readMessages(Operation *reader, Value value) {
  Signal &signal = get(value);
  if (!signal.isMessage()) {
    FailureOr<Part> part = relay(reader, signal, layerOf(reader) + "_in");
    if (failed(part))
      return failure();
    signal.parts.assign(1, *part);
  }
  return signal.parts.front();
}

//===----------------------------------------------------------------------===//
// Names and errors
//===----------------------------------------------------------------------===//

/// The name that an importer gave an op's module.
static StringRef findName(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName();
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      if (StringRef name = findName(part); !name.empty())
        return name;
  return {};
}

std::string Converter::layerOf(Operation *op) const {
  if (auto neuron = dyn_cast<NeuronOp>(op); neuron && neuron.getPath() && !neuron.getPath()->empty())
    return neuron.getPath()->str();
  if (isa<LinearOp, ConvOp>(op))
    if (std::string owner = getWeightOwner(op->getOperand(1), ""); !owner.empty())
      return owner;
  if (StringRef name = findName(op->getLoc()); !name.empty())
    return name.str();
  // The module of the next neuron that reads the result.
  for (Operation *next = op; next->getNumResults() == 1 && !next->getResult(0).use_empty();) {
    next = *next->getResult(0).getUsers().begin();
    auto neuron = dyn_cast<NeuronOp>(next);
    if (neuron && neuron.getPath() && !neuron.getPath()->empty())
      return (neuron.getPath()->contains('.') ? neuron.getPath()->rsplit('.').first : *neuron.getPath()).str();
    if (neuron)
      break;
  }
  return op->getName().stripDialect().str();
}

InFlightDiagnostic Converter::refuse(Operation *op) const {
  InFlightDiagnostic error = op->emitOpError();
  error << "of layer '" << layerOf(op) << "' ";
  return error;
}

LogicalResult Converter::checkRange(Operation *op, Interval range) const {
  int64_t most = builder.getLimits().payloadBits;
  if (range.payloadBits() <= most)
    return success();
  if (most == 1)
    return refuse(op) << "sends numbers from " << range.low << " to " << range.high << ", but target '"
                      << builder.getLimits().name << "' has no graded spikes; choose a target that has them";
  return refuse(op) << "may send numbers from " << range.low << " to " << range.high << ", which take "
                    << range.payloadBits() << " bits; messages of target '" << builder.getLimits().name << "' hold "
                    << most << "; quantise with fewer bits";
}

FailureOr<ConvertedNetwork> mlir::spike::convertToNetwork(ArrayRef<func::FuncOp> parts, const chip::Limits &limits,
                                                          int64_t mostSubsteps) {
  return Converter(parts, limits, mostSubsteps).run();
}
