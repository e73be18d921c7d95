// SPDX-License-Identifier: Apache-2.0
// Elementwise spike ops as linalg.
#include "Builders.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

struct ConstantPattern : OpConversionPattern<ConstantOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ConstantOp op, OpAdaptor, ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getStorageType(op.getType());
    ElementsAttr value = op.getValue();
    Type element = op.getType().getElementType();
    if (getMaxCount(element)) {
      auto dense = dyn_cast<DenseIntElementsAttr>(value);
      if (!dense)
        return rewriter.notifyMatchFailure(op, "expected spikes and counts as dense integers");
      unsigned width = type.getElementTypeBitWidth();
      value = dense.mapValues(type.getElementType(), [&](const APInt &v) { return v.zextOrTrunc(width); });
    }
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, type, cast<TypedAttr>(value));
    return success();
  }
};

struct CastPattern : OpConversionPattern<CastOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(CastOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    rewriter.replaceOp(op,
                       loops.castElements(adaptor.getInput(), elementOf(op.getInput()), op.getType().getElementType()));
    return success();
  }
};

/// A sum or a product: real if the result is real, else on integers.
template <typename OpTy, typename FloatOp, typename IntOp>
struct BinaryPattern : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    Type lhs = elementOf(op.getLhs()), rhs = elementOf(op.getRhs()), out = op.getType().getElementType();
    auto body = [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
      if (out.isF32())
        return {FloatOp::create(inner.b, inner.loc, inner.toF32(x[0], lhs), inner.toF32(x[1], rhs))};
      return {inner.fromI32(IntOp::create(inner.b, inner.loc, inner.toI32(x[0], lhs), inner.toI32(x[1], rhs)), out)};
    };
    rewriter.replaceOp(op, loops.elementwise({adaptor.getLhs(), adaptor.getRhs()}, op.getType().getShape(),
                                             getStorageElement(out), body));
    return success();
  }
};

struct ScalePattern : OpConversionPattern<ScaleOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ScaleOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    Type in = elementOf(op.getInput());
    auto body = [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
      Value value = inner.toF32(x[0], in), factor = inner.constantF32(op.getFactor().convertToFloat());
      if (op.getDivide())
        return {arith::DivFOp::create(inner.b, inner.loc, value, factor)};
      return {arith::MulFOp::create(inner.b, inner.loc, value, factor)};
    };
    rewriter.replaceOp(op, loops.elementwise(adaptor.getInput(), op.getType().getShape(), rewriter.getF32Type(), body));
    return success();
  }
};

struct QuantizePattern : OpConversionPattern<QuantizeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(QuantizeOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    Type out = op.getType().getElementType();
    auto body = [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
      return {inner.fromF32(op.buildScalar(inner.b, inner.loc, x[0]), out)};
    };
    rewriter.replaceOp(op,
                       loops.elementwise(adaptor.getInput(), op.getType().getShape(), getStorageElement(out), body));
    return success();
  }
};

struct MapPattern : OpConversionPattern<MapOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(MapOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    Type out = op.getType().getElementType();
    auto body = [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
      SmallVector<Value> reals;
      for (auto [value, source] : llvm::zip_equal(x, op.getInputs()))
        reals.push_back(inner.toF32(value, elementOf(source)));
      Value result = op.buildScalar(inner.b, inner.loc, reals);
      return {op.isComparison() ? inner.fromBool(result, out) : result};
    };
    rewriter.replaceOp(op,
                       loops.elementwise(adaptor.getInputs(), op.getType().getShape(), getStorageElement(out), body));
    return success();
  }
};

struct BatchNormPattern : OpConversionPattern<BatchNormOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(BatchNormOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    MLIRContext *context = op.getContext();
    ArrayRef<int64_t> shape = op.getType().getShape();
    int64_t axis = op.getAxis(), channels = shape[axis];
    auto [gain, shift] = buildAffine(op, adaptor, loops, channels);
    // Before, channel, behind: the channel's vector is stretched over the other two.
    SmallVector<int64_t> folded = {product(shape.take_front(axis)), channels, product(shape.drop_front(axis + 1))};
    Type in = elementOf(op.getInput());
    AffineMap all = AffineMap::getMultiDimIdentityMap(3, context), channel = selectLoops(context, 3, {1});
    Value result = loops.generic({loops.reshape(adaptor.getInput(), folded), gain, shift},
                                 loops.empty(folded, rewriter.getF32Type()), {all, channel, channel, all},
                                 {false, false, false}, [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
                                   Value scaled =
                                       arith::MulFOp::create(inner.b, inner.loc, inner.toF32(x[0], in), x[1]);
                                   return {arith::AddFOp::create(inner.b, inner.loc, scaled, x[2])};
                                 })[0];
    rewriter.replaceOp(op, loops.reshape(result, shape));
    return success();
  }

private:
  /// gain = gamma / sqrt(var + eps) and shift = beta - mean * gain in f64, rounded to f32 once.
  static std::pair<Value, Value> buildAffine(BatchNormOp op, OpAdaptor adaptor, LoopBuilder &loops, int64_t channels) {
    SmallVector<Value> inputs = {adaptor.getMean(), adaptor.getVar()};
    for (Value optional : {adaptor.getGamma(), adaptor.getBeta()})
      if (optional)
        inputs.push_back(optional);
    Value init = loops.empty({channels}, loops.b.getF32Type());
    SmallVector<AffineMap> maps(inputs.size() + 2, AffineMap::getMultiDimIdentityMap(1, op.getContext()));
    auto body = [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
      OpBuilder &b = inner.b;
      Location loc = inner.loc;
      Type f64 = b.getF64Type(), f32 = b.getF32Type();
      auto widen = [&](Value v) { return arith::ExtFOp::create(b, loc, f64, v); };
      Value eps = arith::ConstantOp::create(b, loc, b.getF64FloatAttr(op.getEps().convertToDouble()));
      Value deviation = math::SqrtOp::create(b, loc, arith::AddFOp::create(b, loc, widen(x[1]), eps));
      Value gamma = op.getGamma() ? widen(x[2]).getResult()
                                  : arith::ConstantOp::create(b, loc, b.getF64FloatAttr(1.0)).getResult();
      Value gain = arith::DivFOp::create(b, loc, gamma, deviation);
      Value offset = arith::MulFOp::create(b, loc, widen(x[0]), gain);
      Value beta = op.getBeta() ? widen(x[op.getGamma() ? 3 : 2]).getResult()
                                : arith::ConstantOp::create(b, loc, b.getF64FloatAttr(0.0)).getResult();
      Value shift = arith::SubFOp::create(b, loc, beta, offset);
      return {arith::TruncFOp::create(b, loc, f32, gain), arith::TruncFOp::create(b, loc, f32, shift)};
    };
    SmallVector<Value> results = loops.generic(inputs, {init, init}, maps, {false}, body);
    return {results[0], results[1]};
  }
};

} // namespace

void mlir::spike::populateElementwisePatterns(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ConstantPattern, CastPattern, BinaryPattern<AddOp, arith::AddFOp, arith::AddIOp>,
               BinaryPattern<MaskOp, arith::MulFOp, arith::MulIOp>, ScalePattern, QuantizePattern, MapPattern,
               BatchNormPattern>(converter, patterns.getContext());
}
