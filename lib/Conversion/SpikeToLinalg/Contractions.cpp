// SPDX-License-Identifier: Apache-2.0
// Synapses and attention products: as calls of runtime kernels with packed weights, or as linalg loops that add in the
// same order. The loops are the reference for the kernels and take what the kernels do not.
#include "Builders.h"

#include "spike/Dialect/Kernel/IR/Kernel.h"
#include "spike/Runtime/Runtime.h"
#include "spike/Support/Weights.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// An image op brought to two spatial axes: [images, H, W, C] after `toChannelsLast`.
struct ConvShape {
  int64_t images, height, width, channels, outHeight, outWidth, outputs, groups;
  SmallVector<int64_t, 2> kernel, strides, low, high, dilations;
  bool channelsLast;

  static ConvShape get(ConvOp op) {
    ArrayRef<int64_t> in = shapeOf(op.getInput()), out = op.getType().getShape(), w = shapeOf(op.getWeight());
    int64_t first = op.getFirstSpatialAxis();
    bool flat = op.getSpatialRank() == 1;
    ConvShape s;
    s.channelsLast = op.getLayout() == Layout::channels_last;
    s.images = product(in.take_front(s.channelsLast ? first : first - 1));
    s.height = flat ? 1 : in[first];
    s.width = in[first + !flat];
    s.outHeight = flat ? 1 : out[first];
    s.outWidth = out[first + !flat];
    s.channels = in[op.getChannelAxis()];
    s.outputs = w[0];
    s.groups = op.getGroups();
    if (flat) {
      s.kernel = {1}, s.strides = {1}, s.low = {0}, s.high = {0}, s.dilations = {1};
    }
    for (int64_t i = 0; i < op.getSpatialRank(); ++i) {
      s.kernel.push_back(w[2 + i]);
      s.strides.push_back(op.getStrides()[i]);
      s.low.push_back(op.getPadding()[2 * i]);
      s.high.push_back(op.getPadding()[2 * i + 1]);
      s.dilations.push_back(op.getDilation(i));
    }
    return s;
  }

  bool isDepthwise() const { return groups == channels && outputs == channels; }
};

/// Whether the kernels read this element type: they take f32 and non-negative integers.
bool isKernelElement(Type element) { return element.isF32() || getMaxCount(element).has_value(); }

/// Adds a bias of the last axis.
Value addBias(LoopBuilder &loops, Value tensor, Value bias) {
  if (!bias)
    return tensor;
  return loops.elementwise({tensor, bias}, shapeOf(tensor), elementOf(tensor),
                           [](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
                             return {arith::AddFOp::create(inner.b, inner.loc, x[0], x[1])};
                           });
}

/// acc + x * w in f32, the one step of every real contraction.
Value multiplyAdd(LoopBuilder &loops, Value acc, Value x, Value w) {
  return arith::AddFOp::create(loops.b, loops.loc, acc, arith::MulFOp::create(loops.b, loops.loc, x, w));
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

/// A constant weight in the order that kernels read, as a new constant. `at(output, depth)` is the index in the source.
Value packWeight(LoopBuilder &loops, ArrayRef<float> source, int64_t outputs, int64_t depth,
                 function_ref<int64_t(int64_t, int64_t)> at) {
  constexpr int64_t block = SPIKE_RT_BLOCK;
  int64_t blocks = (outputs + block - 1) / block;
  SmallVector<float> packed(blocks * depth * block, 0.0f);
  for (int64_t n = 0; n < outputs; ++n)
    for (int64_t k = 0; k < depth; ++k)
      packed[((n / block) * depth + k) * block + n % block] = source[at(n, k)];
  auto type = RankedTensorType::get({blocks, depth, block}, loops.b.getF32Type());
  return arith::ConstantOp::create(loops.b, loops.loc, type, cast<TypedAttr>(createWeight(type, packed, "packed")));
}

/// [C, 1, KH, KW] to [KH * KW, C].
Value packDepthwise(LoopBuilder &loops, ArrayRef<float> source, int64_t channels, int64_t taps) {
  SmallVector<float> packed(taps * channels);
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t tap = 0; tap < taps; ++tap)
      packed[tap * channels + c] = source[c * taps + tap];
  auto type = RankedTensorType::get({taps, channels}, loops.b.getF32Type());
  return arith::ConstantOp::create(loops.b, loops.loc, type, cast<TypedAttr>(createWeight(type, packed, "packed")));
}

/// Values of a constant weight.
FailureOr<SmallVector<float>> readConstant(Value weight) {
  auto constant = weight.getDefiningOp<ConstantOp>();
  return constant ? readF32(constant.getValue()) : FailureOr<SmallVector<float>>(failure());
}

//===----------------------------------------------------------------------===//
// Linear
//===----------------------------------------------------------------------===//

