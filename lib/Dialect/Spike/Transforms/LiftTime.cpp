// SPDX-License-Identifier: Apache-2.0
// spike-lift-time: from one time step to all of them, and which arguments carry a time axis.
#include "TimeAxis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

#include "llvm/ADT/SmallBitVector.h"

namespace mlir::spike {

#define GEN_PASS_DEF_LIFTTIMEPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

RankedTensorType tensorOf(Value value) { return cast<RankedTensorType>(value.getType()); }

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
      auto hasTime = [&](Value value) { return lifted.contains(value); };
      FailureOr<Value> result = addTimeAxis(builder, op, steps, hasTime);
      if (failed(result))
        return failure();
      lifted.insert(op->result_begin(), op->result_end());
      lifted.insert(*result);
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
