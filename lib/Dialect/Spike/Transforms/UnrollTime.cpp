// SPDX-License-Identifier: Apache-2.0
// spike-unroll-time: cut the time loop of each neuron into pieces.
#include "mlir/IR/PatternMatch.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_UNROLLTIMEPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

/// `type` with `steps` time steps.
RankedTensorType withSteps(Type type, int64_t steps) {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<int64_t> shape(tensor.getShape());
  shape.front() = steps;
  return tensor.clone(shape);
}

/// The last step of a train over time, of type `state`.
Value takeLastStep(IRRewriter &rewriter, Location loc, Value train, RankedTensorType state) {
  int64_t last = cast<RankedTensorType>(train.getType()).getDimSize(0) - 1;
  Value step = SliceOp::create(rewriter, loc, withSteps(train.getType(), 1), train, /*axis=*/0, last);
  return ReshapeOp::create(rewriter, loc, state, step);
}

/// Replaces `neuron` by a chain of neurons over at most `factor` steps each.
void unroll(NeuronOp neuron, int64_t factor, IRRewriter &rewriter) {
  rewriter.setInsertionPoint(neuron);
  Location loc = neuron.getLoc();
  int64_t total = neuron.getTimeSteps();
  auto state = RankedTensorType::get(neuron.getStateShape(), rewriter.getF32Type());
  size_t numStates = neuron.getModel().getStateNames().size();
  SmallVector<Value> states(neuron.getInit());
  // The output of every piece, and of a trace the states.
  SmallVector<SmallVector<Value>> pieces(1 + (neuron.getTrace() ? numStates : 0));
  for (int64_t start = 0; start < total; start += factor) {
    int64_t steps = std::min(factor, total - start);
    Value current = SliceOp::create(rewriter, loc, withSteps(neuron.getInput().getType(), steps), neuron.getInput(),
                                    /*axis=*/0, start);
    bool givesState = start + steps < total || !neuron.getFinalState().empty();
    SmallVector<Type> stateTypes(
        givesState ? numStates : 0,
        neuron.getTrace() ? withSteps(neuron.getInput().getType(), steps).clone(rewriter.getF32Type()) : state);
    StringAttr path;
    if (neuron.getPath())
      path = rewriter.getStringAttr(*neuron.getPath() + "[" + Twine(start) + ":" + Twine(start + steps) + "]");
    auto piece = NeuronOp::create(rewriter, loc, withSteps(neuron.getOutput().getType(), steps), stateTypes, current,
                                  states, neuron.getParams(), neuron.getModel(), neuron.getParamNamesAttr(),
                                  neuron.getAxisAttr(), path, /*single_step=*/UnitAttr(), neuron.getTraceAttr());
    states.assign(piece.getFinalState().begin(), piece.getFinalState().end());
    for (auto [values, result] : llvm::zip(pieces, piece->getResults()))
      values.push_back(result);
    if (neuron.getTrace())
      for (Value &value : states)
        value = takeLastStep(rewriter, loc, value, state);
  }
  SmallVector<Value> results;
  for (auto [values, result] : llvm::zip(pieces, neuron->getResults()))
    results.push_back(ConcatOp::create(rewriter, loc, result.getType(), values, rewriter.getI64IntegerAttr(0)));
  if (!neuron.getTrace() && !neuron.getFinalState().empty())
    llvm::append_range(results, states);
  rewriter.replaceOp(neuron, results);
}

struct UnrollTimePass : impl::UnrollTimePassBase<UnrollTimePass> {
  using UnrollTimePassBase::UnrollTimePassBase;

  void runOnOperation() override {
    if (factor < 1) {
      emitError(getOperation().getLoc()) << "spike-unroll-time: expected a factor of at least 1, got "
                                         << static_cast<int64_t>(factor);
      return signalPassFailure();
    }
    SmallVector<NeuronOp> neurons;
    getOperation().walk([&](NeuronOp neuron) {
      if (!neuron.getSingleStep() && neuron.getTimeSteps() > factor)
        neurons.push_back(neuron);
    });
    IRRewriter rewriter(&getContext());
    for (NeuronOp neuron : neurons)
      unroll(neuron, factor, rewriter);
  }
};

} // namespace
} // namespace mlir::spike