struct LinearKernelPattern : OpConversionPattern<LinearOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(LinearOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    FailureOr<SmallVector<float>> weight = readConstant(op.getWeight());
    if (failed(weight) || !isKernelElement(elementOf(op.getInput())))
      return rewriter.notifyMatchFailure(op, "expected a constant weight and real or counted input");
    LoopBuilder loops(rewriter, op.getLoc());
    int64_t outputs = shapeOf(op.getWeight())[0], depth = shapeOf(op.getWeight())[1];
    Value packed = packWeight(loops, *weight, outputs, depth, [&](int64_t n, int64_t k) { return n * depth + k; });
    Value init = loops.empty(op.getType().getShape(), rewriter.getF32Type());
    bool binary = elementOf(op.getInput()).isInteger(1);
    rewriter.replaceOpWithNewOp<kernel::LinearOp>(op, TypeRange(op.getType()), adaptor.getInput(), packed,
                                                  adaptor.getBias(), init, binary);
    return success();
  }
};

struct LinearLoopsPattern : OpConversionPattern<LinearOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(LinearOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    MLIRContext *context = op.getContext();
    Type in = elementOf(op.getInput());
    int64_t outputs = shapeOf(op.getWeight())[0], depth = shapeOf(op.getWeight())[1];
    int64_t rows = product(op.getType().getShape()) / outputs;
    Value result = loops.generic(
        {loops.reshape(adaptor.getInput(), {rows, depth}), adaptor.getWeight()},
        loops.filled({rows, outputs}, loops.constantF32(0.0f)),
        {selectLoops(context, 3, {0, 2}), selectLoops(context, 3, {1, 2}), selectLoops(context, 3, {0, 1})},
        {false, false, true}, [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
          return {multiplyAdd(inner, x[2], inner.toF32(x[0], in), x[1])};
        })[0];
    rewriter.replaceOp(op, loops.reshape(addBias(loops, result, adaptor.getBias()), op.getType().getShape()));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// [images, H, W, C] of the input, whatever its layout.
Value toChannelsLast(LoopBuilder &loops, Value input, const ConvShape &s) {
  if (s.channelsLast)
    return loops.reshape(input, {s.images, s.height, s.width, s.channels});
  return loops.transpose(loops.reshape(input, {s.images, s.channels, s.height, s.width}), {0, 2, 3, 1});
}

Value fromChannelsLast(LoopBuilder &loops, Value result, const ConvShape &s, ArrayRef<int64_t> shape) {
  return loops.reshape(s.channelsLast ? result : loops.transpose(result, {0, 3, 1, 2}), shape);
}

struct ConvKernelPattern : OpConversionPattern<ConvOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ConvOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    FailureOr<SmallVector<float>> weight = readConstant(op.getWeight());
    ConvShape s = ConvShape::get(op);
    if (failed(weight) || !isKernelElement(elementOf(op.getInput())))
      return rewriter.notifyMatchFailure(op, "expected a constant weight and real or counted input");
    if (s.groups != 1 && !s.isDepthwise())
      return rewriter.notifyMatchFailure(op, "expected one group, or one channel per group");
    LoopBuilder loops(rewriter, op.getLoc());
    int64_t taps = s.kernel[0] * s.kernel[1];
    bool depthwise = s.groups != 1;
    Value packed = depthwise ? packDepthwise(loops, *weight, s.channels, taps)
                             : packWeight(loops, *weight, s.outputs, taps * s.channels, [&](int64_t n, int64_t k) {
                                 return (n * s.channels + k % s.channels) * taps + k / s.channels;
                               });
    Value init = loops.empty({s.images, s.outHeight, s.outWidth, s.outputs}, rewriter.getF32Type());
    Value result =
        kernel::ConvOp::create(rewriter, op.getLoc(), TypeRange(init.getType()),
                               toChannelsLast(loops, adaptor.getInput(), s), packed, adaptor.getBias(), init, s.kernel,
                               s.strides, s.low, s.dilations, depthwise, elementOf(op.getInput()).isInteger(1))
            .getResult(0);
    rewriter.replaceOp(op, fromChannelsLast(loops, result, s, op.getType().getShape()));
    return success();
  }
};

struct ConvLoopsPattern : OpConversionPattern<ConvOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ConvOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    MLIRContext *context = op.getContext();
    ConvShape s = ConvShape::get(op);
    Type in = elementOf(op.getInput());
    int64_t groupIn = s.channels / s.groups, groupOut = s.outputs / s.groups;
    Value zero = arith::ConstantOp::create(rewriter, op.getLoc(), rewriter.getZeroAttr(elementOf(adaptor.getInput())));
    // A product with padding is zero and adds nothing, so padded taps need no test.
    Value image = loops.pad(toChannelsLast(loops, adaptor.getInput(), s), {0, s.low[0], s.low[1], 0},
                            {0, s.high[0], s.high[1], 0}, zero);
    ArrayRef<int64_t> padded = shapeOf(image);
    image = loops.reshape(image, {padded[0], padded[1], padded[2], s.groups, groupIn});
    Value weight = loops.reshape(adaptor.getWeight(), {s.groups, groupOut, groupIn, s.kernel[0], s.kernel[1]});
    // Loops: image, oh, ow, group, output, kh, kw, channel.
    auto d = [&](unsigned i) { return getAffineDimExpr(i, context); };
    AffineMap inputMap = AffineMap::get(
        8, 0,
        {d(0), d(1) * s.strides[0] + d(5) * s.dilations[0], d(2) * s.strides[1] + d(6) * s.dilations[1], d(3), d(7)},
        context);
    Value result = loops.generic(
        {image, weight}, loops.filled({s.images, s.outHeight, s.outWidth, s.groups, groupOut}, loops.constantF32(0.0f)),
        {inputMap, selectLoops(context, 8, {3, 4, 7, 5, 6}), selectLoops(context, 8, {0, 1, 2, 3, 4})},
        {false, false, false, false, false, true, true, true},
        [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
          return {multiplyAdd(inner, x[2], inner.toF32(x[0], in), x[1])};
        })[0];
    result = addBias(loops, loops.reshape(result, {s.images, s.outHeight, s.outWidth, s.outputs}), adaptor.getBias());
    rewriter.replaceOp(op, fromChannelsLast(loops, result, s, op.getType().getShape()));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Matmul
