// SPDX-License-Identifier: Apache-2.0
// Sums, products and quotients, and what is the identity in evaluation mode.
#include "PopulatePatterns.h"

#include <cmath>

using namespace mlir;
using namespace mlir::spike;

namespace {

/// A factor that does not overflow in f32.
bool isFinite(double factor) { return std::isfinite(static_cast<float>(factor)); }

Value createScale(OpBuilder &builder, Location loc, Value input, double factor, bool divide = false) {
  return ScaleOp::create(builder, loc, input.getType(), input, builder.getF32FloatAttr(static_cast<float>(factor)),
                         divide ? builder.getUnitAttr() : UnitAttr());
}

/// a + b and a - b. Another factor of the second operand is fused into one rounding by PyTorch, so it is refused.
template <typename OpTy, int64_t sign>
class ConvertSum : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    if (torch::getConstantNumber(op.getAlpha()) != 1.0)
      return this->refuse(op, "expected alpha to be 1");
    Value rhs = adaptor.getRhs();
    if (sign < 0)
      rhs = createScale(rewriter, op.getLoc(), rhs, -1.0);
    rewriter.replaceOpWithNewOp<AddOp>(op, type, adaptor.getLhs(), rhs);
    return success();
  }
};

/// x + c and x - c.
template <typename OpTy, int64_t sign>
class ConvertShift : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    std::optional<double> number = torch::getConstantNumber(op.getOther());
    if (!number || !isFinite(*number) || torch::getConstantNumber(op.getAlpha()) != 1.0)
      return this->refuse(op, "expected a finite constant number and alpha to be 1");
    Value constant = createNumber(rewriter, op.getLoc(), sign * *number);
    rewriter.replaceOpWithNewOp<AddOp>(op, type, adaptor.getInput(), constant);
    return success();
  }
};

class ConvertMulTensor : public TorchPattern<torch::AtenMulTensorOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenMulTensorOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    auto replaceByScale = [&](Value input, std::optional<double> factor) {
      if (!factor || input.getType() != type)
        return false;
      rewriter.replaceOp(op, createScale(rewriter, op.getLoc(), input, *factor));
      return true;
    };
    if (replaceByScale(adaptor.getLhs(), getSingleElement(op.getRhs())) ||
        replaceByScale(adaptor.getRhs(), getSingleElement(op.getLhs())))
      return success();
    rewriter.replaceOpWithNewOp<MaskOp>(op, type, adaptor.getLhs(), adaptor.getRhs());
    return success();
  }
};

class ConvertDivTensor : public TorchPattern<torch::AtenDivTensorOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenDivTensorOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    std::optional<double> divisor = getSingleElement(op.getRhs());
    if (divisor && static_cast<float>(*divisor) == 0.0f)
      return refuse(op, "expected a divisor other than zero");
    if (divisor && adaptor.getLhs().getType() == type)
      rewriter.replaceOp(op, createScale(rewriter, op.getLoc(), adaptor.getLhs(), *divisor, /*divide=*/true));
    else
      rewriter.replaceOpWithNewOp<MapOp>(op, type, MapKind::div, ValueRange{adaptor.getLhs(), adaptor.getRhs()});
    return success();
  }
};

template <typename OpTy, bool divide>
class ConvertScale : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    std::optional<double> number = torch::getConstantNumber(op.getOther());
    if (!number || !isFinite(*number) || (divide && static_cast<float>(*number) == 0.0f))
      return this->refuse(op, divide ? "expected a finite constant number other than zero"
                                     : "expected a finite constant number");
    rewriter.replaceOp(op, createScale(rewriter, op.getLoc(), adaptor.getInput(), *number, divide));
    return success();
  }
};

/// Operations that return their input when the model is in evaluation mode.
template <typename OpTy>
class ConvertIdentity : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type || adaptor.getInput().getType() != type)
      return failure();
    if constexpr (std::is_same_v<OpTy, torch::AtenDropoutOp>)
      if (torch::getConstantBool(op.getTrain()) != false)
        return this->refuse(op, "it is in training mode; call model.eval() first");
    rewriter.replaceOp(op, adaptor.getInput());
    return success();
  }
};

} // namespace

void mlir::spike::populateElementwisePatterns(RewritePatternSet &patterns, const TypeConverter &converter,
                                              Refusals &refusals) {
  patterns.add<ConvertSum<torch::AtenAddTensorOp, 1>, ConvertSum<torch::AtenSubTensorOp, -1>,
               ConvertShift<torch::AtenAddScalarOp, 1>, ConvertShift<torch::AtenSubScalarOp, -1>, ConvertMulTensor,
               ConvertDivTensor, ConvertScale<torch::AtenMulScalarOp, false>,
               ConvertScale<torch::AtenDivScalarOp, true>, ConvertIdentity<torch::AtenContiguousOp>,
               ConvertIdentity<torch::AtenCloneOp>, ConvertIdentity<torch::AtenDetachOp>,
               ConvertIdentity<torch::AtenAliasOp>, ConvertIdentity<torch::AtenDropoutOp>,
               ConvertIdentity<torch::AtenToDtypeOp>, ConvertIdentity<torch::AtenToCopyOp>>(
      converter, patterns.getContext(), refusals);
}
