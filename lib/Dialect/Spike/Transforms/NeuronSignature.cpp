// SPDX-License-Identifier: Apache-2.0
// Layers in the signature of a function.
#include "NeuronSignature.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::spike;

SmallVector<NeuronOp> mlir::spike::getNeurons(func::FuncOp function) {
  if (function.isDeclaration())
    return {};
  return llvm::to_vector(function.front().getOps<NeuronOp>());
}

void mlir::spike::makePathsUnique(ArrayRef<NeuronOp> neurons) {
  llvm::StringSet<> known;
  for (NeuronOp neuron : neurons)
    if (neuron.getPath())
      known.insert(*neuron.getPath());
  llvm::StringSet<> taken;
  for (NeuronOp neuron : neurons) {
    std::string stem = neuron.getPath().value_or("neuron").str(), path = stem;
    bool named = neuron.getPath().has_value();
    for (int64_t number = 1; (!named && known.contains(path)) || !taken.insert(path).second; ++number) {
      path = stem + "#" + std::to_string(number);
      named = false;
    }
    neuron.setPath(path);
  }
}

StringRef mlir::spike::getModulePath(Operation *op) {
  if (auto neuron = dyn_cast<NeuronOp>(op))
    if (neuron.getPath())
      return *neuron.getPath();
  if (auto name = dyn_cast<NameLoc>(op->getLoc()))
    return name.getName();
  return {};
}

FailureOr<func::ReturnOp> mlir::spike::getExtensibleReturn(func::FuncOp function, StringRef what) {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitOpError("expected one block to expose its ")
           << what << ", got " << function.getBody().getBlocks().size();
  auto terminator = dyn_cast<func::ReturnOp>(function.front().getTerminator());
  if (!terminator)
    return function.emitOpError("expected to end with func.return to expose its ") << what;
  if (!SymbolTable::symbolKnownUseEmpty(function, function->getParentOp()))
    return function.emitOpError("is called, so its ") << what << " cannot be returned; inline the call first";
  return terminator;
}

/// The neuron with its states after every step as results; a failure if it cannot have them.
static FailureOr<NeuronOp> trace(NeuronOp op) {
  size_t states = op.getModel().getStateNames().size();
  if (op.getTrace() && op.getFinalState().size() == states)
    return op;
  if (op.getSingleStep() || !op.getFinalState().empty())
    return op.emitError() << "neuron '" << *op.getPath() << "' cannot give its membranes after every step, because it "
                          << (op.getSingleStep() ? "does a single one" : "gives its last state");
  OpBuilder builder(op);
  auto type = cast<RankedTensorType>(op.getInput().getType()).clone(builder.getF32Type());
  SmallVector<Type> types(1 + states, type);
  types.front() = op.getOutput().getType();
  auto traced = NeuronOp::create(builder, op.getLoc(), types, op->getOperands(), op->getAttrs());
  traced.setTrace(true);
  op.getOutput().replaceAllUsesWith(traced.getOutput());
  op.erase();
  return traced;
}

LogicalResult mlir::spike::exposeNeurons(func::FuncOp function, bool membranes) {
  SmallVector<NeuronOp> neurons = getNeurons(function);
  if (neurons.empty())
    return success();
  FailureOr<func::ReturnOp> found = getExtensibleReturn(function, "neurons");
  if (failed(found))
    return failure();
  func::ReturnOp terminator = *found;
  makePathsUnique(neurons);
  auto expose = [&](Value value, StringAttr path, StringRef state) -> LogicalResult {
    for (auto [i, operand] : llvm::enumerate(terminator.getOperands()))
      if (operand == value && function.getResultAttrOfType<StringAttr>(i, kPathAttr) == path)
        return success();
    NamedAttrList attrs;
    attrs.set(kPathAttr, path);
    if (!state.empty())
      attrs.set(kNameAttr, StringAttr::get(function.getContext(), state));
    if (failed(function.insertResult(function.getNumResults(), value.getType(),
                                     attrs.getDictionary(function.getContext()))))
      return failure();
    terminator.getOperandsMutable().append(value);
    return success();
  };
  for (NeuronOp neuron : neurons) {
    StringAttr path = neuron.getPathAttr();
    if (membranes && !neuron.getModel().getStateNames().empty()) {
      FailureOr<NeuronOp> traced = trace(neuron);
      if (failed(traced))
        return failure();
      neuron = *traced;
    }
    if (failed(expose(neuron.getOutput(), path, "")) ||
        (neuron.getTrace() && membranes &&
         failed(expose(neuron.getFinalState().front(), path, neuron.getModel().getStateNames().front()))))
      return failure();
  }
  return success();
}
