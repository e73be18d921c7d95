// SPDX-License-Identifier: Apache-2.0
// convert-spike-to-loihi: a quantised program becomes a network.
#include "spike/Conversion/SpikeToLoihi.h"

#include "spike/Conversion/Passes.h"
#include "spike/Dialect/Spike/IR/HostAttrs.h"
#include "spike/Target/TargetModel.h"
#include "spike/Translation/LoihiNetwork.h"
#include "llvm/ADT/StringSwitch.h"

namespace mlir::spike {

#define GEN_PASS_DEF_CONVERTSPIKETOLOIHIPASS
#include "spike/Conversion/Passes.h.inc"

namespace {

struct ConvertSpikeToLoihiPass : impl::ConvertSpikeToLoihiPassBase<ConvertSpikeToLoihiPass> {
  using ConvertSpikeToLoihiPassBase::ConvertSpikeToLoihiPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::Expected<::spike::chip::TargetModel> model = ::spike::chip::TargetModel::load(target);
    if (!model) {
      module.emitError() << llvm::toString(model.takeError());
      return signalPassFailure();
    }
    // Parts of one program are one network.
    llvm::MapVector<StringAttr, SmallVector<func::FuncOp>> programs;
    for (auto function : module.getOps<func::FuncOp>()) {
      auto whole = function->getAttrOfType<StringAttr>(kPartOfAttr);
      programs[whole ? whole : function.getSymNameAttr()].push_back(function);
    }
    for (auto &[name, parts] : programs)
      if (failed(convert(parts, model->limits())))
        return signalPassFailure();
  }

  LogicalResult convert(ArrayRef<func::FuncOp> parts, const ::spike::chip::Limits &limits) {
    func::FuncOp function = parts.front();
    std::optional<AttentionForm> form = llvm::StringSwitch<std::optional<AttentionForm>>(attention)
                                            .Case("auto", AttentionForm::automatic)
                                            .Case("parallel", AttentionForm::parallel)
                                            .Case("serial", AttentionForm::serial)
                                            .Default(std::nullopt);
    if (!form)
      return emitError(function.getLoc()) << "attention must be auto, parallel or serial, got '" << attention << "'";
    int64_t mostSubsteps = 1;
    for (func::FuncOp part : parts) {
      if (part->getAttrOfType<DictionaryAttr>(kHostLayersAttr))
        continue;
      FailureOr<int64_t> most = chooseAttention(part, limits, *form);
      if (failed(most))
        return failure();
      mostSubsteps = std::max(mostSubsteps, *most);
    }
    FailureOr<ConvertedNetwork> converted = convertToNetwork(parts, limits, mostSubsteps);
    if (failed(converted))
      return failure();
    if (!name.empty())
      converted->network.name = name;
    converted->network.target = target; // a file's name in it would not be found again
    if (statistics)
      for (const LayerSize &layer : countLayers(*converted))
        emitRemark(function.getLoc()) << "layer '" << layer.layer << "': " << layer.neurons << " neurons in "
                                      << layer.populations << " populations, " << layer.synapses << " synapses in "
                                      << layer.projections << " projections";
    OpBuilder builder(function);
    FailureOr<loihi::NetworkOp> network = loihi::fromNetwork(builder, function.getLoc(), converted->network);
    if (failed(network))
      return failure();
    for (func::FuncOp part : parts)
      if (!part->getAttrOfType<DictionaryAttr>(kHostLayersAttr))
        part.erase();
    return success();
  }
};

} // namespace
} // namespace mlir::spike
