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

LogicalResult mlir::spike::exposeNeurons(func::FuncOp function) {
  SmallVector<NeuronOp> neurons = getNeurons(function);
  if (neurons.empty())
    return success();
  FailureOr<func::ReturnOp> found = getExtensibleReturn(function, "neurons");
  if (failed(found))
    return failure();
  func::ReturnOp terminator = *found;
  makePathsUnique(neurons);
  for (NeuronOp neuron : neurons) {
    bool exposed = false;
    for (auto [i, operand] : llvm::enumerate(terminator.getOperands()))
      if (operand == neuron.getOutput())
        exposed |= function.getResultAttrOfType<StringAttr>(i, kPathAttr) == neuron.getPathAttr();
    if (exposed)
      continue;
    unsigned index = function.getNumResults();
    auto attrs = DictionaryAttr::get(
        function.getContext(), NamedAttribute(StringAttr::get(function.getContext(), kPathAttr), neuron.getPathAttr()));
    if (failed(function.insertResult(index, neuron.getOutput().getType(), attrs)))
      return failure();
    terminator.getOperandsMutable().append(neuron.getOutput());
  }
  return success();
}
