// SPDX-License-Identifier: Apache-2.0
// Synapses and attention products: as calls of runtime kernels with packed weights, or as linalg loops that add in the
// same order. The loops are the reference for the kernels and take what the kernels do not.
#include "Synapses.h"

#include "mlir/IR/Threading.h"
#include "spike/Dialect/Kernel/IR/Kernel.h"
#include "spike/Runtime/Runtime.h"
#include "spike/Support/FixedPoint.h"
#include "spike/Support/Weights.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

Value widen(LoopBuilder &loops, Value scalar, Type type) {
  return scalar.getType() == type ? scalar : arith::ExtFOp::create(loops.b, loops.loc, type, scalar).getResult();
}

/// Adds a bias of the last axis to sums in f32 or f64; the result is f32.
Value addBias(LoopBuilder &loops, Value sums, Value bias) {
  bool single = elementOf(sums).isF32();
  if (!bias && single)
    return sums;
  SmallVector<Value> operands = {sums};
  if (bias)
    operands.push_back(bias);
  return loops.elementwise(operands, shapeOf(sums), loops.b.getF32Type(),
                           [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
                             Value sum = x[0];
                             if (bias)
                               sum = arith::AddFOp::create(inner.b, inner.loc, sum, widen(inner, x[1], sum.getType()));
                             if (single)
                               return {sum};
                             return {arith::TruncFOp::create(inner.b, inner.loc, inner.b.getF32Type(), sum)};
                           });
}

/// Zeros to sum up from: f64 for exact sums, else f32.
Value startSums(LoopBuilder &loops, ArrayRef<int64_t> shape, bool exact) {
  FloatType type = exact ? loops.b.getF64Type() : loops.b.getF32Type();
  return loops.filled(shape, arith::ConstantOp::create(loops.b, loops.loc, loops.b.getFloatAttr(type, 0.0)));
}

