// SPDX-License-Identifier: Apache-2.0
// spike-teacher-force: feed given spikes to everything behind a neuron layer.
#include "NeuronSignature.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_TEACHERFORCEPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

/// The index of the result that exposes `neuron`.
unsigned getExposedResult(func::FuncOp function, NeuronOp neuron) {
  auto terminator = cast<func::ReturnOp>(function.front().getTerminator());
  for (unsigned i = 0; i < terminator.getNumOperands(); ++i)
    if (terminator.getOperand(i) == neuron.getOutput() &&
        function.getResultAttrOfType<StringAttr>(i, kPathAttr) == neuron.getPathAttr())
      return i;
  llvm_unreachable("the neuron was exposed before");
}

bool isForced(func::FuncOp function, NeuronOp neuron) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.getArgAttrOfType<StringAttr>(i, kPathAttr) == neuron.getPathAttr())
      return true;
  return false;
}

/// The element type in which outputs are given: i1 for spikes, else one of those that arrays have.
Type getGivenElement(NeuronOp neuron) {
  Builder types(neuron.getContext());
  bool isSpike = neuron.getModel().getMinOutput() == 0 && neuron.getModel().getMaxOutput() == 1u;
  return isSpike ? types.getI1Type() : types.getI32Type();
}

/// Replaces every use of the neuron's output but the exposed result by a new argument.
LogicalResult force(func::FuncOp function, NeuronOp neuron) {
  OpOperand &exposed = function.front().getTerminator()->getOpOperand(getExposedResult(function, neuron));
  auto type = cast<RankedTensorType>(neuron.getOutput().getType());
  Builder attrs(function.getContext());
  unsigned index = function.getNumArguments();
  if (failed(function.insertArgument(index, type.clone(getGivenElement(neuron)),
                                     attrs.getDictionaryAttr({attrs.getNamedAttr(kNameAttr, neuron.getPathAttr()),
                                                              attrs.getNamedAttr(kPathAttr, neuron.getPathAttr())}),
                                     neuron.getLoc())))
    return failure();
  OpBuilder builder(function.getContext());
  builder.setInsertionPointAfter(neuron);
  Value given = function.getArgument(index);
  if (given.getType() != type)
    given = CastOp::create(builder, neuron.getLoc(), type, given);
  neuron.getOutput().replaceUsesWithIf(given, [&](OpOperand &use) { return &use != &exposed; });
  return success();
}

struct TeacherForcePass : impl::TeacherForcePassBase<TeacherForcePass> {
  using TeacherForcePassBase::TeacherForcePassBase;

  void runOnOperation() override {
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>()) {
      if (failed(exposeNeurons(function)))
        return signalPassFailure();
      for (NeuronOp neuron : getNeurons(function))
        if (neuron.getModel().getMaxOutput() && !isForced(function, neuron) && failed(force(function, neuron)))
          return signalPassFailure();
    }
  }
};

} // namespace
} // namespace mlir::spike
