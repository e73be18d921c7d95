// SPDX-License-Identifier: Apache-2.0
// spike-roll-time: from a program that steps time itself to neurons over all of its steps.
#include "GatherSteps.h"
#include "TimeAxis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::spike {

#define GEN_PASS_DEF_ROLLTIMEPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

using Chain = SmallVector<NeuronOp>;

RankedTensorType tensorOf(Value value) { return cast<RankedTensorType>(value.getType()); }

/// Nothing is erased before the end: the gatherer knows values by their address.
class Roller {
public:
  Roller(func::FuncOp function, bool always)
      : body(function.front()), rewriter(function.getContext()), gatherer(rewriter), always(always) {
    rewriter.setInsertionPoint(body.getTerminator());
  }

  void run() {
    SmallVector<Chain> chains = findChains();
    if (chains.empty() || (!always && llvm::all_of(chains, [](const Chain &chain) { return chain.size() == 1; })))
      return;
    for (const Chain &chain : chains) {
      std::string path = nameChain(chain.front());
      if (isRecurrent(chain))
        unroll(chain, path);
      else
        roll(chain, path);
    }
    joinParts();
    sortTopologically(&body);
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

private:
  /// The single-step neurons, each behind the one whose last state it starts from.
  SmallVector<Chain> findChains() {
    SmallVector<Chain> chains;
    llvm::DenseMap<Operation *, size_t> ends;
    for (NeuronOp neuron : body.getOps<NeuronOp>()) {
      if (!neuron.getSingleStep() || neuron.getModel().getStateNames().empty())
        continue; // without state, a step is like any other op
      auto before = neuron.getInit().empty() ? NeuronOp() : neuron.getInit().front().getDefiningOp<NeuronOp>();
      auto end = ends.find(before);
      size_t index = chains.size();
      if (before && end != ends.end() && continues(before, neuron)) {
        index = end->second;
        ends.erase(end); // of two neurons that start from one state, the second is a chain of its own
        chains[index].push_back(neuron);
      } else {
        chains.push_back({neuron});
      }
      ends[neuron] = index;
    }
    return chains;
  }

  static bool continues(NeuronOp before, NeuronOp neuron) {
    return before.getModel() == neuron.getModel() && before.getPathAttr() == neuron.getPathAttr() &&
           before.getInput().getType() == neuron.getInput().getType() &&
           before.getOutput().getType() == neuron.getOutput().getType() &&
           before.getAxisAttr() == neuron.getAxisAttr() && before.getParamNamesAttr() == neuron.getParamNamesAttr() &&
           before.getParams() == neuron.getParams() && llvm::equal(before.getFinalState(), neuron.getInit());
  }

  /// A path that no other chain has; a module that starts anew in one inference has several chains.
  std::string nameChain(NeuronOp first) {
    std::string stem = first.getPath().value_or("").str(), path = stem;
    for (int64_t number = 1; first.getPath() && !paths.insert(path).second; ++number)
      path = stem + "#" + std::to_string(number);
    return path;
  }

  /// Whether a current depends on what the chain itself has put out before.
  static bool isRecurrent(const Chain &chain) {
    llvm::SmallPtrSet<Operation *, 32> own(chain.begin(), chain.end()), seen;
    SmallVector<Value> worklist;
    for (NeuronOp neuron : chain)
      worklist.push_back(neuron.getInput());
    while (!worklist.empty()) {
      Operation *op = worklist.pop_back_val().getDefiningOp();
      if (!op || !seen.insert(op).second)
        continue;
      if (own.contains(op))
        return true;
      llvm::append_range(worklist, op->getOperands());
    }
    return false;
  }

  StringAttr getPath(NeuronOp neuron, const Twine &path) {
    return neuron.getPath() ? rewriter.getStringAttr(path) : StringAttr();
  }

  NeuronOp createNeuron(NeuronOp first, Value current, ValueRange init, TypeRange states, StringAttr path, bool trace) {
    IntegerAttr axis = first.getAxis() ? rewriter.getI64IntegerAttr(*first.getAxis() + 1) : IntegerAttr();
    RankedTensorType type = tensorOf(current).clone(tensorOf(first.getOutput()).getElementType());
    return NeuronOp::create(rewriter, first.getLoc(), type, states, current, init, first.getParams(), first.getModel(),
                            first.getParamNamesAttr(), axis, path, /*single_step=*/UnitAttr(),
                            trace ? rewriter.getUnitAttr() : UnitAttr());
  }

  /// One neuron over all steps of the chain.
  void roll(const Chain &chain, const std::string &path) {
    NeuronOp first = chain.front(), last = chain.back();
    SmallVector<Value> currents;
    for (NeuronOp neuron : chain)
      currents.push_back(neuron.getInput());
    Value current = gatherer.gather(currents);
    bool trace = false;
    for (NeuronOp neuron : ArrayRef(chain).drop_back())
      for (Value state : neuron.getFinalState())
        trace |= llvm::any_of(state.getUses(), [&](OpOperand &use) { return !isInChain(use, chain); });
    RankedTensorType state = tensorOf(first.getInput()), train = withLeadingAxis(state, chain.size());
    SmallVector<Type> states(last.getFinalState().empty() && !trace ? 0 : first.getModel().getStateNames().size(),
                             trace ? train : state);
    NeuronOp rolled = createNeuron(first, current, first.getInit(), states, getPath(first, path), trace);
    for (size_t t = 0; t < chain.size(); ++t) {
      NeuronOp neuron = chain[t];
      neuron.getOutput().replaceAllUsesWith(takeStep(rolled.getOutput(), t));
      for (auto [old, result] : llvm::zip(neuron.getFinalState(), rolled.getFinalState()))
        if (trace)
          old.replaceUsesWithIf(takeStep(result, t), [&](OpOperand &use) { return !isInChain(use, chain); });
        else if (neuron == last)
          old.replaceAllUsesWith(result);
    }
  }

  static bool isInChain(OpOperand &use, const Chain &chain) { return llvm::is_contained(chain, use.getOwner()); }

  Value takeStep(Value train, int64_t t) {
    RankedTensorType type = tensorOf(train);
    SmallVector<int64_t> shape(type.getShape());
    shape.front() = 1;
    if (type.getDimSize(0) != 1)
      train = SliceOp::create(rewriter, train.getLoc(), type.clone(shape), train, /*axis=*/0, t);
    return ReshapeOp::create(rewriter, train.getLoc(), type.clone(ArrayRef(shape).drop_front()), train);
  }

  /// The steps of a recurrent chain stay apart, each a neuron over one step.
  void unroll(const Chain &chain, const std::string &path) {
    for (size_t t = 0; t < chain.size(); ++t) {
      NeuronOp neuron = chain[t];
      Value current = gatherer.gather(neuron.getInput());
      StringAttr name = getPath(neuron, chain.size() == 1 ? path : path + "[" + Twine(t) + ":" + Twine(t + 1) + "]");
      NeuronOp step = createNeuron(neuron, current, neuron.getInit(), neuron.getFinalState().getTypes(), name, false);
      neuron.getOutput().replaceAllUsesWith(takeStep(step.getOutput(), 0));
      for (auto [old, result] : llvm::zip_equal(neuron.getFinalState(), step.getFinalState()))
        old.replaceAllUsesWith(result);
    }
  }

  /// Results that the source has put together step by step are gathered as well, where that needs no concatenation.
  void joinParts() {
    for (ConcatOp concat : llvm::to_vector(body.getOps<ConcatOp>())) {
      SmallVector<Value> parts(concat.getInputs());
      if (parts.size() < 2 || !llvm::all_equal(concat.getInputs().getTypes()))
        continue;
      int64_t axis = concat.getAxis();
      if (Value train = gatherer.gatherWithoutConcat(unstack(parts, axis)))
        concat.getResult().replaceAllUsesWith(
            reshapeTo(rewriter, concat.getLoc(), moveTime(train, axis), concat.getType().getShape()));
    }
  }

  /// The values that were given an axis of one to be put together along it.
  static SmallVector<Value> unstack(ArrayRef<Value> parts, int64_t axis) {
    SmallVector<Value> values;
    for (Value part : parts) {
      SmallVector<int64_t> rest(tensorOf(part).getShape());
      rest.erase(rest.begin() + axis);
      auto reshape = part.getDefiningOp<ReshapeOp>();
      if (!reshape || tensorOf(reshape.getInput()).getShape() != ArrayRef(rest))
        return llvm::to_vector(parts);
      values.push_back(reshape.getInput());
    }
    return values;
  }

  /// Moves the leading axis to place `axis`.
  Value moveTime(Value train, int64_t axis) {
    if (axis == 0)
      return train;
    RankedTensorType type = tensorOf(train);
    SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(1, axis + 1)), shape;
    permutation.push_back(0);
    llvm::append_range(permutation, llvm::seq<int64_t>(axis + 1, type.getRank()));
    for (int64_t i : permutation)
      shape.push_back(type.getDimSize(i));
    return TransposeOp::create(rewriter, train.getLoc(), type.clone(shape), train, permutation);
  }

  Block &body;
  IRRewriter rewriter;
  StepGatherer gatherer;
  bool always;
  llvm::StringSet<> paths;
};

struct RollTimePass : impl::RollTimePassBase<RollTimePass> {
  using RollTimePassBase::RollTimePassBase;

  void runOnOperation() override {
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>()) {
      if (function.isExternal() || !function.getBody().hasOneBlock())
        continue;
      auto singleStep = [](NeuronOp neuron) { return neuron.getSingleStep(); };
      if (llvm::none_of(function.front().getOps<NeuronOp>(), singleStep))
        continue;
      // Equal ops become one, so that equal values are one value.
      DominanceInfo dominance(function);
      IRRewriter rewriter(&getContext());
      eliminateCommonSubExpressions(rewriter, dominance, function);
      Roller(function, always).run();
    }
  }
};

} // namespace
} // namespace mlir::spike
