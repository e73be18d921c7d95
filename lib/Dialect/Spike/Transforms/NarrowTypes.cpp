// SPDX-License-Identifier: Apache-2.0
// spike-narrow-types: hold spikes as i1 and their sums as counts.
#include "mlir/IR/TypeUtilities.h"
#include "spike/Analysis/RangeAnalysis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::spike {

#define GEN_PASS_DEF_NARROWTYPESPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

Type getElement(Value value) { return getElementTypeOrSelf(value.getType()); }

/// Whether an operand may hold any element type: an activation rather than a weight, a parameter or a state.
bool isActivation(OpOperand &use) {
  Operation *op = use.getOwner();
  if (!isa_and_nonnull<SpikeDialect>(op->getDialect()) || isa<EncodeOp, QuantizeOp>(op))
    return false;
  return use.getOperandNumber() == 0 || !isa<LinearOp, ConvOp, BatchNormOp, NeuronOp>(op);
}

class Narrowing {
public:
  explicit Narrowing(Operation *root) : ranges(root) {}

  /// Ops come in order, so the operands of `op` have their final types.
  void run(Operation *op) {
    if (!isa<SpikeDialect>(op->getDialect()) || op->getNumResults() == 0 || !getElement(op->getResult(0)).isF32())
      return;
    if (auto cast = dyn_cast<CastOp>(op))
      return lookThrough(cast);
    Type element = chooseElement(op);
    if (!element || element.isF32())
      return;
    Value result = op->getResult(0);
    auto real = cast<RankedTensorType>(result.getType());
    result.setType(real.clone(element));
    if (llvm::all_of(result.getUses(), isActivation))
      return;
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    Value widened = CastOp::create(builder, op->getLoc(), real, result);
    result.replaceUsesWithIf(
        widened, [&](OpOperand &use) { return use.getOwner() != widened.getDefiningOp() && !isActivation(use); });
  }

private:
  /// Readers of a cast from integers read the integers.
  void lookThrough(CastOp op) {
    if (!spike::getMaxCount(getElement(op.getInput())))
      return;
    op.getResult().replaceUsesWithIf(op.getInput(), isActivation);
    if (op->use_empty())
      op->erase();
  }

  /// The element type that holds every value of the first result; null if it stays as it is.
  Type chooseElement(Operation *op) {
    // An f32 operand makes a real result, whatever its values.
    auto ifCounted = [&](auto) { return areCounted(op) ? getCountElement(op->getResult(0)) : Type(); };
    return llvm::TypeSwitch<Operation *, Type>(op)
        .Case([&](NeuronOp neuron) {
          std::optional<uint64_t> max = neuron.getModel().getMaxOutput();
          return max && neuron.getModel().getMinOutput() >= 0 ? getCountElementType(op->getContext(), *max) : Type();
        })
        .Case([&](EncodeOp encode) {
          return encode.getEncoding().isBinary() ? getCountElementType(op->getContext(), 1) : Type();
        })
        .Case([&](QuantizeOp) { return getCountElement(op->getResult(0)); })
        .Case<AddOp, MaskOp, MatmulOp>(ifCounted)
        .Case([&](PoolOp pool) { return pool.getKind() == PoolKind::max ? getElement(pool.getInput()) : Type(); })
        .Case([&](ReduceOp reduce) {
          return reduce.getKind() == ReduceKind::max   ? getElement(reduce.getInput())
                 : reduce.getKind() == ReduceKind::sum ? ifCounted(reduce)
                                                       : Type();
        })
        .Case([&](DecodeOp decode) {
          switch (decode.getKind()) {
          case DecodeKind::mean:
            return Type();
          case DecodeKind::last:
            return getElement(decode.getInput());
          case DecodeKind::count:
          case DecodeKind::first_spike:
            return ifCounted(decode);
          }
          llvm_unreachable("every kind is handled");
        })
        .Case([&](ConcatOp concat) { return unify(concat); })
        .Case([&](MapOp map) { return map.isComparison() ? getCountElementType(op->getContext(), 1) : Type(); })
        .Case<ReshapeOp, TransposeOp, SliceOp, RepeatTimeOp, PadOp>(
            [&](auto same) { return getElement(same.getInput()); })
        .Default(Type());
  }

  /// Gives the operands of a concat one element type, and returns it.
  Type unify(ConcatOp op) {
    Type element = getElement(op.getInputs().front());
    if (!llvm::all_of(op.getInputs(), [&](Value input) { return getElement(input) == element; }))
      element = areCounted(op) ? getCountElement(op.getResult()) : Type();
    if (!element)
      element = getElement(op.getResult());
    OpBuilder builder(op);
    for (OpOperand &input : op.getInputsMutable())
      if (getElement(input.get()) != element)
        input.set(CastOp::create(builder, op.getLoc(), cast<RankedTensorType>(input.get().getType()).clone(element),
                                 input.get()));
    return element;
  }

  static bool areCounted(Operation *op) {
    return llvm::all_of(op->getOperands(), [](Value operand) { return spike::getMaxCount(getElement(operand)); });
  }

  Type getCountElement(Value value) {
    std::optional<uint64_t> max = ranges.getRange(value).getMaxCount();
    return max ? getCountElementType(value.getContext(), *max) : Type();
  }

  RangeAnalysis ranges;
};

struct NarrowTypesPass : impl::NarrowTypesPassBase<NarrowTypesPass> {
  using NarrowTypesPassBase::NarrowTypesPassBase;

  void runOnOperation() override {
    Narrowing narrowing(getOperation());
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      for (Block &block : function.getBody())
        for (Operation &op : llvm::make_early_inc_range(block))
          narrowing.run(&op);
  }
};

} // namespace
} // namespace mlir::spike
