// SPDX-License-Identifier: Apache-2.0
// Pools, reductions and decoding as linalg reductions that keep the ascending order of the spec.
#include "Builders.h"
#include "spike/Dialect/Kernel/IR/Kernel.h"
#include "spike/Runtime/Runtime.h"
#include "spike/Support/Window.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// max(acc, x) of one element type.
Value maximum(LoopBuilder &loops, Value acc, Value x, Type element) {
  if (element.isF32())
    return arith::MaximumFOp::create(loops.b, loops.loc, acc, x);
  if (getMaxCount(element))
    return arith::MaxUIOp::create(loops.b, loops.loc, acc, x);
  return arith::MaxSIOp::create(loops.b, loops.loc, acc, x);
}

/// The smallest value of an element type, where a maximum starts.
Value startOfMaximum(LoopBuilder &loops, Type element) {
  if (element.isF32())
    return loops.constantF32(-std::numeric_limits<float>::infinity());
  Type storage = getStorageElement(element);
  unsigned width = storage.getIntOrFloatBitWidth();
  APInt smallest = getMaxCount(element) ? APInt::getZero(width) : APInt::getSignedMinValue(width);
  return arith::ConstantOp::create(loops.b, loops.loc, loops.b.getIntegerAttr(storage, smallest));
}

/// The convolution of digit planes whose currents a pool alone reads, if its kernel can take the maxima itself: where
/// it reads from the image's own lines, and no neuron stands between.
kernel::ConvOp findPooledConv(PoolOp op, Value input) {
  while (isa_and_present<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(input.getDefiningOp()))
    input = input.getDefiningOp()->getOperand(0);
  auto conv = input.getDefiningOp<kernel::ConvOp>();
  if (!conv || !op.getInput().hasOneUse() || !conv.getScale() || conv.getNeuron() || conv.getGroups() ||
      op.getDilation(0) != 1 || op.getDilation(1) != 1)
    return {};
  ArrayRef<int64_t> kernel = conv.getKernel(), currents = shapeOf(conv.getInit());
  int64_t segment = kernel[1] * shapeOf(conv.getInput()).back();
  bool lines = kernel[0] * kernel[1] > 1 && spike_rt_plane_segments(kernel[0], segment) == kernel[0];
  bool each = llvm::all_of(conv.getStrides(), [](int64_t stride) { return stride == 1; });
  return lines && each && currents.take_back(3) == shapeOf(op.getInput()).take_back(3) ? conv : kernel::ConvOp();
}

