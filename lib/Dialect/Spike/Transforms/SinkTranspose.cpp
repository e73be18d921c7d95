// SPDX-License-Identifier: Apache-2.0
// Transposes move behind the ops that read them.
#include "SinkTranspose.h"

using namespace mlir;
using namespace mlir::spike;

SmallVector<int64_t> mlir::spike::invertPermutation(ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> inverse(permutation.size());
  for (auto [i, axis] : llvm::enumerate(permutation))
    inverse[axis] = i;
  return inverse;
}

RankedTensorType mlir::spike::permuteType(RankedTensorType type, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> shape;
  for (int64_t axis : permutation)
    shape.push_back(type.getDimSize(axis));
  return RankedTensorType::get(shape, type.getElementType());
}

Value mlir::spike::createTranspose(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> permutation) {
  RankedTensorType type = permuteType(cast<RankedTensorType>(input.getType()), permutation);
  return TransposeOp::create(builder, loc, type, input, permutation);
}

namespace {

/// A copy of the one-result `op` on new operands, its result transposed back by `permutation`.
void replaceWithTransposed(PatternRewriter &rewriter, Operation *op, ValueRange operands, ArrayRef<int64_t> permutation,
                           function_ref<void(Operation *)> adjust = {}) {
  Operation *clone = rewriter.clone(*op);
  clone->setOperands(operands);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  clone->getResult(0).setType(permuteType(type, invertPermutation(permutation)));
  if (adjust)
    adjust(clone);
  rewriter.replaceOpWithNewOp<TransposeOp>(op, type, clone->getResult(0), permutation);
}

// Pattern: unary(transpose(x, p))  ->  transpose(unary(x), p)
template <typename OpTy>
struct SinkThroughUnary : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().template getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "expected a transposed input");
    SmallVector<Value> operands(op->getOperands());
    operands[0] = transpose.getInput();
    replaceWithTransposed(rewriter, op, operands, transpose.getPermutation(), [&](Operation *clone) {
      if constexpr (std::is_same_v<OpTy, BatchNormOp>)
        cast<BatchNormOp>(clone).setAxis(transpose.getPermutation()[op.getAxis()]);
      if constexpr (std::is_same_v<OpTy, SliceOp>)
        cast<SliceOp>(clone).setAxis(transpose.getPermutation()[op.getAxis()]);
    });
    return success();
  }
};

// Pattern: binary(transpose(x, p), transpose(y, p))  ->  transpose(binary(x, y), p), where a constant of full rank
// counts as transposed
template <typename OpTy>
struct SinkThroughBroadcast : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    TransposeOp first;
    for (Value operand : op->getOperands()) {
      if (cast<RankedTensorType>(operand.getType()).getRank() !=
          cast<RankedTensorType>(op->getResult(0).getType()).getRank())
        return rewriter.notifyMatchFailure(op, "expected operands of one rank");
      if (auto transpose = operand.getDefiningOp<TransposeOp>(); transpose && !first)
        first = transpose;
    }
    if (!first)
      return rewriter.notifyMatchFailure(op, "expected a transposed operand");
    SmallVector<int64_t> permutation(first.getPermutation());
    auto isAlike = [&](Value operand) {
      auto transpose = operand.getDefiningOp<TransposeOp>();
      return transpose && transpose.getPermutation() == ArrayRef<int64_t>(permutation);
    };
    for (Value operand : op->getOperands())
      if (!isAlike(operand) && !operand.getDefiningOp<ConstantOp>())
        return rewriter.notifyMatchFailure(op, "expected all operands to be transposed alike");
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(isAlike(operand)
                             ? operand.getDefiningOp<TransposeOp>().getInput()
                             : createTranspose(rewriter, op.getLoc(), operand, invertPermutation(permutation)));
    replaceWithTransposed(rewriter, op, operands, permutation);
    return success();
  }
};

// Pattern: neuron(transpose(x, p))  ->  transpose(neuron(x), p), where p leaves time in front
struct SinkThroughNeuron : OpRewritePattern<NeuronOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(NeuronOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose || !op.getInit().empty() || !op.getFinalState().empty())
      return rewriter.notifyMatchFailure(op, "expected a transposed current and no carried state");
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    if (!op.getSingleStep() && permutation[0] != 0)
      return rewriter.notifyMatchFailure(op, "expected time to stay in front");
    SmallVector<Value> operands(op->getOperands());
    operands[0] = transpose.getInput();
    replaceWithTransposed(rewriter, op, operands, permutation, [&](Operation *clone) {
      if (op.getAxis())
        cast<NeuronOp>(clone).setAxis(permutation[*op.getAxis()]);
    });
    return success();
  }
};

// Pattern: linear(transpose(x, p))  ->  transpose(linear(x), p), where p leaves the features at the end
struct SinkThroughLinear : OpRewritePattern<LinearOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LinearOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    int64_t last = op.getType().getRank() - 1;
    if (!transpose || transpose.getPermutation()[last] != last)
      return rewriter.notifyMatchFailure(op, "expected a transposed input with the features at the end");
    SmallVector<Value> operands(op->getOperands());
    operands[0] = transpose.getInput();
    replaceWithTransposed(rewriter, op, operands, transpose.getPermutation());
    return success();
  }
};

