// SPDX-License-Identifier: Apache-2.0
// Pooling windows and reductions over axes.
#include "PopulatePatterns.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// Kernel, stride, padding and dilation of a window on two axes.
struct Window {
  SmallVector<int64_t> kernel, strides, padding, dilations;

  /// Whether the window with these numbers, rounded down, gives `result`; `ceil_mode` then changes nothing.
  bool fits(ArrayRef<int64_t> input, ArrayRef<int64_t> result) const {
    for (int64_t axis = 0; axis < 2; ++axis) {
      std::optional<int64_t> length = getWindowedLength(input[input.size() - 2 + axis], kernel[axis], strides[axis],
                                                        padding[axis], padding[axis], dilations[axis]);
      if (!length || *length != result[result.size() - 2 + axis])
        return false;
    }
    return true;
  }

  SmallVector<int64_t> getLowHighPadding() const { return {padding[0], padding[0], padding[1], padding[1]}; }
};

/// Reads a list of one or two numbers; an empty one is `ifEmpty`.
bool readPair(Value list, ArrayRef<int64_t> ifEmpty, SmallVector<int64_t> &pair) {
  std::optional<SmallVector<int64_t>> values = torch::getConstantIntList(list);
  if (!values)
    return false;
  pair = values->empty() ? SmallVector<int64_t>(ifEmpty) : *values;
  if (pair.size() == 1)
    pair.push_back(pair.front());
  return pair.size() == 2;
}

class ConvertMaxPool : public TorchPattern<torch::AtenMaxPool2dOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenMaxPool2dOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    Window window;
    if (!readPair(op.getKernelSize(), {}, window.kernel) || !readPair(op.getStride(), window.kernel, window.strides) ||
        !readPair(op.getPadding(), {0, 0}, window.padding) || !readPair(op.getDilation(), {1, 1}, window.dilations))
      return refuse(op, "expected a constant kernel, stride, padding and dilation of two axes");
    if (!window.fits(cast<RankedTensorType>(adaptor.getInput().getType()).getShape(), type.getShape()))
      return refuse(op, "ceil_mode adds a window here that is not wholly inside the padded image");
    rewriter.replaceOpWithNewOp<PoolOp>(
        op, type, PoolKind::max, adaptor.getInput(), window.kernel, window.strides, window.getLowHighPadding(),
        window.dilations == ArrayRef<int64_t>{1, 1} ? SmallVector<int64_t>() : window.dilations,
        /*count_include_pad=*/false, Layout::channels_first);
    return success();
  }
};

/// Pooling of one axis, as an image of one row.
class ConvertMaxPool1d : public TorchPattern<torch::AtenMaxPool1dOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenMaxPool1dOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    auto number = [](Value list, int64_t ifEmpty) -> std::optional<int64_t> {
      std::optional<SmallVector<int64_t>> values = torch::getConstantIntList(list);
      if (!values || values->size() > 1)
        return std::nullopt;
      return values->empty() ? ifEmpty : values->front();
    };
    std::optional<int64_t> kernel = number(op.getKernelSize(), 1), padding = number(op.getPadding(), 0);
    std::optional<int64_t> stride = number(op.getStride(), kernel.value_or(1)), dilation = number(op.getDilation(), 1);
    if (!kernel || !padding || !stride || !dilation)
      return refuse(op, "expected a constant kernel, stride, padding and dilation");
    auto asImage = [](RankedTensorType tensor) {
      SmallVector<int64_t> shape(tensor.getShape());
      shape.insert(shape.end() - 1, 1);
      return shape;
    };
    Window window = {{1, *kernel}, {1, *stride}, {0, *padding}, {1, *dilation}};
    SmallVector<int64_t> in = asImage(cast<RankedTensorType>(adaptor.getInput().getType())), out = asImage(type);
    if (!window.fits(in, out))
      return refuse(op, "ceil_mode adds a window here that is not wholly inside the padded sequence");
    Value image = createReshape(rewriter, op.getLoc(), adaptor.getInput(), in);
    Value pooled =
        PoolOp::create(rewriter, op.getLoc(), type.clone(out), PoolKind::max, image, window.kernel, window.strides,
                       window.getLowHighPadding(), *dilation == 1 ? SmallVector<int64_t>() : window.dilations,
                       /*count_include_pad=*/false, Layout::channels_first);
    rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), pooled, type.getShape()));
    return success();
  }
};

