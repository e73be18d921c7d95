// SPDX-License-Identifier: Apache-2.0
// What a module says of its way to a chip: rates of layers in, the mapped network and the layouts of spike trains out.
#include "Job.h"

#include "mlir/IR/Builders.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Translation/LoihiNetwork.h"

using namespace mlir;

namespace spike_python {

void Module::setRates(const std::map<std::string, double> &rates) {
  Builder builder(op().getContext());
  op().walk([&](spike::NeuronOp neuron) {
    if (std::optional<StringRef> path = neuron.getPath())
      if (auto found = rates.find(path->str()); found != rates.end())
        neuron->setAttr("spike.rate", builder.getF64FloatAttr(found->second));
  });
}

Result<std::shared_ptr<::spike::chip::Network>> Module::chipNetwork() {
  Result<std::shared_ptr<::spike::chip::Network>> result;
  result.ok = collect(*job_, result.diagnostics, [&] {
    auto networks = op().getOps<spike::loihi::NetworkOp>();
    if (!llvm::hasSingleElement(networks)) {
      op().emitError("expected one loihi.network in the module, found ")
          << std::distance(networks.begin(), networks.end()) << "; run convert-spike-to-loihi";
      return false;
    }
    FailureOr<::spike::chip::Network> network = spike::loihi::toNetwork(*networks.begin());
    if (failed(network))
      return false;
    result.value = std::make_shared<::spike::chip::Network>(std::move(*network));
    return true;
  });
  return result;
}

std::map<std::string, std::vector<LayoutStep>> Module::trainLayouts() {
  std::map<std::string, std::vector<LayoutStep>> layouts;
  func::FuncOp function = getFunction(op());
  if (!function)
    return layouts;
  for (auto [i, value] : llvm::enumerate(function.getBody().back().getTerminator()->getOperands())) {
    auto path = function.getResultAttrOfType<StringAttr>(i, "spike.path");
    if (!path)
      continue;
    std::vector<LayoutStep> steps;
    Operation *source = value.getDefiningOp();
    for (; source && !isa<spike::NeuronOp>(source) && source->getNumOperands() == 1;
         source = source->getOperand(0).getDefiningOp()) {
      if (auto transpose = dyn_cast<spike::TransposeOp>(source))
        steps.push_back({true, transpose.getPermutation().vec()});
      else if (auto reshape = dyn_cast<spike::ReshapeOp>(source))
        steps.push_back({false, reshape.getType().getShape().vec()});
      else if (!isa<spike::CastOp>(source))
        break;
    }
    // What the neuron itself gives, whatever axes it has.
    if (auto neuron = dyn_cast_or_null<spike::NeuronOp>(source)) {
      steps.push_back({false, cast<RankedTensorType>(neuron.getOutput().getType()).getShape().vec()});
      layouts[path.str()] = {steps.rbegin(), steps.rend()};
    }
  }
  return layouts;
}

} // namespace spike_python
