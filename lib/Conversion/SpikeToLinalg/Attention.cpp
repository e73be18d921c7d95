// SPDX-License-Identifier: Apache-2.0
// Products of three matrices of spikes with their neurons become one kernel, which reads queries, keys and values where
// they lie.
#include "Builders.h"
#include "StridedView.h"

#include "spike/Dialect/Kernel/IR/Kernel.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

StridedView transposed(StridedView view) {
  view.swapLastAxes();
  return view;
}

/// first * second * third, each with the same leading axes.
struct TripleProduct {
  StridedView first, second, third;
  Operation *inner; ///< the product of two of them
};

StridedView getOperand(Value operand, bool isTransposed) {
  StridedView view = StridedView::trace(operand);
  return isTransposed ? transposed(view) : view;
}

/// `matmul` as a product of three matrices, if one of its operands is a product that nothing else reads.
std::optional<TripleProduct> getTripleProduct(MatmulOp matmul) {
  for (bool isLeft : {true, false}) {
    auto inner = (isLeft ? matmul.getLhs() : matmul.getRhs()).getDefiningOp<MatmulOp>();
    if (!inner || !inner->hasOneUse())
      continue;
    StridedView a = getOperand(inner.getLhs(), inner.getTransposeLhs());
    StridedView b = getOperand(inner.getRhs(), inner.getTransposeRhs());
    if (isLeft ? matmul.getTransposeLhs() : matmul.getTransposeRhs()) {
      std::swap(a, b);
      a.swapLastAxes();
      b.swapLastAxes();
    }
    if (isLeft)
      return TripleProduct{a, b, getOperand(matmul.getRhs(), matmul.getTransposeRhs()), inner};
    return TripleProduct{getOperand(matmul.getLhs(), matmul.getTransposeLhs()), a, b, inner};
  }
  return std::nullopt;
}

/// One of the two orders of multiplication: (left * right) * last.
struct Order {
  StridedView left, right, last, result;

  int64_t rows() const { return left.sizes[left.sizes.size() - 2]; }
  int64_t depth() const { return left.sizes.back(); }
  int64_t width() const { return right.sizes.back(); }
  int64_t columns() const { return last.sizes.back(); }

  /// Products, and bytes that are moved one by one, which cost as much as so many products.
  int64_t cost() const {
    constexpr int64_t productsPerByte = 64;
    int64_t moved =
        (left.strides.back() == 1 ? 0 : rows() * depth()) + (result.strides.back() == 1 ? 0 : rows() * columns());
    return rows() * width() * (depth() + columns()) + productsPerByte * moved;
  }

  /// What the kernel can hold: first sums in a byte, all sums exact in f32.
  bool fits() const { return depth() <= 255 && depth() * width() < (int64_t(1) << 24); }
};

/// Offset and strides over [step, outer, outer, row, column]; there are at most two outer axes.
SmallVector<int64_t> getStrides(const StridedView &view) {
  size_t missing = 5 - view.strides.size();
  SmallVector<int64_t> result = {view.offset, view.strides.front()};
  result.append(missing, 0);
  llvm::append_range(result, ArrayRef<int64_t>(view.strides).drop_front());
  return result;
}

/// The last transpose that alone reads `value`, perhaps behind reshapes and other transposes; else `value`.
Value findEnd(Value value) {
  Value end = value;
  while (value.hasOneUse() && isa<ReshapeOp, TransposeOp>(*value.user_begin())) {
    value = value.user_begin()->getResult(0);
    if (isa<TransposeOp>(value.getDefiningOp()))
      end = value;
  }
  return end;
}

struct AttentionPattern : OpConversionPattern<NeuronOp> {
  AttentionPattern(TypeConverter &converter, MLIRContext *context, FusedNeurons &fused)
      : OpConversionPattern(converter, context, PatternBenefit(3)), fused(fused) {}

