// SPDX-License-Identifier: Apache-2.0
// spike-lift-time: from one time step to all of them, and which arguments carry a time axis.
#include "spike/Dialect/Spike/Transforms/Passes.h"

#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::spike {

#define GEN_PASS_DEF_LIFTTIMEPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

RankedTensorType tensorOf(Value value) { return cast<RankedTensorType>(value.getType()); }

RankedTensorType withLeadingAxis(RankedTensorType type, int64_t size) {
  SmallVector<int64_t> shape = {size};
  llvm::append_range(shape, type.getShape());
  return RankedTensorType::get(shape, type.getElementType());
}

/// Rewrites the body of one function in place, in order.
class Lifter {
public:
  Lifter(func::FuncOp function, int64_t steps) : function(function), steps(steps), builder(function.getContext()) {}

  LogicalResult run() {
    Block &body = function.getBody().front();
    SmallVector<Operation *> ops;
    for (Operation &op : body.without_terminator())
      ops.push_back(&op);
    builder.setInsertionPointToStart(&body);
    for (BlockArgument argument : body.getArguments()) {
      Value repeated = repeat(argument);
      argument.replaceAllUsesExcept(repeated, repeated.getDefiningOp());
      lifted.insert(repeated);
    }
    for (Operation *op : ops) {
      if (!llvm::any_of(op->getOperands(), [&](Value operand) { return lifted.contains(operand); }))
        continue;
      builder.setInsertionPoint(op);
      if (failed(lift(op)))
        return failure();
      lifted.insert(op->result_begin(), op->result_end());
    }
    auto terminator = cast<func::ReturnOp>(body.getTerminator());
    builder.setInsertionPoint(terminator);
    for (OpOperand &operand : terminator->getOpOperands())
      if (!lifted.contains(operand.get()))
        operand.set(repeat(operand.get()));
    function.setType(builder.getFunctionType(body.getArgumentTypes(), terminator.getOperandTypes()));
    return success();
  }

private:
  Value repeat(Value value) {
    return RepeatTimeOp::create(builder, value.getLoc(), withLeadingAxis(tensorOf(value), steps), value);
  }

  /// Gives the results of `op` their time axis and moves its axis numbers by one.
  LogicalResult lift(Operation *op) {
    LogicalResult result =
        TypeSwitch<Operation *, LogicalResult>(op)
            .Case<CastOp, LinearOp, ConvOp, ScaleOp, PoolOp, PadOp, ReshapeOp>([](Operation *) { return success(); })
            .Case([&](NeuronOp neuron) {
              if (!neuron.getModel().getStateNames().empty())
                neuron.setSingleStep(false);
              return moveAxis(neuron);
            })
            .Case([&](BatchNormOp norm) { return moveAxis(norm); })
            .Case([&](SliceOp slice) { return moveAxis(slice); })
            .Case([&](ReduceOp reduce) {
              SmallVector<int64_t> dims(reduce.getDims());
              for (int64_t &dim : dims)
                ++dim;
              reduce.setDims(dims);
              return success();
            })
            .Case([&](TransposeOp transpose) {
              SmallVector<int64_t> permutation = {0};
              for (int64_t axis : transpose.getPermutation())
                permutation.push_back(axis + 1);
              transpose.setPermutation(permutation);
              return success();
            })
            .Case([&](MatmulOp matmul) {
              for (OpOperand &operand : matmul->getOpOperands())
                if (!lifted.contains(operand.get()))
                  operand.set(repeat(operand.get()));
              return success();
            })
            .Case<AddOp, MaskOp, MapOp>([&](Operation *) { return alignOperands(op); })
            .Case([&](RepeatTimeOp repetition) { return liftRepeat(repetition); })
            .Default([](Operation *other) {
              return other->emitOpError() << "cannot be lifted over time, expected an op that works on one time step";
            });
    if (failed(result))
      return failure();
    if (!isa<RepeatTimeOp>(op))
      for (Value value : op->getResults())
        value.setType(withLeadingAxis(tensorOf(value), steps));
    return success();
  }

  template <typename OpTy>
  LogicalResult moveAxis(OpTy op) {
    if constexpr (std::is_same_v<OpTy, NeuronOp>) {
      if (op.getAxis())
        op.setAxis(*op.getAxis() + 1);
    } else {
      op.setAxis(op.getAxis() + 1);
    }
    return success();
  }

