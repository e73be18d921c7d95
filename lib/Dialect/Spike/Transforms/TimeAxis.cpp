// SPDX-License-Identifier: Apache-2.0
// Ops on one time step, done on all of them.
#include "TimeAxis.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike;

static RankedTensorType tensorOf(Value value) { return cast<RankedTensorType>(value.getType()); }

RankedTensorType mlir::spike::withLeadingAxis(RankedTensorType type, int64_t size) {
  SmallVector<int64_t> shape = {size};
  llvm::append_range(shape, type.getShape());
  return RankedTensorType::get(shape, type.getElementType());
}

bool mlir::spike::canAddTimeAxis(Operation *op, unsigned &numOperands) {
  numOperands =
      llvm::TypeSwitch<Operation *, unsigned>(op)
          .Case<CastOp, LinearOp, ConvOp, ScaleOp, QuantizeOp, PoolOp, PadOp, ReshapeOp, BatchNormOp, SliceOp, ReduceOp,
                TransposeOp, RepeatTimeOp, NeuronOp>([](auto) { return 1; })
          .Case<MatmulOp, AddOp, MaskOp, MapOp, ConcatOp>([](Operation *all) { return all->getNumOperands(); })
          .Default([](Operation *) { return 0; });
  return numOperands > 0;
}

namespace {

class TimeAdder {
public:
  TimeAdder(OpBuilder &builder, int64_t steps, function_ref<bool(Value)> hasTime)
      : builder(builder), steps(steps), hasTime(hasTime) {}

  FailureOr<Value> add(Operation *op) {
    unsigned numOperands;
    if (!canAddTimeAxis(op, numOperands))
      return op->emitOpError() << "cannot be lifted over time, expected an op that works on one time step";
    if (auto repetition = dyn_cast<RepeatTimeOp>(op))
      return addToRepeat(repetition);
    if (auto neuron = dyn_cast<NeuronOp>(op); neuron && !neuron.getInit().empty())
      return op->emitOpError() << "cannot be lifted over time: the source gives it the state to start from";
    moveAxes(op);
    if (isa<MatmulOp, ConcatOp>(op))
      repeatOperands(op);
    if (isa<AddOp, MaskOp, MapOp>(op))
      alignOperands(op);
    for (Value value : op->getResults())
      value.setType(withLeadingAxis(tensorOf(value), steps));
    return op->getResult(0);
  }

private:
  void moveAxes(Operation *op) {
    llvm::TypeSwitch<Operation *>(op)
        .Case([](NeuronOp neuron) {
          if (!neuron.getModel().getStateNames().empty()) // without state, a step is like any other op
            neuron.setSingleStep(false);
          neuron.setTrace(!neuron.getFinalState().empty()); // each step's states are read
          if (neuron.getAxis())
            neuron.setAxis(*neuron.getAxis() + 1);
        })
        .Case<BatchNormOp, SliceOp, ConcatOp>([](auto other) { other.setAxis(other.getAxis() + 1); })
        .Case([](ReduceOp reduce) {
          SmallVector<int64_t> dims(reduce.getDims());
          for (int64_t &dim : dims)
            ++dim;
          reduce.setDims(dims);
        })
        .Case([](TransposeOp transpose) {
          SmallVector<int64_t> permutation = {0};
          for (int64_t axis : transpose.getPermutation())
            permutation.push_back(axis + 1);
          transpose.setPermutation(permutation);
        });
  }

  void repeatOperands(Operation *op) {
    for (OpOperand &operand : op->getOpOperands())
      if (Value value = operand.get(); !hasTime(value))
        operand.set(RepeatTimeOp::create(builder, value.getLoc(), withLeadingAxis(tensorOf(value), steps), value));
  }

  /// Axes are aligned at the end, so an operand of fewer axes needs ones between time and its own.
  void alignOperands(Operation *op) {
    int64_t rank = tensorOf(op->getResult(0)).getRank();
    for (OpOperand &operand : op->getOpOperands()) {
      RankedTensorType type = tensorOf(operand.get());
      int64_t missing = rank + 1 - type.getRank();
      if (!hasTime(operand.get()) || missing == 0)
        continue;
      SmallVector<int64_t> shape(type.getShape());
      shape.insert(shape.begin() + 1, missing, 1);
      operand.set(
          ReshapeOp::create(builder, op->getLoc(), RankedTensorType::get(shape, type.getElementType()), operand.get()));
    }
  }

  /// A repetition within the step stays behind the time axis.
  Value addToRepeat(RepeatTimeOp op) {
    RankedTensorType stepType = tensorOf(op.getResult());
    op.getResult().setType(withLeadingAxis(tensorOf(op.getInput()), stepType.getDimSize(0)));
    auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, stepType.getRank() + 1));
    std::swap(permutation[0], permutation[1]);
    builder.setInsertionPointAfter(op);
    Value swapped =
        TransposeOp::create(builder, op.getLoc(), withLeadingAxis(stepType, steps), op.getResult(), permutation);
    op.getResult().replaceAllUsesExcept(swapped, swapped.getDefiningOp());
    return swapped;
  }

  OpBuilder &builder;
  int64_t steps;
  function_ref<bool(Value)> hasTime;
};

} // namespace

FailureOr<Value> mlir::spike::addTimeAxis(OpBuilder &builder, Operation *op, int64_t steps,
                                          function_ref<bool(Value)> hasTime) {
  return TimeAdder(builder, steps, hasTime).add(op);
}
