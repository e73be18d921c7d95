// SPDX-License-Identifier: Apache-2.0
// spike-repeat-inputs: repeat in time what comes in, not what is computed from it.
#include "LeadingAxes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_REPEATINPUTSPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

// Pattern: repeat_time(op(x))  ->  op(repeat_time(x))
struct RepeatOperands : OpRewritePattern<RepeatTimeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RepeatTimeOp repeat, PatternRewriter &rewriter) const override {
    Operation *op = repeat.getInput().getDefiningOp();
    if (!op || !op->hasOneUse())
      return rewriter.notifyMatchFailure(repeat, "expected a computed value that nothing else reads");
    int64_t steps = repeat.getType().getDimSize(0);
    auto repeated = [&](Value value) -> Value {
      SmallVector<int64_t> shape = {steps};
      llvm::append_range(shape, typeOf(value).getShape());
      return RepeatTimeOp::create(rewriter, repeat.getLoc(), typeOf(value).clone(shape), value);
    };
    if (isa<ReshapeOp>(op)) {
      rewriter.replaceOpWithNewOp<ReshapeOp>(repeat, repeat.getType(), repeated(op->getOperand(0)));
      return success();
    }
    if (auto transpose = dyn_cast<TransposeOp>(op)) {
      SmallVector<int64_t> permutation = {0};
      for (int64_t axis : transpose.getPermutation())
        permutation.push_back(axis + 1);
      rewriter.replaceOpWithNewOp<TransposeOp>(repeat, repeat.getType(), repeated(transpose.getInput()), permutation);
      return success();
    }
    unsigned count = getNumBatchedOperands(op);
    ArrayRef<int64_t> shape = typeOf(op->getResult(0)).getShape();
    bool aligned = llvm::all_of(op->getOperands().take_front(count), [&](Value operand) {
      // An operand that is stretched along the first axis has none to repeat.
      return typeOf(operand).getRank() > 0 && typeOf(operand).getDimSize(0) == shape[0];
    });
    if (count == 0 || !aligned || op->getNumOperands() < count || isa<NeuronOp>(op))
      return rewriter.notifyMatchFailure(repeat, "expected an op that treats its first axis as a batch");
    if (count > 1 && llvm::any_of(op->getOperands(), [&](Value operand) {
          return typeOf(operand).getRank() != static_cast<int64_t>(shape.size());
        }))
      return rewriter.notifyMatchFailure(repeat, "expected operands of one rank");
    SmallVector<Value> operands = llvm::map_to_vector(op->getOperands().take_front(count), repeated);
    rewriter.replaceOp(repeat, cloneWithLeadingAxes(rewriter, op, operands, {steps, shape[0]}));
    return success();
  }
};

struct RepeatInputsPass : impl::RepeatInputsPassBase<RepeatInputsPass> {
  using RepeatInputsPassBase::RepeatInputsPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RepeatOperands>(&getContext());
    (void)applyPatternsGreedily(getOperation(), std::move(patterns));
  }
};

} // namespace
} // namespace mlir::spike