// Pattern: repeat_time(transpose(x, p))  ->  transpose(repeat_time(x), [0, p + 1])
struct SinkThroughRepeatTime : OpRewritePattern<RepeatTimeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RepeatTimeOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "expected a transposed input");
    SmallVector<int64_t> permutation = {0};
    for (int64_t axis : transpose.getPermutation())
      permutation.push_back(axis + 1);
    replaceWithTransposed(rewriter, op, transpose.getInput(), permutation);
    return success();
  }
};

// Pattern: reduce(transpose(x, p), dims)  ->  transpose(reduce(x, p[dims])), where p keeps the order of the reduced
// axes, as another order would round differently, or the result is an integer
struct SinkThroughReduce : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "expected a transposed input");
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    SmallVector<int64_t> dims;
    for (int64_t dim : op.getDims())
      dims.push_back(permutation[dim]);
    if (!op.getType().getElementType().isF32())
      llvm::sort(dims);
    if (!llvm::is_sorted(dims))
      return rewriter.notifyMatchFailure(op, "expected the reduced axes to keep their order");
    // Axes of the result are those that stay, numbered anew.
    SmallVector<int64_t> kept(permutation);
    if (!op.getKeepDims()) {
      llvm::erase_if(kept, [&](int64_t axis) { return llvm::is_contained(dims, axis); });
      for (int64_t &axis : kept)
        axis -= llvm::count_if(dims, [&](int64_t dim) { return dim < axis; });
    }
    replaceWithTransposed(rewriter, op, transpose.getInput(), kept,
                          [&](Operation *clone) { cast<ReduceOp>(clone).setDims(dims); });
    return success();
  }
};

/// Axes of a reshape's source and result that hold the same elements.
struct AxisGroup {
  SmallVector<int64_t> source, result;
};

/// The finest split of a reshape into groups of neighbouring axes with equal numbers of elements.
SmallVector<AxisGroup> groupAxes(ArrayRef<int64_t> source, ArrayRef<int64_t> result) {
  SmallVector<AxisGroup> groups;
  size_t i = 0, j = 0;
  while (i < source.size() && j < result.size()) {
    AxisGroup group;
    int64_t left = source[i], right = result[j];
    group.source.push_back(i++);
    group.result.push_back(j++);
    while (left != right) {
      if (left < right) {
        left *= source[i];
        group.source.push_back(i++);
      } else {
        right *= result[j];
        group.result.push_back(j++);
      }
    }
    groups.push_back(std::move(group));
  }
  // Axes of one that are left over at the end.
  for (; i < source.size() && !groups.empty(); ++i)
    groups.back().source.push_back(i);
  for (; j < result.size() && !groups.empty(); ++j)
    groups.back().result.push_back(j);
  return groups;
}

// Pattern: reshape(transpose(x, p))  ->  transpose(reshape(x), q), where p keeps together the axes that the reshape
// merges; axes of one may lie anywhere
struct SinkThroughReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "expected a transposed input");
    ArrayRef<int64_t> permutation = transpose.getPermutation(), shape = transpose.getType().getShape();
    ArrayRef<int64_t> inputShape = transpose.getInput().getType().getShape();
    SmallVector<AxisGroup> groups = groupAxes(shape, op.getType().getShape());
    if (groups.empty())
      return rewriter.notifyMatchFailure(op, "expected axes on both sides");

    // Where each group lies in x: the first of its axes that is longer than one.
    SmallVector<std::pair<int64_t, size_t>> order;
    for (auto [g, group] : llvm::enumerate(groups)) {
      SmallVector<int64_t> positions;
      for (int64_t axis : group.source)
        if (shape[axis] != 1)
          positions.push_back(permutation[axis]);
      for (size_t k = 1; k < positions.size(); ++k) {
        if (positions[k] <= positions[k - 1])
          return rewriter.notifyMatchFailure(op, "expected merged axes to keep their order");
        for (int64_t between = positions[k - 1] + 1; between < positions[k]; ++between)
          if (inputShape[between] != 1)
            return rewriter.notifyMatchFailure(op, "expected merged axes to stay together");
      }
      order.push_back({positions.empty() ? permutation[group.source.front()] : positions.front(), g});
    }
    llvm::stable_sort(order);

    SmallVector<int64_t> middle, back(op.getType().getRank());
    for (auto [position, g] : order)
      for (int64_t axis : groups[g].result) {
        back[axis] = middle.size();
        middle.push_back(op.getType().getDimSize(axis));
      }
    Value reshaped = ReshapeOp::create(rewriter, op.getLoc(), op.getType().clone(middle), transpose.getInput());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), reshaped, back);
    return success();
  }
};

} // namespace

void mlir::spike::populateSinkTransposePatterns(RewritePatternSet &patterns) {
  patterns.add<SinkThroughUnary<CastOp>, SinkThroughUnary<ScaleOp>, SinkThroughUnary<QuantizeOp>,
               SinkThroughUnary<BatchNormOp>, SinkThroughUnary<SliceOp>, SinkThroughBroadcast<AddOp>,
               SinkThroughBroadcast<MaskOp>, SinkThroughBroadcast<MapOp>, SinkThroughNeuron, SinkThroughLinear,
               SinkThroughRepeatTime, SinkThroughReduce, SinkThroughReshape>(patterns.getContext());
}
