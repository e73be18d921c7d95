// SPDX-License-Identifier: Apache-2.0
// verify-spike-contract: what one stage may hand to the next.
#include "mlir/IR/DialectResourceBlobManager.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "spike/Support/Weights.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::spike {

#define GEN_PASS_DEF_VERIFYSPIKECONTRACTPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

struct VerifySpikeContractPass : impl::VerifySpikeContractPassBase<VerifySpikeContractPass> {
  using VerifySpikeContractPassBase::VerifySpikeContractPassBase;

  void runOnOperation() override {
    bool valid = true;
    for (Operation &op : getOperation().getOps()) {
      auto function = dyn_cast<func::FuncOp>(op);
      if (!function) {
        op.emitError() << "'" << op.getName() << "' cannot stand in a module here, expected functions only";
        valid = false;
        continue;
      }
      valid &= succeeded(verifyFunction(function));
    }
    if (!valid)
      signalPassFailure();
  }

private:
  LogicalResult verifyFunction(func::FuncOp function) {
    if (function.isDeclaration())
      return function.emitError() << "function '" << function.getName() << "' has no body";
    if (!llvm::hasSingleElement(function.getBody()))
      return function.emitError() << "function '" << function.getName() << "' has "
                                  << function.getBody().getBlocks().size() << " blocks, expected one";
    bool valid = true;
    for (Type type : llvm::concat<const Type>(function.getArgumentTypes(), function.getResultTypes()))
      if (!isTensor(type)) {
        function.emitError() << "function '" << function.getName() << "' has " << type
                             << " in its signature, expected statically shaped tensors of spikes, counts or numbers";
        valid = false;
      }
    llvm::StringMap<NeuronOp> paths;
    for (Operation &op : function.front())
      valid &= succeeded(verifyOperation(&op, paths));
    return success(valid);
  }

  LogicalResult verifyOperation(Operation *op, llvm::StringMap<NeuronOp> &paths) {
    if (isa<func::ReturnOp>(op))
      return success();
    if (!isa<SpikeDialect>(op->getDialect()))
      return op->emitError() << "'" << op->getName() << "' cannot stand here, expected spike operations only";
    if (auto constant = dyn_cast<ConstantOp>(op))
      return verifyConstant(constant);
    if (auto neuron = dyn_cast<NeuronOp>(op)) {
      if (neuron.getSingleStep() && !neuron.getModel().getStateNames().empty())
        return neuron.emitError() << "a neuron with single_step is left; run spike-lift-time";
      if (neuron.getPath()) {
        auto [entry, inserted] = paths.try_emplace(*neuron.getPath(), neuron);
        if (!inserted) {
          InFlightDiagnostic diag = neuron.emitError() << "neuron path '" << *neuron.getPath() << "' is used twice";
          diag.attachNote(entry->second.getLoc()) << "first used here";
          return diag;
        }
      }
    }
    return verifyParameters(op);
  }

  LogicalResult verifyConstant(ConstantOp op) {
    auto resource = dyn_cast<DenseResourceElementsAttr>(op.getValue());
    if (resource && !getRawData(op.getValue()))
      return op.emitError() << "the data of resource '" << resource.getRawHandle().getKey() << "' is missing";
    return success();
  }

  /// Weights, statistics and neuron parameters are constants.
  LogicalResult verifyParameters(Operation *op) {
    SmallVector<Value> parameters;
    if (auto linear = dyn_cast<LinearOp>(op))
      parameters = {linear.getWeight(), linear.getBias()};
    else if (auto conv = dyn_cast<ConvOp>(op))
      parameters = {conv.getWeight(), conv.getBias()};
    else if (auto norm = dyn_cast<BatchNormOp>(op))
      parameters = {norm.getMean(), norm.getVar(), norm.getGamma(), norm.getBeta()};
    else if (auto neuron = dyn_cast<NeuronOp>(op))
      parameters = llvm::to_vector(neuron.getParams());
    for (Value parameter : parameters)
      if (parameter && !parameter.getDefiningOp<ConstantOp>())
        return op->emitError() << "'" << op->getName() << "' has a weight or parameter that is no constant";
    return success();
  }

  static bool isTensor(Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape() || llvm::is_contained(tensor.getShape(), 0))
      return false;
    Type element = tensor.getElementType();
    return element.isF32() || isa<CountType>(element) || element.isSignlessInteger(1) || element.isSignlessInteger(8) ||
           element.isSignlessInteger(16) || element.isSignlessInteger(32);
  }
};

} // namespace
} // namespace mlir::spike
