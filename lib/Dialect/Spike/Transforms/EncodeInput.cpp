// SPDX-License-Identifier: Apache-2.0
// spike-encode-input: feed the inputs through a code.
#include "spike/Dialect/Spike/Transforms/Passes.h"

#include "mlir/AsmParser/AsmParser.h"

namespace mlir::spike {

#define GEN_PASS_DEF_ENCODEINPUTPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

constexpr StringLiteral timeAxis = "spike.time_axis";

/// Changes the type of an argument that has no uses left.
void retype(func::FuncOp function, unsigned index, RankedTensorType type) {
  function.getArgument(index).setType(type);
  SmallVector<Type> inputs(function.getArgumentTypes());
  inputs[index] = type;
  function.setType(FunctionType::get(function.getContext(), inputs, function.getResultTypes()));
}

struct EncodeInputPass : impl::EncodeInputPassBase<EncodeInputPass> {
  using EncodeInputPassBase::EncodeInputPassBase;

  void runOnOperation() override {
    auto encoding = dyn_cast_if_present<EncodingAttrInterface>(parseAttribute(code, &getContext()));
    if (!encoding) {
      emitError(getOperation().getLoc()) << "expected an input code such as #spike.latency, got '" << code << "'";
      return signalPassFailure();
    }
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      if (function.isPublic() && !function.isExternal())
        for (unsigned index = 0; index < function.getNumArguments(); ++index)
          if (failed(encode(function, index, encoding)))
            return signalPassFailure();
  }

  LogicalResult encode(func::FuncOp function, unsigned index, EncodingAttrInterface encoding) {
    BlockArgument argument = function.getArgument(index);
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (argument.use_empty() || !type || !type.getElementType().isF32())
      return success();
    // The train that the model sees now: the argument itself, or what every use repeats it to.
    auto trainType = type;
    SmallVector<RepeatTimeOp> repetitions;
    if (!function.getArgAttr(index, timeAxis)) {
      for (Operation *user : argument.getUsers()) {
        auto repetition = dyn_cast<RepeatTimeOp>(user);
        if (!repetition || (!repetitions.empty() && repetition.getType() != repetitions.front().getType()))
          return user->emitOpError() << "uses input #" << index << " before it has a time axis, so the code "
                                     << encoding << " cannot take the place of its repetition over time";
        repetitions.push_back(repetition);
      }
      trainType = repetitions.front().getType();
    }
    bool readsTime = encoding.readsTime();
    auto inputType =
        readsTime ? trainType : RankedTensorType::get(trainType.getShape().drop_front(), trainType.getElementType());
    OpBuilder builder(&function.getBody().front(), function.getBody().front().begin());
    auto train = EncodeOp::create(builder, argument.getLoc(), trainType, argument, encoding, trainType.getDimSize(0));
    argument.replaceUsesWithIf(
        train, [&](OpOperand &use) { return use.getOwner() != train && !isa<RepeatTimeOp>(use.getOwner()); });
    for (RepeatTimeOp repetition : repetitions) {
      repetition.replaceAllUsesWith(train.getResult());
      repetition.erase();
    }
    if (inputType != type)
      retype(function, index, inputType);
    if (readsTime)
      function.setArgAttr(index, timeAxis, builder.getUnitAttr());
    else
      function.removeArgAttr(index, timeAxis);
    return success();
  }
};

} // namespace
} // namespace mlir::spike
