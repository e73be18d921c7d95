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

/// first * second * third, each with the same leading axes, times a factor.
struct TripleProduct {
  StridedView first, second, third;
  APFloat factor = APFloat(1.0f);
};

StridedView getOperand(Value operand, bool isTransposed) {
  StridedView view = StridedView::trace(operand);
  return isTransposed ? transposed(view) : view;
}

/// The product behind a scale that rounds nothing: by a power of two, few bits from one.
MatmulOp findInner(Value operand, APFloat &factor) {
  constexpr int fewBits = 24;
  auto scale = operand.getDefiningOp<ScaleOp>();
  if (scale && scale->hasOneUse() && !scale.getDivide() && scale.getFactor().getExactLog2Abs() != INT_MIN &&
      std::abs(scale.getFactor().getExactLog2Abs()) <= fewBits) {
    factor = scale.getFactor();
    operand = scale.getInput();
  }
  auto inner = operand.getDefiningOp<MatmulOp>();
  return inner && inner->hasOneUse() ? inner : MatmulOp();
}

/// `matmul` as a product of three matrices, if one of its operands is a product that nothing else reads.
std::optional<TripleProduct> getTripleProduct(MatmulOp matmul) {
  for (bool isLeft : {true, false}) {
    TripleProduct product;
    MatmulOp inner = findInner(isLeft ? matmul.getLhs() : matmul.getRhs(), product.factor);
    if (!inner)
      continue;
    StridedView a = getOperand(inner.getLhs(), inner.getTransposeLhs());
    StridedView b = getOperand(inner.getRhs(), inner.getTransposeRhs());
    if (isLeft ? matmul.getTransposeLhs() : matmul.getTransposeRhs()) {
      std::swap(a, b);
      a.swapLastAxes();
      b.swapLastAxes();
    }
    StridedView other = isLeft ? getOperand(matmul.getRhs(), matmul.getTransposeRhs())
                               : getOperand(matmul.getLhs(), matmul.getTransposeLhs());
    product.first = isLeft ? a : other;
    product.second = isLeft ? b : a;
    product.third = isLeft ? other : b;
    return product;
  }
  return std::nullopt;
}

/// The product behind the current of a neuron, through views and one scale, which `factor` is multiplied by.
MatmulOp findProduct(Value current, std::optional<APFloat> &factor) {
  while (Operation *op = current.getDefiningOp()) {
    if (!op->hasOneUse())
      break;
    if (auto matmul = dyn_cast<MatmulOp>(op))
      return matmul;
    auto scale = dyn_cast<ScaleOp>(op);
    if (scale ? factor || scale.getDivide() : !isa<ReshapeOp, TransposeOp>(op))
      break;
    if (scale)
      factor = scale.getFactor();
    current = op->getOperand(0);
  }
  return {};
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
    std::optional<APFloat> scale;
    MatmulOp matmul = findProduct(op.getInput(), scale);
    std::optional<TripleProduct> product = matmul ? getTripleProduct(matmul) : std::nullopt;
    if (!product)
      return rewriter.notifyMatchFailure(op, "expected a product of three matrices before the neuron");
    ArrayRef<int64_t> shape = matmul.getType().getShape();
    if (shape.size() < 3 || shape.size() > 5 || shape.front() != op.getTimeSteps())
      return rewriter.notifyMatchFailure(op, "expected products over time, with at most two axes more");
    for (const StridedView *view : {&product->first, &product->second, &product->third})
      if (!elementOf(view->base).isInteger(1))
        return rewriter.notifyMatchFailure(op, "expected spikes");
    APFloat factor = product->factor;
    if (scale)
      factor.multiply(*scale, APFloat::rmNearestTiesToEven);

    // Neurons are elementwise, so it does not matter where each of them stands, but for the axis of time.
    std::optional<StridedView> current = StridedView::within(matmul, op.getInput());
    if (!current || current->strides.front() * op.getTimeSteps() != mlir::spike::product(shapeOf(op.getInput())))
      return rewriter.notifyMatchFailure(op, "expected time to stay the first axis");
    Value end = findEnd(op.getOutput());
    std::optional<StridedView> result = StridedView::within(matmul, end);
    if (!result) {
      end = op.getOutput();
      result = StridedView::within(matmul, end);
    }
    if (!result)
      return rewriter.notifyMatchFailure(op, "expected a result that strides lead to");
    Order forward = {product->first, product->second, product->third, *result};
    Order backward = {transposed(product->third), transposed(product->second), transposed(product->first),
                      transposed(*result)};
    bool takeForward = forward.fits() && (!backward.fits() || forward.cost() < backward.cost());
    const Order &order = takeForward ? forward : backward;
    if (!order.fits())
      return rewriter.notifyMatchFailure(op, "expected sums that fit a byte");

    SmallVector<Value> operands;
    for (const StridedView *view : {&order.left, &order.right, &order.last}) {
      operands.push_back(rewriter.getRemappedValue(view->base));
      if (!operands.back() || !elementOf(operands.back()).isInteger(8))
        return rewriter.notifyMatchFailure(op, "expected spikes that are stored as bytes");
    }
    SmallVector<int64_t> sizes(shape.drop_back(2));
    sizes.insert(sizes.begin() + 1, 5 - shape.size(), 1);
    llvm::append_values(sizes, order.rows(), order.depth(), order.width(), order.columns());
    LoopBuilder loops(rewriter, op.getLoc());
    Value init = loops.empty(shapeOf(end), rewriter.getI8Type());
    auto list = [&](ArrayRef<int64_t> values) { return rewriter.getDenseI64ArrayAttr(values); };
    Value spikes = kernel::AttentionOp::create(rewriter, op.getLoc(), TypeRange(init.getType()), operands[0],
                                               operands[1], operands[2], init, list(sizes),
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
