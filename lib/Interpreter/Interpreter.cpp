// SPDX-License-Identifier: Apache-2.0
// Runs the ops of a function in order.
#include "spike/Interpreter/Interpreter.h"

#include "Rules.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike;

/// An upper bound of the multiply-adds and element updates of an op.
static double getWork(Operation *op) {
  double work = 1;
  for (Type type : llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      work += tensor.getNumElements();
  auto results = [&] {
    return static_cast<double>(cast<RankedTensorType>(op->getResult(0).getType()).getNumElements());
  };
  if (auto linear = dyn_cast<LinearOp>(op))
    return work + results() * linear.getWeight().getType().getDimSize(1);
  if (auto conv = dyn_cast<ConvOp>(op))
    return work + results() * (conv.getWeight().getType().getNumElements() / conv.getWeight().getType().getDimSize(0));
  if (auto matmul = dyn_cast<MatmulOp>(op))
    return work + results() * matmul.getLhs().getType().getNumElements() /
                      cast<RankedTensorType>(matmul.getType()).getDimSize(0);
  if (auto pool = dyn_cast<PoolOp>(op)) {
    ArrayRef<int64_t> image = pool.getInput().getType().getShape().slice(pool.getFirstSpatialAxis(), 2);
    return work + results() * std::min(image[0], pool.getKernel()[0]) * std::min(image[1], pool.getKernel()[1]);
  }
  return work;
}

static LogicalResult evaluateAny(Frame &frame, Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<ConstantOp, CastOp, NeuronOp, EncodeOp, DecodeOp, RepeatTimeOp, LinearOp, ConvOp, MatmulOp, AddOp, MaskOp,
            ScaleOp, QuantizeOp, MapOp, PadOp, BatchNormOp, PoolOp, ReduceOp, ReshapeOp, TransposeOp, SliceOp, ConcatOp,
            check::ExpectEqOp, check::ExpectCloseOp>([&](auto typed) { return evaluate(frame, typed); })
      .Default([](Operation *other) -> LogicalResult {
        return other->emitOpError() << "has no rule in the interpreter, which runs spike and check ops only";
      });
}

FailureOr<SmallVector<Tensor>> mlir::spike::interpret(func::FuncOp function, ArrayRef<Tensor> inputs,
                                                      const InterpreterOptions &options) {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitError() << "expected a function with one block, got " << function.getBody().getBlocks().size();
  Block &block = function.front();
  if (inputs.size() != block.getNumArguments())
    return function.emitError() << "expected " << block.getNumArguments() << " inputs, got " << inputs.size();

  Frame frame(options);
  llvm::DenseMap<Value, unsigned> remaining;
  auto define = [&](Value value) {
    unsigned uses = std::distance(value.use_begin(), value.use_end());
    if (uses == 0)
      frame.drop(value);
    else
      remaining[value] = uses;
  };
  for (auto [argument, input] : llvm::zip_equal(block.getArguments(), inputs)) {
    if (input.getType() != argument.getType())
      return function.emitError() << "expected input " << argument.getArgNumber() << " of type " << argument.getType()
                                  << ", got " << input.getType();
    frame.set(argument, input);
    define(argument);
  }
  for (Operation &op : block.without_terminator()) {
    if (failed(frame.charge(&op, getWork(&op))) || failed(evaluateAny(frame, &op)))
      return failure();
    for (Value result : op.getResults())
      define(result);
    for (Value operand : op.getOperands())
      if (--remaining[operand] == 0)
        frame.drop(operand);
  }
  auto exit = dyn_cast<func::ReturnOp>(block.getTerminator());
  if (!exit)
    return block.getTerminator()->emitOpError() << "has no rule in the interpreter, which expects func.return";
  SmallVector<Tensor> results;
  for (Value value : exit.getOperands())
    results.push_back(frame.get(value));
  return results;
}
