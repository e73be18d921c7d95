// SPDX-License-Identifier: Apache-2.0
// Neurons: the operators that the importer puts in place of a neuron module.
#include "PopulatePatterns.h"

#include "mlir/AsmParser/AsmParser.h"
#include "spike/Support/Weights.h"

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

/// Converted values of a list of tensors; nothing if one of them is not converted.
std::optional<SmallVector<Value>> getTensors(Value list, ConversionPatternRewriter &rewriter) {
  auto construct = list.getDefiningOp<torch::ListConstructOp>();
  if (!construct)
    return std::nullopt;
  SmallVector<Value> values;
  for (Value element : construct.getElements()) {
    values.push_back(rewriter.getRemappedValue(element));
    if (!values.back() || !isa<RankedTensorType>(values.back().getType()))
      return std::nullopt;
  }
  return values;
}

/// Whether every state is a constant, and the value that the model starts from anyway.
bool isReset(NeuronModelAttrInterface model, ArrayRef<Value> states) {
  for (auto [index, state] : llvm::enumerate(states)) {
    auto constant = state.getDefiningOp<ConstantOp>();
    if (!constant || !constant.getValue().getElementType().isF32())
      return false;
    FailureOr<SmallVector<float>> values = readF32(constant.getValue());
    float start = static_cast<float>(model.getStateReset(index));
    if (failed(values) || llvm::any_of(*values, [&](float value) { return value != start; }))
      return false;
  }
  return true;
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

/// A neuron whose state the source sees: (tensor, initial states or none, parameters, model, path, parameter names,
/// axis of the parameters, number of states, single_step) to a list of the output and the states.
class ConvertNeuronStep : public TorchPattern<torch::OperatorOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::OperatorOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (op.getName() != "torch.spike.neuron_step")
      return failure();
    auto args = op.getArgs();
    if (args.size() != 9 || op.getOutputs().size() != 1 || !op.getOutputs()[0].hasOneUse())
      return refuse(op, "expected (tensor, states, parameters, model, path, names, axis, count, single_step) and one "
                        "list that is unpacked");
    auto unpack = dyn_cast<torch::ListUnpackOp>(*op.getOutputs()[0].user_begin());
    std::optional<StringRef> text = torch::getConstantString(args[3]), path = torch::getConstantString(args[4]);
    std::optional<StringRef> names = torch::getConstantString(args[5]);
    std::optional<int64_t> axis = torch::getConstantInt(args[6]), count = torch::getConstantInt(args[7]);
    std::optional<bool> singleStep = torch::getConstantBool(args[8]);
    if (!unpack || !text || !path || !names || !axis || !count || !singleStep)
      return refuse(op, "expected constants for model, path, names, axis, count and single_step");
    auto type = dyn_cast_if_present<RankedTensorType>(adaptor.getArgs()[0].getType());
    std::optional<SmallVector<Value>> init = getTensors(args[1], rewriter), params = getTensors(args[2], rewriter);
    if (!type || !init || !params)
      return refuse(op, "expected static f32 tensors for current, states and parameters");
    if (type.getRank() < (*singleStep ? 1 : 2))
      return refuse(op, "expected a current with at least one axis beside time");
    std::string error;
    NeuronModelAttrInterface model = parseModel(*text, op.getContext(), error);
    if (!model)
      return refuse(op, "cannot read the neuron model '" + Twine(*text) + "': " + error);
    size_t states = model.getStateNames().size();
    if (static_cast<size_t>(*count) != states || unpack.getElements().size() != states + 1 ||
        !(init->empty() || init->size() == states))
      return refuse(op, "the model has " + Twine(states) + " states, but " + Twine(*count) + " were expected");
    if (isReset(model, *init))
      init->clear();

    SmallVector<StringRef> paramNames;
    if (!names->empty())
      names->split(paramNames, ',');
    // A state that nothing reads is not returned.
    bool returned = llvm::any_of(unpack.getElements().drop_front(), [](Value state) { return !state.use_empty(); });
    auto state =
        RankedTensorType::get(*singleStep ? type.getShape() : type.getShape().drop_front(), type.getElementType());
    auto neuron = NeuronOp::create(rewriter, op.getLoc(), type, SmallVector<Type>(returned ? states : 0, state),
                                   adaptor.getArgs()[0], *init, *params, model,
                                   paramNames.empty() ? ArrayAttr() : rewriter.getStrArrayAttr(paramNames),
                                   paramNames.empty() ? IntegerAttr() : rewriter.getI64IntegerAttr(*axis),
                                   rewriter.getStringAttr(*path), *singleStep ? rewriter.getUnitAttr() : UnitAttr(),
                                   /*trace=*/UnitAttr());
    SmallVector<Value> results(neuron->getResults());
    results.resize(states + 1, neuron.getOutput()); // stands for states that nothing reads
    rewriter.replaceOp(unpack, results);
    rewriter.eraseOp(op);
    return success();
  }
};

} // namespace

void mlir::spike::populateNeuronPatterns(RewritePatternSet &patterns, const TypeConverter &converter,
                                         Refusals &refusals) {
  patterns.add<ConvertNeuron, ConvertNeuronStep>(converter, patterns.getContext(), refusals);
}