/// Maxima of images with the channels last, with the neurons that read them.
struct PoolKernelPattern : OpConversionPattern<PoolOp> {
  PoolKernelPattern(TypeConverter &converter, MLIRContext *context, FusedNeurons &fused)
      : OpConversionPattern(converter, context, PatternBenefit(2)), fused(fused) {}
  LogicalResult matchAndRewrite(PoolOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    Type in = elementOf(op.getInput());
    bool real = in.isF32(), bytes = getMaxCount(in).value_or(256) <= 255;
    if (op.getKind() != PoolKind::max || op.getLayout() != Layout::channels_last || !(real || bytes) ||
        elementOf(op.getResult()) != in)
      return rewriter.notifyMatchFailure(op, "expected maxima of reals or bytes, channels last");
    LoopBuilder loops(rewriter, op.getLoc());
    NeuronOp neuron = real ? findFusableNeuron(op) : NeuronOp();
    if (neuron)
      if (kernel::ConvOp conv = findPooledConv(op, adaptor.getInput()))
        return poolInConv(op, conv, neuron, loops, rewriter);
    Value init = loops.empty(op.getType().getShape(), neuron ? rewriter.getI8Type() : getStorageElement(in));
    SmallVector<int64_t> padding = {op.getPadding()[0], op.getPadding()[2]},
                         dilations = {op.getDilation(0), op.getDilation(1)};
    Attribute model = neuron ? Attribute(neuron.getModel()) : Attribute();
    IntegerAttr steps = neuron ? rewriter.getI64IntegerAttr(neuron.getTimeSteps()) : IntegerAttr();
    Value result = kernel::PoolOp::create(rewriter, op.getLoc(), TypeRange(init.getType()), adaptor.getInput(), init,
                                          op.getKernel(), op.getStrides(), padding, dilations, model, steps)
                       .getResult(0);
    if (neuron) {
      fused[neuron] = result;
      result = loops.empty(op.getType().getShape(), rewriter.getF32Type());
    }
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  /// Computes the convolution with its maxima and their neurons; what computed currents alone is then dead.
  LogicalResult poolInConv(PoolOp op, kernel::ConvOp conv, NeuronOp neuron, LoopBuilder &loops,
                           ConversionPatternRewriter &rewriter) const {
    ArrayRef<int64_t> currents = shapeOf(conv.getInit()).take_back(3), out = op.getType().getShape().take_back(3);
    SmallVector<int64_t> pool = {currents[0],        currents[1],        op.getKernel()[0],  op.getKernel()[1],
                                 op.getStrides()[0], op.getStrides()[1], op.getPadding()[0], op.getPadding()[2]};
    SmallVector<int64_t> shape(shapeOf(conv.getInit()).drop_back(3));
    shape.append(out.begin(), out.end());
    Value init = loops.empty(shape, rewriter.getI8Type());
    fused[neuron] =
        kernel::ConvOp::create(rewriter, rewriter.getFusedLoc({conv.getLoc(), op.getLoc()}), TypeRange(init.getType()),
                               conv.getInput(), conv.getWeight(), conv.getBias(), conv.getScale(), init,
                               conv.getKernelAttr(), conv.getStridesAttr(), conv.getPaddingAttr(),
                               conv.getDilationsAttr(), IntegerAttr(), conv.getBinaryAttr(), conv.getExactAttr(),
                               conv.getNarrowAttr(), rewriter.getDenseI64ArrayAttr(pool), neuron.getModel(),
                               rewriter.getI64IntegerAttr(neuron.getTimeSteps()))
            .getResult(0);
    rewriter.replaceOp(op, loops.empty(op.getType().getShape(), rewriter.getF32Type()));
    return success();
  }

  FusedNeurons &fused;
};

struct PoolPattern : OpConversionPattern<PoolOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(PoolOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    MLIRContext *context = op.getContext();
    Type in = elementOf(op.getInput());
    bool isMax = op.getKind() == PoolKind::max, channelsLast = op.getLayout() == Layout::channels_last;
    // Images of [H, W, C]; channels first is the same with one channel and more images.
    ArrayRef<int64_t> shape = shapeOf(op.getInput()), outShape = op.getType().getShape();
    int64_t spatial = op.getFirstSpatialAxis(), channels = channelsLast ? shape.back() : 1;
    int64_t images = product(shape.take_front(spatial));
    int64_t height = shape[spatial], width = shape[spatial + 1];
    int64_t outHeight = outShape[spatial], outWidth = outShape[spatial + 1];
    if (!isMax && outHeight > (int64_t(1) << 24) / outWidth)
      return rewriter.notifyMatchFailure(op, "expected an image of at most 2^24 pixels");

    ArrayRef<int64_t> p = op.getPadding();
    Value start = isMax ? startOfMaximum(loops, in) : Value();
    Value zero =
        isMax ? start
              : arith::ConstantOp::create(rewriter, op.getLoc(), rewriter.getZeroAttr(elementOf(adaptor.getInput())))
                    .getResult();
    Value image = loops.pad(loops.reshape(adaptor.getInput(), {images, height, width, channels}), {0, p[0], p[2], 0},
                            {0, p[1], p[3], 0}, zero);

    // Loops: image, oh, ow, kh, kw, channel. The empty window tells linalg the extent of kh and kw.
    auto d = [&](unsigned i) { return getAffineDimExpr(i, context); };
    AffineMap inputMap = AffineMap::get(6, 0,
                                        {d(0), d(1) * op.getStrides()[0] + d(3) * op.getDilation(0),
                                         d(2) * op.getStrides()[1] + d(4) * op.getDilation(1), d(5)},
                                        context);
    AffineMap windowMap = selectLoops(context, 6, {3, 4}), outMap = selectLoops(context, 6, {0, 1, 2, 5});
    SmallVector<int64_t> out = {images, outHeight, outWidth, channels};
    Value init = loops.filled(out, isMax ? start : loops.constantF32(0.0f));
    Value window = loops.empty(op.getKernel(), rewriter.getF32Type());
    Value result =
        loops.generic({image, window}, init, {inputMap, windowMap, outMap}, {false, false, false, true, true, false},
                      [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
                        if (isMax)
                          return {maximum(inner, x[2], x[0], in)};
                        return {arith::AddFOp::create(inner.b, inner.loc, x[2], inner.toF32(x[0], in))};
                      })[0];
    if (!isMax)
      result = divideByTaps(op, loops, result, height, width);
    rewriter.replaceOp(op, loops.reshape(result, outShape));
    return success();
  }

private:
  /// Divides by the number of taps of each window, a constant image.
  static Value divideByTaps(PoolOp op, LoopBuilder &loops, Value sums, int64_t height, int64_t width) {
    MLIRContext *context = op.getContext();
    SmallVector<int64_t> shape(shapeOf(sums));
    auto axis = [&](unsigned i, int64_t length) {
      return WindowAxis{length, op.getKernel()[i], op.getStrides()[i], op.getPadding()[2 * i], op.getDilation(i)};
    };
    WindowAxis vertical = axis(0, height), horizontal = axis(1, width);
    SmallVector<float> taps;
    for (int64_t oh = 0; oh < shape[1]; ++oh)
      for (int64_t ow = 0; ow < shape[2]; ++ow)
        taps.push_back(op.getCountIncludePad() ? vertical.kernel * horizontal.kernel
                                               : vertical.countInside(oh) * horizontal.countInside(ow));
    auto type = RankedTensorType::get({shape[1], shape[2]}, loops.b.getF32Type());
    Value divisor = arith::ConstantOp::create(loops.b, loops.loc, DenseElementsAttr::get(type, ArrayRef<float>(taps)));
    AffineMap all = AffineMap::getMultiDimIdentityMap(4, context);
    return loops.generic({sums, divisor}, loops.empty(shape, loops.b.getF32Type()),
                         {all, selectLoops(context, 4, {1, 2}), all}, SmallVector<bool>(4, false),
                         [](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
                           return {arith::DivFOp::create(inner.b, inner.loc, x[0], x[1])};
                         })[0];
  }
};