  /// Axes are aligned at the end, so an operand of fewer axes needs ones between time and its own.
  LogicalResult alignOperands(Operation *op) {
    int64_t rank = tensorOf(op->getResult(0)).getRank();
    for (OpOperand &operand : op->getOpOperands()) {
      RankedTensorType type = tensorOf(operand.get());
      int64_t missing = rank + 1 - type.getRank();
      if (!lifted.contains(operand.get()) || missing == 0)
        continue;
      SmallVector<int64_t> shape(type.getShape());
      shape.insert(shape.begin() + 1, missing, 1);
      operand.set(
          ReshapeOp::create(builder, op->getLoc(), RankedTensorType::get(shape, type.getElementType()), operand.get()));
    }
    return success();
  }

  /// A repetition within the step stays behind the time axis.
  LogicalResult liftRepeat(RepeatTimeOp op) {
    RankedTensorType stepType = tensorOf(op.getResult());
    op.getResult().setType(withLeadingAxis(tensorOf(op.getInput()), stepType.getDimSize(0)));
    auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, stepType.getRank() + 1));
    std::swap(permutation[0], permutation[1]);
    builder.setInsertionPointAfter(op);
    Value swapped =
        TransposeOp::create(builder, op.getLoc(), withLeadingAxis(stepType, steps), op.getResult(), permutation);
    op.getResult().replaceAllUsesExcept(swapped, swapped.getDefiningOp());
    lifted.insert(swapped);
    return success();
  }

  func::FuncOp function;
  int64_t steps;
  OpBuilder builder;
  llvm::DenseSet<Value> lifted;
};

/// Marks the arguments that a multi-step neuron sees without a repetition in between: their leading axis is time.
void markTimeAxes(func::FuncOp function) {
  unsigned count = function.getNumArguments();
  llvm::DenseMap<Value, llvm::SmallBitVector> sources;
  for (BlockArgument argument : function.getArguments()) {
    llvm::SmallBitVector self(count);
    self.set(argument.getArgNumber());
    sources[argument] = self;
  }
  llvm::SmallBitVector timed(count);
  for (Operation &op : function.getBody().front()) {
    llvm::SmallBitVector reached(count);
    if (!isa<RepeatTimeOp, EncodeOp>(op))
      for (Value operand : op.getOperands())
        if (auto source = sources.find(operand); source != sources.end())
          reached |= source->second;
    if (auto neuron = dyn_cast<NeuronOp>(op); neuron && !neuron.getSingleStep())
      for (int index : reached.set_bits())
        if (RankedTensorType type = tensorOf(function.getArgument(index));
            type.getRank() > 1 && type.getDimSize(0) == neuron.getTimeSteps())
          timed.set(index);
    for (Value result : op.getResults())
      sources[result] = reached;
  }
  for (int index : timed.set_bits())
    function.setArgAttr(index, "spike.time_axis", UnitAttr::get(function.getContext()));
}

struct LiftTimePass : impl::LiftTimePassBase<LiftTimePass> {
  using LiftTimePassBase::LiftTimePassBase;

  void runOnOperation() override {
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && failed(run(function)))
        return signalPassFailure();
  }

  LogicalResult run(func::FuncOp function) {
    NeuronOp single, multi;
    function.walk([&](NeuronOp neuron) {
      if (!neuron.getModel().getStateNames().empty()) // without state a step is like any other op
        (neuron.getSingleStep() ? single : multi) = neuron;
    });
    if (single && multi) {
      InFlightDiagnostic diagnostic = single.emitOpError()
                                      << "runs a single time step, but another neuron of '" << function.getName()
                                      << "' runs " << multi.getTimeSteps() << "; use one step mode for the whole model";
      diagnostic.attachNote(multi.getLoc()) << "the other neuron is here";
      return failure();
    }
    if (!single && (multi || !always)) {
      markTimeAxes(function);
      return success();
    }
    if (timeSteps < 1)
      return emitError(function.getLoc()) << "function '" << function.getName()
                                          << "' computes one time step and needs the number of time steps, expected "
                                             "time-steps of at least 1, got "
                                          << timeSteps.getValue();
    if (!function.getBody().hasOneBlock())
      return emitError(function.getLoc())
             << "function '" << function.getName() << "' cannot be lifted over time, expected one block";
    return Lifter(function, timeSteps).run();
  }
};

} // namespace
} // namespace mlir::spike
