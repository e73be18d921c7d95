// SPDX-License-Identifier: Apache-2.0
// What a module says of its way to a chip: rates of layers in, the mapped network and the layouts of spike trains out.
#include "Mapped.h"

#include "mlir/IR/Builders.h"
#include "spike/Dialect/Spike/IR/HostAttrs.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Translation/LoihiNetwork.h"

using namespace mlir::spike;

namespace spike_python {

void Module::setRates(const std::map<std::string, double> &rates) {
  mlir::Builder builder(op().getContext());
  op().walk([&](NeuronOp neuron) {
    if (std::optional<llvm::StringRef> path = neuron.getPath())
      if (auto found = rates.find(path->str()); found != rates.end())
        neuron->setAttr("spike.rate", builder.getF64FloatAttr(found->second));
  });
}

void Module::setTarget(const std::string &target) {
  op().walk([&](loihi::NetworkOp network) { network.setTarget(target); });
}

Result<std::shared_ptr<::spike::chip::Network>> readChipNetwork(Module &module) {
  Result<std::shared_ptr<::spike::chip::Network>> result;
  result.ok = collect(*module.job(), result.diagnostics, [&] {
    auto networks = module.op().getOps<loihi::NetworkOp>();
    if (!llvm::hasSingleElement(networks)) {
      module.op().emitError("expected one loihi.network in the module, found ")
          << std::distance(networks.begin(), networks.end()) << "; run convert-spike-to-loihi";
      return false;
    }
    mlir::FailureOr<::spike::chip::Network> network = loihi::toNetwork(*networks.begin());
    if (failed(network))
      return false;
    result.value = std::make_shared<::spike::chip::Network>(std::move(*network));
    return true;
  });
  return result;
}

static bool isHostPart(mlir::func::FuncOp function) {
  return !function.isDeclaration() && function->getAttrOfType<mlir::DictionaryAttr>(kHostLayersAttr) &&
         function->getAttrOfType<mlir::IntegerAttr>(kPassAttr);
}

std::shared_ptr<Module> Module::hostModule() {
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(op().getLoc());
  for (auto function : op().getOps<mlir::func::FuncOp>())
    if (isHostPart(function))
      module->push_back(function.clone());
  return std::shared_ptr<Module>(new Module(job_, std::move(module)));
}

std::vector<HostPart> Module::hostParts() {
  std::vector<HostPart> parts;
  for (auto function : op().getOps<mlir::func::FuncOp>()) {
    if (!isHostPart(function))
      continue;
    mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(function.getLoc());
    mlir::func::FuncOp copy = function.clone();
    copy.setPublic();
    module->push_back(copy);
    HostPart &part = parts.emplace_back();
    part.pass = function->getAttrOfType<mlir::IntegerAttr>(kPassAttr).getInt();
    part.module.reset(new Module(job_, std::move(module)));
    for (mlir::NamedAttribute layer : function->getAttrOfType<mlir::DictionaryAttr>(kHostLayersAttr))
      if (auto reason = llvm::dyn_cast<mlir::StringAttr>(layer.getValue()))
        part.layers.emplace_back(layer.getName().str(), reason.str());
  }
  return parts;
}

std::map<std::string, std::vector<LayoutStep>> Module::trainLayouts() {
  std::map<std::string, std::vector<LayoutStep>> layouts;
  mlir::func::FuncOp function = getFunction(op());
  if (!function)
    return layouts;
  for (auto [i, value] : llvm::enumerate(function.getBody().back().getTerminator()->getOperands())) {
    auto path = function.getResultAttrOfType<mlir::StringAttr>(i, "spike.path");
    if (!path)
      continue;
    std::vector<LayoutStep> steps;
    mlir::Operation *source = value.getDefiningOp();
    for (; source && !llvm::isa<NeuronOp>(source) && source->getNumOperands() == 1;
         source = source->getOperand(0).getDefiningOp()) {
      if (auto transpose = llvm::dyn_cast<TransposeOp>(source))
        steps.push_back({true, transpose.getPermutation().vec()});
      else if (auto reshape = llvm::dyn_cast<ReshapeOp>(source))
        steps.push_back({false, reshape.getType().getShape().vec()});
      else if (!llvm::isa<CastOp, QuantizeOp>(source))
        break;
    }
    // What the neuron itself gives, whatever axes it has.
    if (auto neuron = llvm::dyn_cast_or_null<NeuronOp>(source)) {
      steps.push_back({false, llvm::cast<mlir::RankedTensorType>(neuron.getOutput().getType()).getShape().vec()});
      layouts[path.str()] = {steps.rbegin(), steps.rend()};
    }
  }
  return layouts;
}

} // namespace spike_python