//===----------------------------------------------------------------------===//

/// Whether every sum of the product is exact in f32, in which kernels accumulate integers.
bool isExactInF32(MatmulOp op) {
  Type out = op.getType().getElementType();
  if (out.isF32())
    return true;
  std::optional<uint64_t> lhs = getMaxCount(elementOf(op.getLhs())), rhs = getMaxCount(elementOf(op.getRhs()));
  if (!lhs || !rhs || !getMaxCount(out))
    return false;
  ArrayRef<int64_t> shape = shapeOf(op.getLhs());
  double depth = shape[shape.size() - (op.getTransposeLhs() ? 2 : 1)];
  return depth * static_cast<double>(*lhs) * static_cast<double>(*rhs) < 0x1p24;
}

struct MatmulKernelPattern : OpConversionPattern<MatmulOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(MatmulOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    if (!isKernelElement(elementOf(op.getLhs())) || !isKernelElement(elementOf(op.getRhs())) || !isExactInF32(op))
      return rewriter.notifyMatchFailure(op, "expected real or counted operands with sums below 2^24");
    LoopBuilder loops(rewriter, op.getLoc());
    Value init = loops.empty(op.getType().getShape(), getStorageElement(op.getType().getElementType()));
    rewriter.replaceOpWithNewOp<kernel::MatmulOp>(op, TypeRange(init.getType()), adaptor.getLhs(), adaptor.getRhs(),
                                                  init, op.getTransposeLhs(), op.getTransposeRhs());
    return success();
  }
};

struct MatmulLoopsPattern : OpConversionPattern<MatmulOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(MatmulOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    MLIRContext *context = op.getContext();
    Type lhs = elementOf(op.getLhs()), rhs = elementOf(op.getRhs()), out = op.getType().getElementType();
    ArrayRef<int64_t> shape = op.getType().getShape();
    int64_t batch = product(shape.drop_back(2)), m = shape[shape.size() - 2], n = shape.back();
    auto flatten = [&](Value tensor) {
      ArrayRef<int64_t> s = shapeOf(tensor);
      return loops.reshape(tensor, {batch, s[s.size() - 2], s.back()});
    };
    // Loops: batch, m, n, k.
    AffineMap lhsMap =
        selectLoops(context, 4, op.getTransposeLhs() ? ArrayRef<unsigned>{0, 3, 1} : ArrayRef<unsigned>{0, 1, 3});
    AffineMap rhsMap =
        selectLoops(context, 4, op.getTransposeRhs() ? ArrayRef<unsigned>{0, 2, 3} : ArrayRef<unsigned>{0, 3, 2});
    bool real = out.isF32();
    Value result = loops.generic({flatten(adaptor.getLhs()), flatten(adaptor.getRhs())},
                                 loops.filled({batch, m, n}, real ? loops.constantF32(0.0f) : loops.constantI32(0)),
                                 {lhsMap, rhsMap, selectLoops(context, 4, {0, 1, 2})}, {false, false, false, true},
                                 [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
                                   if (real)
                                     return {multiplyAdd(inner, x[2], inner.toF32(x[0], lhs), inner.toF32(x[1], rhs))};
                                   Value product = arith::MulIOp::create(inner.b, inner.loc, inner.toI32(x[0], lhs),
                                                                         inner.toI32(x[1], rhs));
                                   return {arith::AddIOp::create(inner.b, inner.loc, x[2], product)};
                                 })[0];
    if (!real)
      result = loops.castElements(result, rewriter.getI32Type(), out);
    rewriter.replaceOp(op, loops.reshape(result, shape));
    return success();
  }
};

} // namespace

void mlir::spike::populateContractionPatterns(TypeConverter &converter, RewritePatternSet &patterns,
                                              Contractions contractions) {
  MLIRContext *context = patterns.getContext();
  patterns.add<LinearLoopsPattern, ConvLoopsPattern, MatmulLoopsPattern>(converter, context, PatternBenefit(1));
  if (contractions == Contractions::kernel)
    patterns.add<LinearKernelPattern, ConvKernelPattern, MatmulKernelPattern>(converter, context, PatternBenefit(2));
}
