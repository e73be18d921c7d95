// SPDX-License-Identifier: Apache-2.0
// Neurons: the operator that the importer puts in place of a neuron module.
#include "PopulatePatterns.h"

#include "mlir/AsmParser/AsmParser.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// The neuron model that `text` spells; if there is none, `error` says why.
NeuronModelAttrInterface parseModel(StringRef text, MLIRContext *context, std::string &error) {
  error = "it is not a neuron model";
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    error = diagnostic.str();
    return success();
  });
  Attribute attribute = parseAttribute(text, context);
  return dyn_cast_if_present<NeuronModelAttrInterface>(attribute);
}

class ConvertNeuron : public TorchPattern<torch::OperatorOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::OperatorOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (op.getName() != "torch.spike.neuron")
      return failure();
    if (op.getArgs().size() != 4 || op.getOutputs().size() != 1)
      return refuse(op, "expected (tensor, model, path, single_step) and one result");
    std::optional<StringRef> text = torch::getConstantString(op.getArgs()[1]);
    std::optional<StringRef> path = torch::getConstantString(op.getArgs()[2]);
    std::optional<bool> singleStep = torch::getConstantBool(op.getArgs()[3]);
    if (!text || !path || !singleStep)
      return refuse(op, "expected model, path and single_step to be constants");
    RankedTensorType type = getTensorType(op.getOutputs()[0]);
    Value input = adaptor.getArgs()[0];
    if (!type || type != input.getType())
      return refuse(op, "expected input and output of the same static f32 type");
    if (!*singleStep && type.getRank() < 2)
      return refuse(op, "expected an input with a time axis and at least one more");
    std::string error;
    NeuronModelAttrInterface model = parseModel(*text, op.getContext(), error);
    if (!model)
      return refuse(op, "cannot read the neuron model '" + Twine(*text) + "': " + error);

    auto neuron = NeuronOp::create(rewriter, op.getLoc(), type, /*final_state=*/TypeRange(), input,
                                   /*init=*/ValueRange(), /*params=*/ValueRange(), model, /*param_names=*/ArrayAttr(),
                                   /*axis=*/IntegerAttr(), rewriter.getStringAttr(*path),
                                   *singleStep ? rewriter.getUnitAttr() : UnitAttr(), /*trace=*/UnitAttr());
    rewriter.replaceOp(op, neuron.getOutput());
    return success();
  }
};

} // namespace

void mlir::spike::populateNeuronPatterns(RewritePatternSet &patterns, const TypeConverter &converter,
                                         Refusals &refusals) {
  patterns.add<ConvertNeuron>(converter, patterns.getContext(), refusals);
}
