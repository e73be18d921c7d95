// SPDX-License-Identifier: Apache-2.0
// Synapses and normalisation: convolutions, linear layers, batch norm, and products of activations.
#include "PopulatePatterns.h"

#include "spike/Support/Weights.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// Whether `value` is a parameter or buffer of the model.
bool isLiteral(Value value) { return value.getDefiningOp<torch::ValueTensorLiteralOp>() != nullptr; }

/// One number for each of `rank` axes, where a single number stands for all of them.
std::optional<SmallVector<int64_t>> getPerAxis(Value list, int64_t rank) {
  std::optional<SmallVector<int64_t>> values = torch::getConstantIntList(list);
  if (!values)
    return std::nullopt;
  if (values->size() == 1)
    values->resize(rank, values->front());
  if (static_cast<int64_t>(values->size()) != rank)
    return std::nullopt;
  return values;
}

template <typename OpTy>
class ConvertConv : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    constexpr int64_t spatialRank = std::is_same_v<OpTy, torch::AtenConv1dOp> ? 1 : 2;
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    if (!isLiteral(op.getWeight()) || !(torch::isNone(op.getBias()) || isLiteral(op.getBias())))
      return this->refuse(op, "expected weight and bias to be parameters of the model");
    auto strides = getPerAxis(op.getStride(), spatialRank);
    auto padding = getPerAxis(op.getPadding(), spatialRank);
    auto dilations = getPerAxis(op.getDilation(), spatialRank);
    std::optional<int64_t> groups = torch::getConstantInt(op.getGroups());
    if (!strides || !padding || !dilations || !groups)
      return this->refuse(op, "expected constant stride, padding, dilation and groups");
    SmallVector<int64_t> lowHigh;
    for (int64_t pad : *padding)
      lowHigh.append({pad, pad});
    if (llvm::all_of(*dilations, [](int64_t d) { return d == 1; }))
      dilations->clear();
    rewriter.replaceOpWithNewOp<ConvOp>(op, type, adaptor.getInput(), adaptor.getWeight(),
                                        torch::isNone(op.getBias()) ? Value() : adaptor.getBias(), *strides, lowHigh,
                                        *dilations, *groups, Layout::channels_first);
    return success();
  }
};

class ConvertLinear : public TorchPattern<torch::AtenLinearOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenLinearOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    if (!isLiteral(op.getWeight()) || !(torch::isNone(op.getBias()) || isLiteral(op.getBias())))
      return refuse(op, "expected weight and bias to be parameters of the model");
    rewriter.replaceOpWithNewOp<LinearOp>(op, type, adaptor.getInput(), adaptor.getWeight(),
                                          torch::isNone(op.getBias()) ? Value() : adaptor.getBias());
    return success();
  }
};

class ConvertBatchNorm : public TorchPattern<torch::AtenBatchNormOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenBatchNormOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    if (torch::getConstantBool(op.getTraining()) != false)
      return refuse(op, "it is in training mode; call model.eval() first");
    if (!isLiteral(op.getRunningMean()) || !isLiteral(op.getRunningVar()))
      return refuse(op, "it has no running statistics; expected track_running_stats");
    auto optional = [](Value original, Value converted) { return torch::isNone(original) ? Value() : converted; };
    std::optional<double> eps = torch::getConstantNumber(op.getEps());
    if (!eps || type.getRank() < 2)
      return refuse(op, "expected a constant eps and an input of at least two axes");
    rewriter.replaceOpWithNewOp<BatchNormOp>(op, type, adaptor.getInput(), adaptor.getRunningMean(),
                                             adaptor.getRunningVar(), optional(op.getWeight(), adaptor.getWeight()),
                                             optional(op.getBias(), adaptor.getBias()), llvm::APFloat(*eps),
                                             /*axis=*/1);
    return success();
  }
};

/// x times a parameter [K, N], which a linear layer holds as [N, K]; null if the parameter is of another form.
Value createLinear(OpBuilder &builder, Location loc, RankedTensorType type, Value input, Value parameter, Value bias) {
  auto literal = parameter.getDefiningOp<torch::ValueTensorLiteralOp>();
  if (!literal)
    return {};
  FailureOr<SmallVector<float>> values = readF32(literal.getValue());
  if (failed(values) || literal.getValue().getShapedType().getRank() != 2)
    return {};
  int64_t fanIn = literal.getValue().getShapedType().getDimSize(0), fanOut = values->size() / fanIn;
  SmallVector<float> turned(values->size());
  for (int64_t k = 0; k < fanIn; ++k)
    for (int64_t n = 0; n < fanOut; ++n)
      turned[n * fanIn + k] = (*values)[k * fanOut + n];
  auto weightType = RankedTensorType::get({fanOut, fanIn}, builder.getF32Type());
  Value weight = ConstantOp::create(builder, literal.getLoc(), weightType, makeWeights(weightType, turned, "turned"));
  return LinearOp::create(builder, loc, type, input, weight, bias);
}

class ConvertAddmm : public TorchPattern<torch::AtenAddmmOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenAddmmOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    if (torch::getConstantNumber(op.getAlpha()) != 1.0 || torch::getConstantNumber(op.getBeta()) != 1.0)
      return refuse(op, "expected alpha and beta to be 1");
    auto biasType = dyn_cast<RankedTensorType>(adaptor.getBias().getType());
    if (!biasType || biasType.getRank() != 1 || biasType.getDimSize(0) != type.getDimSize(1) ||
        !isLiteral(op.getBias()))
      return refuse(op, "expected the bias to be a parameter of the model with one number for each output");
    Value linear = createLinear(rewriter, op.getLoc(), type, adaptor.getLhs(), op.getRhs(), adaptor.getBias());
    if (!linear)
      return refuse(op, "expected the second factor to be a parameter of the model");
    rewriter.replaceOp(op, linear);
    return success();
  }
};

template <typename OpTy>
class ConvertMatmul : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    if (cast<RankedTensorType>(adaptor.getLhs().getType()).getRank() == type.getRank())
      if (Value linear = createLinear(rewriter, op.getLoc(), type, adaptor.getLhs(), op.getRhs(), Value())) {
        rewriter.replaceOp(op, linear);
        return success();
      }
    auto lhs = cast<RankedTensorType>(adaptor.getLhs().getType());
    auto rhs = cast<RankedTensorType>(adaptor.getRhs().getType());
    if (lhs.getRank() < 2 || lhs.getRank() != rhs.getRank() ||
        lhs.getShape().drop_back(2) != rhs.getShape().drop_back(2))
      return this->refuse(op, "expected two operands with equal leading axes");
    rewriter.replaceOpWithNewOp<MatmulOp>(op, type, adaptor.getLhs(), adaptor.getRhs(), /*transpose_lhs=*/false,
                                          /*transpose_rhs=*/false);
    return success();
  }
};

} // namespace

void mlir::spike::populateLinearPatterns(RewritePatternSet &patterns, const TypeConverter &converter,
                                         Refusals &refusals) {
  patterns.add<ConvertConv<torch::AtenConv1dOp>, ConvertConv<torch::AtenConv2dOp>, ConvertLinear, ConvertBatchNorm,
               ConvertAddmm, ConvertMatmul<torch::AtenMatmulOp>, ConvertMatmul<torch::AtenMmOp>,
               ConvertMatmul<torch::AtenBmmOp>>(converter, patterns.getContext(), refusals);
}
