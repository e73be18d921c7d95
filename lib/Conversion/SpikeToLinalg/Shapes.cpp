// SPDX-License-Identifier: Apache-2.0
// Shape ops as tensor and linalg ops.
#include "Builders.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

struct ReshapePattern : OpConversionPattern<ReshapeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ReshapeOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    rewriter.replaceOp(op, loops.reshape(adaptor.getInput(), op.getType().getShape()));
    return success();
  }
};

struct TransposePattern : OpConversionPattern<TransposeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(TransposeOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    rewriter.replaceOp(op, loops.transpose(adaptor.getInput(), op.getPermutation()));
    return success();
  }
};

struct SlicePattern : OpConversionPattern<SliceOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(SliceOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    ArrayRef<int64_t> shape = op.getType().getShape();
    SmallVector<OpFoldResult> offsets(shape.size(), rewriter.getIndexAttr(0)), sizes,
        strides(shape.size(), rewriter.getIndexAttr(1));
    offsets[op.getAxis()] = rewriter.getIndexAttr(op.getOffset());
    for (int64_t size : shape)
      sizes.push_back(rewriter.getIndexAttr(size));
    Value slice = tensor::ExtractSliceOp::create(rewriter, op.getLoc(), adaptor.getInput(), offsets, sizes, strides);
    // A copy, because reshapes and kernels want contiguous memory.
    AffineMap identity = AffineMap::getMultiDimIdentityMap(shape.size(), op.getContext());
    rewriter.replaceOp(op, loops.generic(slice, loops.empty(shape, elementOf(slice)), {identity, identity},
                                         SmallVector<bool>(shape.size(), false),
                                         [](LoopBuilder &, ValueRange x) -> SmallVector<Value> { return {x[0]}; }));
    return success();
  }
};

struct PadPattern : OpConversionPattern<PadOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(PadOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    SmallVector<int64_t> low(op.getType().getRank(), 0), high(low);
    for (auto [i, pad] : llvm::enumerate(op.getPadding()))
      (i % 2 ? high : low)[op.getFirstAxis() + i / 2] = pad;
    Type storage = elementOf(adaptor.getInput());
    Value zero = arith::ConstantOp::create(rewriter, op.getLoc(), rewriter.getZeroAttr(storage));
    rewriter.replaceOp(op, loops.pad(adaptor.getInput(), low, high, zero));
    return success();
  }
};

struct ConcatPattern : OpConversionPattern<ConcatOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ConcatOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    ValueRange inputs = adaptor.getInputs();
    Value result = loops.empty(cast<RankedTensorType>(op.getType()).getShape(), elementOf(inputs.front()));
    size_t rank = cast<RankedTensorType>(op.getType()).getRank();
    SmallVector<OpFoldResult> strides(rank, rewriter.getIndexAttr(1));
    int64_t start = 0;
    for (Value input : inputs) {
      SmallVector<OpFoldResult> offsets(rank, rewriter.getIndexAttr(0)), sizes;
      offsets[op.getAxis()] = rewriter.getIndexAttr(start);
      for (int64_t size : shapeOf(input))
        sizes.push_back(rewriter.getIndexAttr(size));
      result = tensor::InsertSliceOp::create(rewriter, op.getLoc(), input, result, offsets, sizes, strides);
      start += shapeOf(input)[op.getAxis()];
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct RepeatTimePattern : OpConversionPattern<RepeatTimeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(RepeatTimeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    ArrayRef<int64_t> shape = op.getType().getShape();
    int64_t elements = product(shape.drop_front());
    MLIRContext *context = op.getContext();
    Value result =
        loops.generic(loops.reshape(adaptor.getInput(), {elements}),
                      loops.empty({shape.front(), elements}, elementOf(adaptor.getInput())),
                      {selectLoops(context, 2, {1}), AffineMap::getMultiDimIdentityMap(2, context)}, {false, false},
                      [](LoopBuilder &, ValueRange x) -> SmallVector<Value> { return {x[0]}; })[0];
    rewriter.replaceOp(op, loops.reshape(result, shape));
    return success();
  }
};

} // namespace

void mlir::spike::populateShapePatterns(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ReshapePattern, TransposePattern, SlicePattern, ConcatPattern, PadPattern, RepeatTimePattern>(
      converter, patterns.getContext());
}