/// acc + x * w in the accumulator's type, the one step of every real contraction.
Value multiplyAdd(LoopBuilder &loops, Value acc, Value x, Value w) {
  x = widen(loops, x, acc.getType());
  w = widen(loops, w, acc.getType());
  return arith::AddFOp::create(loops.b, loops.loc, acc, arith::MulFOp::create(loops.b, loops.loc, x, w));
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

/// A constant weight in the order that kernels read. `at(output, depth)` is the index in the source.
struct PackedWeight {
  Value weight, scale;
  bool narrow = false; ///< every sum of integer weights fits 32 bits
};

PackedWeight packRows(LoopBuilder &loops, ArrayRef<float> source, int64_t outputs, int64_t depth,
                      function_ref<int64_t(int64_t, int64_t)> at) {
  constexpr int64_t block = SPIKE_RT_BLOCK;
  int64_t blocks = (outputs + block - 1) / block;
  SmallVector<float> packed(blocks * depth * block, 0.0f);
  for (int64_t n = 0; n < outputs; ++n)
    for (int64_t k = 0; k < depth; ++k)
      packed[((n / block) * depth + k) * block + n % block] = source[at(n, k)];
  auto type = RankedTensorType::get({blocks, depth, block}, loops.b.getF32Type());
  return {arith::ConstantOp::create(loops.b, loops.loc, type, cast<TypedAttr>(createWeight(type, packed, "packed"))),
          {}};
}

/// The inputs of an output in as many segments as a kernel is high.
struct Depth {
  int64_t height, segment;
  int64_t get() const { return height * segment; }
};

/// Digit planes, if every weight is such an integer.
std::optional<PackedWeight> packPlanes(LoopBuilder &loops, int64_t maxInput, ArrayRef<float> source, int64_t outputs,
                                       Depth depth, function_ref<int64_t(int64_t, int64_t)> at) {
  auto forEach = [&](int64_t count, const std::function<bool(int64_t)> &body) {
    auto each = [&](size_t n) { return success(body(n)); };
    return succeeded(failableParallelForEachN(loops.b.getContext(), 0, count, each));
  };
  int64_t depthBlocks = spike_rt_plane_blocks(depth.height, depth.segment), padded = depthBlocks * SPIKE_RT_PLANE_DEPTH;
  int64_t segments = spike_rt_plane_segments(depth.height, depth.segment);
  int64_t room = padded / segments, inputs = depth.get() / segments;
  auto weight = [&](int64_t n, int64_t k) {
    return k % room < inputs ? source[at(n, k / room * inputs + k % room)] : 0.0f;
  };
  std::optional<DigitPlanes> digits = packDigitPlanes(outputs, padded, weight, forEach);
  if (!digits)
    return std::nullopt;
  constexpr int64_t width = SPIKE_RT_PLANE_OUTPUTS, groups = SPIKE_RT_PLANE_DEPTH / 4;
  auto scales = static_cast<int64_t>(digits->scales.size());
  auto type =
      RankedTensorType::get({scales / width, depthBlocks, digits->count, groups, width, 4}, loops.b.getI8Type());
  auto scaleType = RankedTensorType::get({scales}, loops.b.getF32Type());
  ArrayRef<char> bytes(reinterpret_cast<const char *>(digits->planes.data()), digits->planes.size());
  auto constant = [&](RankedTensorType t, ElementsAttr value) -> Value {
    return arith::ConstantOp::create(loops.b, loops.loc, t, cast<TypedAttr>(value));
  };
  return PackedWeight{constant(type, createWeight(type, bytes, "planes")),
                      constant(scaleType, createWeight(scaleType, digits->scales, "scale")),
                      digits->largestSum <= std::numeric_limits<int32_t>::max() / std::max<int64_t>(1, maxInput)};
}

/// Digit planes for an exact sum of small integers where they hold the weight, else rows of f32.
PackedWeight packWeight(LoopBuilder &loops, bool exact, Type input, ArrayRef<float> source, int64_t outputs,
                        Depth depth, function_ref<int64_t(int64_t, int64_t)> at) {
  std::optional<uint64_t> max = getMaxCount(input);
  if (exact && max && fitsDigitSums(depth.get(), static_cast<int64_t>(*max)))
    if (std::optional<PackedWeight> planes = packPlanes(loops, *max, source, outputs, depth, at))
      return *planes;
  return packRows(loops, source, outputs, depth.get(), at);
}

//===----------------------------------------------------------------------===//
// Linear
//===----------------------------------------------------------------------===//

struct LinearKernelPattern : OpConversionPattern<LinearOp> {
  LinearKernelPattern(TypeConverter &converter, MLIRContext *context, FusedNeurons &fused)
      : OpConversionPattern(converter, context, PatternBenefit(2)), fused(fused) {}
  LogicalResult matchAndRewrite(LinearOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    FailureOr<SmallVector<float>> weight = readConstant(op.getWeight());
    if (failed(weight) || !isKernelElement(elementOf(op.getInput())))
      return rewriter.notifyMatchFailure(op, "expected a constant weight and real or counted input");
    LoopBuilder loops(rewriter, op.getLoc());
    int64_t outputs = shapeOf(op.getWeight())[0], depth = shapeOf(op.getWeight())[1];
    Type in = elementOf(op.getInput());
    PackedWeight packed = packWeight(loops, op.getExact(), in, *weight, outputs, {1, depth},
                                     [&](int64_t n, int64_t k) { return n * depth + k; });
    Epilogue epilogue = Epilogue::get(rewriter, op, packed.scale != nullptr);
    Value init = loops.empty(op.getType().getShape(), epilogue.element);
    Value result = kernel::LinearOp::create(rewriter, op.getLoc(), TypeRange(init.getType()), adaptor.getInput(),
                                            packed.weight, adaptor.getBias(), packed.scale, init, in.isInteger(1),
                                            op.getExact(), packed.narrow, epilogue.model, epilogue.steps)
                       .getResult(0);
    epilogue.replace(loops, rewriter, op, result, fused);
    return success();
  }

  FusedNeurons &fused;
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
        startSums(loops, {rows, outputs}, op.getExact()),
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

/// Parts of the last axis from `first` on.
struct LastAxisSlice {
  SmallVector<OpFoldResult> offsets, sizes, strides;

  LastAxisSlice(OpBuilder &b, ArrayRef<int64_t> shape, int64_t first) {
    for (int64_t size : shape) {
      offsets.push_back(b.getIndexAttr(0));
      sizes.push_back(b.getIndexAttr(size));
      strides.push_back(b.getIndexAttr(1));
    }
    offsets.back() = b.getIndexAttr(first);
  }
};

Value takeGroup(LoopBuilder &loops, Value tensor, int64_t first, int64_t count) {
  SmallVector<int64_t> shape(shapeOf(tensor));
  shape.back() = count;
  LastAxisSlice slice(loops.b, shape, first);
  return tensor::ExtractSliceOp::create(loops.b, loops.loc, tensor, slice.offsets, slice.sizes, slice.strides);
}

Value putGroup(LoopBuilder &loops, Value part, Value whole, int64_t first) {
  LastAxisSlice slice(loops.b, shapeOf(part), first);
  return tensor::InsertSliceOp::create(loops.b, loops.loc, part, whole, slice.offsets, slice.sizes, slice.strides);
}

/// One product for each group.
struct ConvKernelPattern : OpConversionPattern<ConvOp> {
  ConvKernelPattern(TypeConverter &converter, MLIRContext *context, FusedNeurons &fused)
      : OpConversionPattern(converter, context, PatternBenefit(2)), fused(fused) {}
  LogicalResult matchAndRewrite(ConvOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    FailureOr<SmallVector<float>> weight = readConstant(op.getWeight());
    ConvShape s = ConvShape::get(op);
    if (failed(weight) || !isKernelElement(elementOf(op.getInput())))
      return rewriter.notifyMatchFailure(op, "expected a constant weight and real or counted input");
    if (!s.hasLargeGroups())
      return rewriter.notifyMatchFailure(op, "expected one group, or groups that fill matrices");
    LoopBuilder loops(rewriter, op.getLoc());
    Type in = elementOf(op.getInput());
    int64_t taps = s.kernel[0] * s.kernel[1], channels = s.channels / s.groups, outputs = s.outputs / s.groups;
    SmallVector<PackedWeight> packed;
    for (int64_t g = 0; g < s.groups; ++g)
      packed.push_back(packWeight(
          loops, op.getExact(), in, *weight, outputs, {s.kernel[0], s.kernel[1] * channels},
          [&](int64_t n, int64_t k) { return ((g * outputs + n) * channels + k % channels) * taps + k / channels; }));
    bool fires = s.channelsLast && llvm::all_of(packed, [](const PackedWeight &p) { return p.scale != nullptr; });
    Epilogue epilogue = Epilogue::get(rewriter, op, fires);
    Value image = toChannelsLast(loops, adaptor.getInput(), s);
    Value result = loops.empty({s.images, s.outHeight, s.outWidth, s.outputs}, epilogue.element);
    for (auto [g, part] : llvm::enumerate(packed)) {
      bool whole = s.groups == 1;
      Value input = whole ? image : takeGroup(loops, image, g * channels, channels);
      Value bias = adaptor.getBias();
      if (bias && !whole)
        bias = takeGroup(loops, bias, g * outputs, outputs);
      Value init = whole ? result : loops.empty({s.images, s.outHeight, s.outWidth, outputs}, epilogue.element);
      Value sums = kernel::ConvOp::create(rewriter, op.getLoc(), TypeRange(init.getType()), input, part.weight, bias,
                                          part.scale, init, s.kernel, s.strides, s.low, s.dilations,
                                          /*groups=*/IntegerAttr(), in.isInteger(1), op.getExact(), part.narrow,
                                          /*pool=*/DenseI64ArrayAttr(), epilogue.model, epilogue.steps)
                       .getResult(0);
      result = whole ? sums : putGroup(loops, sums, result, g * outputs);
    }
    if (!epilogue.neuron)
      result = fromChannelsLast(loops, result, s, op.getType().getShape());
    epilogue.replace(loops, rewriter, op, result, fused);
    return success();
  }

  FusedNeurons &fused;
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
        {image, weight}, startSums(loops, {s.images, s.outHeight, s.outWidth, s.groups, groupOut}, op.getExact()),
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
                                              Contractions contractions, FusedNeurons &fused) {
  MLIRContext *context = patterns.getContext();
  patterns.add<LinearLoopsPattern, ConvLoopsPattern, MatmulLoopsPattern>(converter, context, PatternBenefit(1));
  if (contractions != Contractions::kernel)
    return;
  patterns.add<LinearKernelPattern, ConvKernelPattern>(converter, context, fused);
  patterns.add<MatmulKernelPattern>(converter, context, PatternBenefit(2));
  populateGroupPatterns(converter, patterns, fused);
  populatePoolKernelPatterns(converter, patterns, fused);
  populateAttentionPatterns(converter, patterns, fused);
}