  LogicalResult matchAndRewrite(NeuronOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    if (!canRunInKernel(op))
      return rewriter.notifyMatchFailure(op, "expected a neuron that a kernel can compute");
    Value input = op.getInput();
    APFloat factor(1.0f);
    if (auto scale = input.getDefiningOp<ScaleOp>(); scale && scale->hasOneUse() && !scale.getDivide()) {
      factor = scale.getFactor();
      input = scale.getInput();
    }
    auto matmul = input.getDefiningOp<MatmulOp>();
    if (!matmul || !matmul->hasOneUse() || !getMaxCount(elementOf(input)))
      return rewriter.notifyMatchFailure(op, "expected a product of counts before the neuron");
    std::optional<TripleProduct> product = getTripleProduct(matmul);
    ArrayRef<int64_t> shape = shapeOf(input);
    if (!product || shape.size() < 3 || shape.size() > 5 || shape.front() != op.getTimeSteps())
      return rewriter.notifyMatchFailure(op, "expected a product of three matrices over time");
    for (const StridedView *view : {&product->first, &product->second, &product->third})
      if (!elementOf(view->base).isInteger(1))
        return rewriter.notifyMatchFailure(op, "expected spikes");

    Value end = findEnd(op.getOutput());
    std::optional<StridedView> result = StridedView::within(op.getOutput(), end);
    if (!result) {
      end = op.getOutput();
      result = StridedView::of(end);
    }
    Order forward = {product->first, product->second, product->third, *result};
    Order backward = {transposed(product->third), transposed(product->second), transposed(product->first),
                      transposed(*result)};
    bool takeForward = forward.fits() && (!backward.fits() || forward.cost() < backward.cost());
    const Order &order = takeForward ? forward : backward;
    if (!order.fits())
      return rewriter.notifyMatchFailure(op, "expected sums that fit a byte");

    SmallVector<int64_t> sizes(shape.drop_back(2));
    sizes.insert(sizes.begin() + 1, 5 - shape.size(), 1);
    llvm::append_values(sizes, order.rows(), order.depth(), order.width(), order.columns());
    LoopBuilder loops(rewriter, op.getLoc());
    Value init = loops.empty(shapeOf(end), rewriter.getI8Type());
    auto list = [&](ArrayRef<int64_t> values) { return rewriter.getDenseI64ArrayAttr(values); };
    auto base = [&](const StridedView &view) { return rewriter.getRemappedValue(view.base); };
    Value spikes = kernel::AttentionOp::create(rewriter, op.getLoc(), TypeRange(init.getType()), base(order.left),
                                               base(order.right), base(order.last), init, list(sizes),
                                               list(getStrides(order.left)), list(getStrides(order.right)),
                                               list(getStrides(order.last)), list(getStrides(order.result)),
                                               rewriter.getF32FloatAttr(factor.convertToFloat()), op.getModel())
                       .getResult(0);
    if (end != op.getOutput()) {
      fused[end.getDefiningOp()] = spikes;
      spikes = loops.empty(shapeOf(op.getOutput()), rewriter.getI8Type());
    }
    rewriter.replaceOp(op, spikes);
    return success();
  }

  FusedNeurons &fused;
};

/// The kernel has written what this gives.
struct FusedTransposePattern : OpConversionPattern<TransposeOp> {
  FusedTransposePattern(TypeConverter &converter, MLIRContext *context, FusedNeurons &fused)
      : OpConversionPattern(converter, context, PatternBenefit(2)), fused(fused) {}
  LogicalResult matchAndRewrite(TransposeOp op, OpAdaptor, ConversionPatternRewriter &rewriter) const override {
    Value output = fused.lookup(op);
    if (!output)
      return rewriter.notifyMatchFailure(op, "expected what a kernel has written");
    rewriter.replaceOp(op, output);
    return success();
  }

  FusedNeurons &fused;
};

} // namespace

void mlir::spike::populateAttentionPatterns(TypeConverter &converter, RewritePatternSet &patterns,
                                            FusedNeurons &fused) {
  patterns.add<AttentionPattern, FusedTransposePattern>(converter, patterns.getContext(), fused);
}