/// Whether a scalar is not zero; a NaN is not.
Value isNonzero(LoopBuilder &inner, Value x) {
  OpBuilder &b = inner.b;
  if (x.getType().isF32())
    return arith::CmpFOp::create(b, inner.loc, arith::CmpFPredicate::UNE, x, inner.constantF32(0.0f));
  Value zero = arith::ConstantOp::create(b, inner.loc, b.getZeroAttr(x.getType()));
  return arith::CmpIOp::create(b, inner.loc, arith::CmpIPredicate::ne, x, zero);
}

/// Reduces `input` over `dims` to the shape without them, accumulating in f32 for a real result, else in i32.
Value reduceTensor(LoopBuilder &loops, Value input, Type in, ArrayRef<int64_t> dims, ReduceKind kind, Type out) {
  MLIRContext *context = loops.b.getContext();
  ArrayRef<int64_t> shape = shapeOf(input);
  SmallVector<bool> reductions(shape.size(), false);
  for (int64_t dim : dims)
    reductions[dim] = true;
  SmallVector<unsigned> kept;
  SmallVector<int64_t> outShape;
  int64_t count = 1;
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (reductions[i]) {
      count *= size;
      continue;
    }
    kept.push_back(i);
    outShape.push_back(size);
  }
  bool isMax = kind == ReduceKind::max, real = out.isF32(), counts = kind == ReduceKind::nonzero;
  Value start = isMax ? startOfMaximum(loops, in) : real ? loops.constantF32(0.0f) : loops.constantI32(0);
  Value result = loops.generic(
      input, loops.filled(outShape, start),
      {AffineMap::getMultiDimIdentityMap(shape.size(), context), selectLoops(context, shape.size(), kept)}, reductions,
      [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
        if (isMax)
          return {maximum(inner, x[1], x[0], in)};
        if (counts)
          return {arith::AddIOp::create(
              inner.b, inner.loc, x[1],
              arith::ExtUIOp::create(inner.b, inner.loc, inner.b.getI32Type(), isNonzero(inner, x[0])))};
        if (real)
          return {arith::AddFOp::create(inner.b, inner.loc, x[1], inner.toF32(x[0], in))};
        return {arith::AddIOp::create(inner.b, inner.loc, x[1], inner.toI32(x[0], in))};
      })[0];
  if (kind == ReduceKind::mean)
    return loops.elementwise(result, outShape, out, [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
      return {arith::DivFOp::create(inner.b, inner.loc, x[0], inner.constantF32(static_cast<float>(count)))};
    });
  if ((kind == ReduceKind::sum || counts) && !real)
    return loops.castElements(result, loops.b.getI32Type(), out);
  return result;
}