/// Pooling of the last two of three axes: the first is then like a channel.
class ConvertMaxPool3d : public TorchPattern<torch::AtenMaxPool3dOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenMaxPool3dOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    auto read = [](Value list, SmallVector<int64_t> ifEmpty) -> std::optional<SmallVector<int64_t>> {
      std::optional<SmallVector<int64_t>> values = torch::getConstantIntList(list);
      if (!values)
        return std::nullopt;
      if (values->empty())
        return ifEmpty;
      if (values->size() == 1)
        values->resize(3, values->front());
      return values->size() == 3 ? values : std::nullopt;
    };
    auto kernel = read(op.getKernelSize(), {1, 1, 1});
    auto stride = kernel ? read(op.getStride(), *kernel) : std::nullopt;
    auto padding = read(op.getPadding(), {0, 0, 0}), dilation = read(op.getDilation(), {1, 1, 1});
    if (!kernel || !stride || !padding || !dilation)
      return refuse(op, "expected a constant kernel, stride, padding and dilation of three axes");
    if (kernel->front() != 1 || stride->front() != 1 || padding->front() != 0)
      return refuse(op, "expected a window of one along the first of the three axes, got a kernel of " +
                            Twine(kernel->front()) + " with stride " + Twine(stride->front()));
    auto lastTwo = [](ArrayRef<int64_t> values) { return llvm::to_vector(values.drop_front()); };
    Window window = {lastTwo(*kernel), lastTwo(*stride), lastTwo(*padding), lastTwo(*dilation)};
    if (!window.fits(cast<RankedTensorType>(adaptor.getInput().getType()).getShape(), type.getShape()))
      return refuse(op, "ceil_mode adds a window here that is not wholly inside the padded image");
    rewriter.replaceOpWithNewOp<PoolOp>(
        op, type, PoolKind::max, adaptor.getInput(), window.kernel, window.strides, window.getLowHighPadding(),
        window.dilations == ArrayRef<int64_t>{1, 1} ? SmallVector<int64_t>() : window.dilations,
        /*count_include_pad=*/false, Layout::channels_first);
    return success();
  }
};

/// Adaptive pooling to a single element: the mean or maximum over the pooled axes.
template <typename OpTy, ReduceKind kind, unsigned axes>
class ConvertPoolToOne : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op->getResult(0));
    if (!type)
      return failure();
    if (llvm::any_of(type.getShape().take_back(axes), [](int64_t size) { return size != 1; }))
      return this->refuse(op, "expected an output size of 1");
    if (op->getNumResults() > 1 && !op->getResult(1).use_empty())
      return this->refuse(op, "expected the indices of the maxima to be unused");
    auto dims = llvm::to_vector(llvm::seq<int64_t>(type.getRank() - axes, type.getRank()));
    Value result = ReduceOp::create(rewriter, op.getLoc(), type, kind, adaptor.getInput(), dims, /*keep_dims=*/true);
    SmallVector<Value> results(op->getNumResults());
    results[0] = result;
    rewriter.replaceOp(op, results);
    return success();
  }
};

class ConvertAvgPool : public TorchPattern<torch::AtenAvgPool2dOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenAvgPool2dOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    Window window;
    window.dilations = {1, 1};
    std::optional<bool> includePad = torch::getConstantBool(op.getCountIncludePad());
    if (!readPair(op.getKernelSize(), {}, window.kernel) || !readPair(op.getStride(), window.kernel, window.strides) ||
        !readPair(op.getPadding(), {0, 0}, window.padding) || !includePad)
      return refuse(op, "expected a constant kernel, stride and padding of two axes");
    if (!torch::isNone(op.getDivisorOverride()))
      return refuse(op, "expected no divisor_override");
    if (!window.fits(cast<RankedTensorType>(adaptor.getInput().getType()).getShape(), type.getShape()))
      return refuse(op, "ceil_mode adds a window here that is not wholly inside the padded image");
    rewriter.replaceOpWithNewOp<PoolOp>(op, type, PoolKind::avg, adaptor.getInput(), window.kernel, window.strides,
                                        window.getLowHighPadding(), ArrayRef<int64_t>(), *includePad,
                                        Layout::channels_first);
    return success();
  }
};

