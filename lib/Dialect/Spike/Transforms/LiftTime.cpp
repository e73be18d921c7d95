// SPDX-License-Identifier: Apache-2.0
// spike-lift-time: from one time step to all of them, and which arguments carry a time axis.
#include "TimeAxis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

#include "llvm/ADT/BitVector.h"

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

/// Marks the arguments whose leading axis is time: those that a multi-step neuron sees without a repetition in between,
/// and those whose steps, one by one, all reach neurons of one step that hand their state on (a run written out).
class TimeAxisMarker {
public:
  explicit TimeAxisMarker(func::FuncOp function) : function(function) {
    for (BlockArgument argument : function.getArguments()) {
      firstBit.push_back(numBits);
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      length.push_back(type && type.getRank() > 1 ? type.getDimSize(0) : 0);
      numBits += 1 + length.back();
    }
  }

  void run() {
    for (auto [index, argument] : llvm::enumerate(function.getArguments()))
      setBit(argument, firstBit[index]);
    llvm::BitVector timed(length.size()), seenByStep(numBits);
    bool handsOn = false;
    for (Operation &op : function.getBody().front()) {
      llvm::BitVector reached = visit(&op);
      auto neuron = dyn_cast<NeuronOp>(op);
      if (!neuron || neuron.getSingleStep())
        continue;
      for (size_t index = 0; index < length.size(); ++index)
        if (length[index] && reached.test(firstBit[index]) && length[index] == neuron.getTimeSteps())
          timed.set(index);
      if (neuron.getTimeSteps() == 1 && !neuron.getModel().getStateNames().empty()) {
        seenByStep |= reached;
        handsOn |= !neuron.getInit().empty();
      }
    }
    for (size_t index = 0; index < length.size(); ++index) {
      unsigned first = firstBit[index] + 1, end = first + length[index];
      bool writtenOut = handsOn && length[index] > 1 && seenByStep.find_first_unset_in(first, end) == -1;
      if (timed.test(index) || writtenOut)
        function.setArgAttr(index, "spike.time_axis", UnitAttr::get(function.getContext()));
    }
  }

private:
  /// What a value comes from: for each argument a bit for it as a whole, and one for each step of its leading axis.
  llvm::BitVector visit(Operation *op) {
    llvm::BitVector reached(numBits);
    if (!isa<RepeatTimeOp, EncodeOp>(op))
      for (Value operand : op->getOperands())
        if (auto origin = origins.find(operand); origin != origins.end())
          reached |= origin->second;
    if (auto slice = dyn_cast<SliceOp>(op); slice && slice.getAxis() == 0 && tensorOf(slice).getDimSize(0) == 1)
      for (size_t index = 0; index < length.size(); ++index)
        if (reached.test(firstBit[index]) && tensorOf(slice.getInput()).getDimSize(0) == length[index]) {
          reached.reset(firstBit[index]);
          reached.set(firstBit[index] + 1 + slice.getOffset());
        }
    for (Value result : op->getResults())
      origins[result] = reached;
    return reached;
  }

  void setBit(Value value, unsigned bit) {
    llvm::BitVector bits(numBits);
    bits.set(bit);
    origins[value] = bits;
  }

  func::FuncOp function;
  SmallVector<int64_t> length;
  SmallVector<unsigned> firstBit;
  unsigned numBits = 0;
  llvm::DenseMap<Value, llvm::BitVector> origins;
};

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
      TimeAxisMarker(function).run();
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