struct ReducePattern : OpConversionPattern<ReduceOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ReduceOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    Value result = reduceTensor(loops, adaptor.getInput(), elementOf(op.getInput()), op.getDims(), op.getKind(),
                                op.getType().getElementType());
    rewriter.replaceOp(op, loops.reshape(result, op.getType().getShape()));
    return success();
  }
};

struct DecodePattern : OpConversionPattern<DecodeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(DecodeOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    Type in = elementOf(op.getInput()), out = op.getType().getElementType();
    int64_t steps = shapeOf(op.getInput()).front(), elements = product(op.getType().getShape());
    Value train = loops.reshape(adaptor.getInput(), {steps, elements}), result;
    switch (op.getKind()) {
    case DecodeKind::mean:
      result = reduceTensor(loops, train, in, {0}, ReduceKind::mean, out);
      break;
    case DecodeKind::count:
      result = reduceTensor(loops, train, in, {0}, ReduceKind::sum, out);
      break;
    case DecodeKind::first_spike:
      result = loops.castElements(findFirst(loops, train, in, steps, elements), rewriter.getI32Type(), out);
      break;
    case DecodeKind::last: {
      SmallVector<OpFoldResult> offsets = {rewriter.getIndexAttr(steps - 1), rewriter.getIndexAttr(0)};
      SmallVector<OpFoldResult> sizes = {rewriter.getIndexAttr(1), rewriter.getIndexAttr(elements)};
      SmallVector<OpFoldResult> strides(2, rewriter.getIndexAttr(1));
      result = tensor::ExtractSliceOp::create(rewriter, op.getLoc(), train, offsets, sizes, strides);
      break;
    }
    }
    rewriter.replaceOp(op, loops.reshape(result, op.getType().getShape()));
    return success();
  }

private:
  static Value findFirst(LoopBuilder &loops, Value train, Type in, int64_t steps, int64_t elements) {
    MLIRContext *context = loops.b.getContext();
    Value init = loops.filled({elements}, loops.constantI32(static_cast<int32_t>(steps)));
    auto body = [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
      OpBuilder &b = inner.b;
      Location loc = inner.loc;
      Value active = isNonzero(inner, x[0]);
      Value step = arith::IndexCastOp::create(b, loc, b.getI32Type(), linalg::IndexOp::create(b, loc, 0));
      Value earlier = arith::MinSIOp::create(b, loc, x[1], step);
      return {arith::SelectOp::create(b, loc, active, earlier, x[1])};
    };
    return loops.generic(train, init, {AffineMap::getMultiDimIdentityMap(2, context), selectLoops(context, 2, {1})},
                         {true, false}, body)[0];
  }
};

} // namespace

void mlir::spike::populateWindowPatterns(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<PoolPattern, ReducePattern, DecodePattern>(converter, patterns.getContext());
}

void mlir::spike::populatePoolKernelPatterns(TypeConverter &converter, RewritePatternSet &patterns,
                                             FusedNeurons &fused) {
  patterns.add<PoolKernelPattern>(converter, patterns.getContext(), fused);
}
