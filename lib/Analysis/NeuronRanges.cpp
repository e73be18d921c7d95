// SPDX-License-Identifier: Apache-2.0
// A neuron's step on intervals. The model builds the step itself, as it does for compiled code, so that a new neuron
// needs nothing here; an operation that this file does not know makes the neuron inexact.
#include "spike/Analysis/RangeAnalysis.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// One step as a block: arguments are the states, the current and the parameter operands.
class Step {
public:
  explicit Step(NeuronOp op) : states(op.getModel().getStateNames().size()) {
    OpBuilder builder(op.getContext());
    builder.setInsertionPointToEnd(&block);
    for (size_t i = 0; i < states + 1 + op.getParams().size(); ++i)
      block.addArgument(builder.getF32Type(), op.getLoc());
    auto param = [&](StringRef name) -> Value {
      for (size_t i = 0; i < op.getParams().size(); ++i)
        if (cast<StringAttr>(op.getParamNamesAttr()[i]).getValue() == name)
          return block.getArgument(states + 1 + i);
      return {};
    };
    SmallVector<Value> next(block.getArguments().take_front(states));
    output = op.getModel().buildStep(builder, op.getLoc(), next, block.getArgument(states), param);
    results = next;
    results.push_back(output);
  }

  /// Replaces the states by those after the step and gives the output; false if anything may be rounded.
  bool run(SmallVectorImpl<GridRange> &arguments, GridRange &outputRange) {
    llvm::DenseMap<Value, GridRange> ranges;
    for (auto [argument, range] : llvm::zip_equal(block.getArguments(), arguments))
      ranges[argument] = range;
    for (Operation &op : block) {
      SmallVector<GridRange> operands;
      for (Value operand : op.getOperands())
        operands.push_back(ranges.lookup(operand));
      GridRange range = evaluate(&op, operands);
      if (op.getNumResults() != 1 || !range.isGrid())
        return false;
      ranges[op.getResult(0)] = range;
    }
    for (size_t i = 0; i < states; ++i)
      arguments[i] = ranges.lookup(results[i]);
    outputRange = ranges.lookup(output);
    return true;
  }

private:
  static GridRange evaluate(Operation *op, ArrayRef<GridRange> in) {
    return llvm::TypeSwitch<Operation *, GridRange>(op)
        .Case([](arith::ConstantOp constant) {
          auto value = dyn_cast<FloatAttr>(constant.getValue());
          return value && value.getType().isF32() ? GridRange::of(value.getValue().convertToFloat())
                                                  : GridRange::real();
        })
        .Case([&](arith::AddFOp) { return in[0] + in[1]; })
        .Case([&](arith::SubFOp) { return in[0] - in[1]; })
        .Case([&](arith::MulFOp) { return in[0] * in[1]; })
        .Case([&](arith::DivFOp) { return in[0] / in[1]; })
        .Case([&](arith::NegFOp) { return GridRange::zero() - in[0]; })
        .Case([&](arith::CmpFOp) {
          return in[0].isGrid() && in[1].isGrid() ? GridRange::get(0, 1, 0) : GridRange::real();
        })
        .Case([&](arith::SelectOp) { return GridRange::join(in[1], in[2]); })
        .Case([&](arith::UIToFPOp) { return in[0]; })
        .Default([](Operation *) { return GridRange::real(); });
  }

  size_t states;
  Block block;
  SmallVector<Value> results;
  Value output;
};

} // namespace

/// Ranges of a model that computes in integers, of states of so many bits.
static NeuronRanges computeIntegerRanges(NeuronOp op, unsigned bits, ArrayRef<GridRange> operands,
                                         NeuronRanges result) {
  result.exact = llvm::all_of(operands, [](const GridRange &range) { return range.getFractionBits() <= 0; });
  if (!result.exact)
    return result;
  int64_t half = int64_t(1) << (bits - 1);
  for (GridRange &state : result.finalStates)
    state = GridRange::get(-half, half, 0);
  double low = operands.front().getLowValue(), high = operands.front().getHighValue();
  if (!result.finalStates.empty() && op.getInit().empty() && op.getParams().empty() &&
      op.getModel().boundMembrane(low, high, op.getTimeSteps()))
    result.finalStates.front() = result.finalStates.front().clampedTo(low, high);
  return result;
}

NeuronRanges mlir::spike::computeNeuronRanges(NeuronOp op, ArrayRef<GridRange> operands) {
  NeuronModelAttrInterface model = op.getModel();
  size_t states = model.getStateNames().size(), inits = op.getInit().size();
  NeuronRanges result;
  result.finalStates.assign(op.getFinalState().size(), GridRange::real());
  if (std::optional<uint64_t> max = model.getMaxOutput())
    result.output = GridRange::get(model.getMinOutput(), *max, 0);
  if (!llvm::all_of(operands, [](const GridRange &range) { return range.isGrid(); }))
    return result;

  const GridRange &current = operands.front();
  if (std::optional<unsigned> bits = model.getStateBits())
    return computeIntegerRanges(op, *bits, operands, std::move(result));
  SmallVector<GridRange> arguments;
  auto getStart = [&](unsigned index) {
    if (inits)
      return operands[1 + index];
    StringRef name = model.getStateResetParam(index);
    for (size_t i = 0; i < op.getParams().size(); ++i)
      if (cast<StringAttr>(op.getParamNamesAttr()[i]).getValue() == name)
        return operands[1 + i];
    return GridRange::of(static_cast<float>(model.getStateReset(index)));
  };
  for (size_t i = 0; i < states; ++i)
    arguments.push_back(getStart(i));
  arguments.push_back(current);
  llvm::append_range(arguments, operands.drop_front(1 + inits));

  // The step forgets that its intermediates depend on each other, so intervals grow too wide over time; the model's own
  // bound keeps the membrane in place. It holds for the model's own parameters and reset value only, which it takes
  // before they are rounded to f32: hence the slack.
  double low = current.getLowValue(), high = current.getHighValue();
  bool bounded = inits == 0 && op.getParams().empty() && model.boundMembrane(low, high, op.getTimeSteps());
  double slack = 1e-5 * std::max(std::abs(low), std::abs(high));

  Step step(op);
  GridRange output;
  SmallVector<GridRange> seen(states);
  for (int64_t t = 0; t < op.getTimeSteps(); ++t) {
    GridRange now;
    if (!step.run(arguments, now))
      return result;
    if (bounded)
      arguments[0] = arguments[0].clampedTo(low - slack, high + slack);
    if (!llvm::all_of(arguments, [](const GridRange &range) { return range.isGrid(); }))
      return result;
    output = GridRange::join(output, now);
    for (size_t i = 0; i < states; ++i)
      seen[i] = op.getTrace() ? GridRange::join(seen[i], arguments[i]) : arguments[i];
  }
  result.exact = true;
  if (!model.getMaxOutput())
    result.output = output;
  for (auto [i, range] : llvm::enumerate(result.finalStates))
    range = seen[i];
  return result;
}