class ConvertAdaptiveAvgPool : public TorchPattern<torch::AtenAdaptiveAvgPool2dOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenAdaptiveAvgPool2dOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    ArrayRef<int64_t> from = cast<RankedTensorType>(adaptor.getInput().getType()).getShape().take_back(2);
    ArrayRef<int64_t> to = type.getShape().take_back(2);
    if (from[0] % to[0] != 0 || from[1] % to[1] != 0)
      return refuse(op, "expected an output size that divides the image, got " + Twine(to[0]) + "x" + Twine(to[1]) +
                            " for " + Twine(from[0]) + "x" + Twine(from[1]));
    SmallVector<int64_t> kernel = {from[0] / to[0], from[1] / to[1]};
    rewriter.replaceOpWithNewOp<PoolOp>(op, type, PoolKind::avg, adaptor.getInput(), kernel, kernel,
                                        ArrayRef<int64_t>{0, 0, 0, 0}, ArrayRef<int64_t>(),
                                        /*count_include_pad=*/false, Layout::channels_first);
    return success();
  }
};

template <typename OpTy, ReduceKind kind>
class ConvertReduce : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    int64_t rank = cast<RankedTensorType>(adaptor.getInput().getType()).getRank();
    std::optional<bool> keepDims = torch::getConstantBool(op.getKeepdim());
    SmallVector<int64_t> given;
    if (!torch::isNone(op.getDim())) {
      std::optional<SmallVector<int64_t>> list = torch::getConstantIntList(op.getDim());
      if (!list)
        return this->refuse(op, "expected constant axes");
      given = *list;
    }
    if (given.empty())
      llvm::append_range(given, llvm::seq<int64_t>(0, rank));
    SmallVector<int64_t> dims;
    for (int64_t dim : given) {
      std::optional<int64_t> normal = normalizeDim(dim, rank);
      if (!normal)
        return this->refuse(op, "axis " + Twine(dim) + " is out of range for " + Twine(rank) + " axes");
      dims.push_back(*normal);
    }
    llvm::sort(dims);
    if (!keepDims)
      return this->refuse(op, "expected a constant keepdim");
    if (dims.empty())
      rewriter.replaceOp(op, adaptor.getInput());
    else
      rewriter.replaceOpWithNewOp<ReduceOp>(op, type, kind, adaptor.getInput(), dims, *keepDims);
    return success();
  }
};

/// A reduction over every axis.
template <typename OpTy, ReduceKind kind>
class ConvertReduceAll : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    auto dims = llvm::to_vector(llvm::seq<int64_t>(0, cast<RankedTensorType>(adaptor.getInput().getType()).getRank()));
    if (dims.empty())
      rewriter.replaceOp(op, adaptor.getInput());
    else
      rewriter.replaceOpWithNewOp<ReduceOp>(op, type, kind, adaptor.getInput(), dims, /*keep_dims=*/false);
    return success();
  }
};

} // namespace

void mlir::spike::populateReductionPatterns(RewritePatternSet &patterns, const TypeConverter &converter,
                                            Refusals &refusals) {
  patterns
      .add<ConvertMaxPool, ConvertMaxPool1d, ConvertMaxPool3d, ConvertAvgPool,
           ConvertPoolToOne<torch::AtenAdaptiveAvgPool1dOp, ReduceKind::mean, 1>,
           ConvertPoolToOne<torch::AtenAdaptiveAvgPool3dOp, ReduceKind::mean, 3>,
           ConvertPoolToOne<torch::AtenAdaptiveMaxPool2dOp, ReduceKind::max, 2>,
           ConvertPoolToOne<torch::AtenAdaptiveMaxPool3dOp, ReduceKind::max, 3>, ConvertAdaptiveAvgPool,
           ConvertReduceAll<torch::AtenSumOp, ReduceKind::sum>, ConvertReduceAll<torch::AtenMeanOp, ReduceKind::mean>,
           ConvertReduce<torch::AtenSumDimIntListOp, ReduceKind::sum>,
           ConvertReduce<torch::AtenMeanDimOp, ReduceKind::mean>, ConvertReduce<torch::AtenAmaxOp, ReduceKind::max>>(
          converter, patterns.getContext(), refusals);
}
