// SPDX-License-Identifier: Apache-2.0
// Functions of numbers, element by element: what spike.map says.
#include "PopulatePatterns.h"

#include <cmath>

using namespace mlir;
using namespace mlir::spike;

namespace {

Value createMap(OpBuilder &builder, Location loc, RankedTensorType type, MapKind kind, ValueRange inputs) {
  return MapOp::create(builder, loc, type, kind, inputs);
}

/// One tensor, one function.
template <typename OpTy, MapKind kind>
class ConvertUnary : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    rewriter.replaceOp(op, createMap(rewriter, op.getLoc(), type, kind, adaptor.getInput()));
    return success();
  }
};

/// Two tensors.
template <typename OpTy, MapKind kind>
class ConvertBinary : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    rewriter.replaceOp(op,
                       createMap(rewriter, op.getLoc(), type, kind, ValueRange{adaptor.getLhs(), adaptor.getRhs()}));
    return success();
  }
};

/// A tensor and a number.
template <typename OpTy, MapKind kind>
class ConvertWithNumber : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    std::optional<double> number = torch::getConstantNumber(op->getOperand(1));
    if (!number || !std::isfinite(static_cast<float>(*number)))
      return this->refuse(op, "expected a finite constant number");
    Value constant = createNumber(rewriter, op.getLoc(), *number);
    rewriter.replaceOp(op, createMap(rewriter, op.getLoc(), type, kind, ValueRange{adaptor.getInput(), constant}));
    return success();
  }
};

/// max(x, low), then min(x, high), where they are given.
template <typename OpTy>
class ConvertClamp : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    Value value = adaptor.getInput();
    for (auto [bound, kind] : {std::pair(op.getMin(), MapKind::max), {op.getMax(), MapKind::min}}) {
      if (torch::isNone(bound))
        continue;
      std::optional<double> number = torch::getConstantNumber(bound);
      if (!number || std::isnan(*number))
        return this->refuse(op, "expected constant bounds");
      if (std::isfinite(*number))
        value = createMap(rewriter, op.getLoc(), type, kind,
                          ValueRange{value, createNumber(rewriter, op.getLoc(), *number)});
    }
    rewriter.replaceOp(op, value);
    return success();
  }
};

class ConvertRelu : public TorchPattern<torch::AtenReluOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenReluOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    Value zero = createNumber(rewriter, op.getLoc(), 0.0);
    rewriter.replaceOp(op, createMap(rewriter, op.getLoc(), type, MapKind::max, ValueRange{adaptor.getInput(), zero}));
    return success();
  }
};

/// 1 / x, and 1 / sqrt(x) in two roundings.
template <typename OpTy, bool ofRoot>
class ConvertReciprocal : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    Value value = adaptor.getInput(), one = createNumber(rewriter, op.getLoc(), 1.0);
    if (ofRoot)
      value = createMap(rewriter, op.getLoc(), type, MapKind::sqrt, value);
    rewriter.replaceOp(op, createMap(rewriter, op.getLoc(), type, MapKind::div, ValueRange{one, value}));
    return success();
  }
};

class ConvertNeg : public TorchPattern<torch::AtenNegOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenNegOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    rewriter.replaceOpWithNewOp<ScaleOp>(op, type, adaptor.getInput(), rewriter.getF32FloatAttr(-1.0f), UnitAttr());
    return success();
  }
};

/// c - x, as (-x) + c.
class ConvertRsub : public TorchPattern<torch::AtenRsubScalarOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenRsubScalarOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    std::optional<double> number = torch::getConstantNumber(op.getOther());
    if (!number || !std::isfinite(static_cast<float>(*number)) || torch::getConstantNumber(op.getAlpha()) != 1.0)
      return refuse(op, "expected a finite constant number and alpha to be 1");
    Value negative =
        ScaleOp::create(rewriter, op.getLoc(), type, adaptor.getInput(), rewriter.getF32FloatAttr(-1.0f), UnitAttr());
    rewriter.replaceOpWithNewOp<AddOp>(op, type, negative, createNumber(rewriter, op.getLoc(), *number));
    return success();
  }
};

/// The powers that PyTorch computes by products, roots and quotients.
class ConvertPower : public TorchPattern<torch::AtenPowTensorScalarOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenPowTensorScalarOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    Location loc = op.getLoc();
    Value x = adaptor.getInput();
    auto times = [&](Value a, Value b) -> Value { return MaskOp::create(rewriter, loc, type, a, b); };
    auto root = [&] { return createMap(rewriter, loc, type, MapKind::sqrt, x); };
    auto inverse = [&](Value value) {
      return createMap(rewriter, loc, type, MapKind::div, ValueRange{createNumber(rewriter, loc, 1.0), value});
    };
    std::optional<double> exponent = torch::getConstantNumber(op.getExponent());
    Value result;
    if (exponent == 1.0)
      result = x;
    else if (exponent == 2.0)
      result = times(x, x);
    else if (exponent == 3.0)
      result = times(times(x, x), x);
    else if (exponent == 0.5)
      result = root();
    else if (exponent == -1.0)
      result = inverse(x);
    else if (exponent == -0.5)
      result = inverse(root());
    else if (exponent == -2.0)
      result = inverse(times(x, x));
    else
      return refuse(op, "expected an exponent of 1, 2, 3, 0.5, -0.5, -1 or -2");
    rewriter.replaceOp(op, result);
    return success();
  }
};

class ConvertSquare : public TorchPattern<torch::AtenSquareOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenSquareOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    rewriter.replaceOpWithNewOp<MaskOp>(op, type, adaptor.getInput(), adaptor.getInput());
    return success();
  }
};

class ConvertWhere : public TorchPattern<torch::AtenWhereSelfOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenWhereSelfOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    rewriter.replaceOp(op, createMap(rewriter, op.getLoc(), type, MapKind::select, adaptor.getOperands()));
    return success();
  }
};

} // namespace

void mlir::spike::populateMapPatterns(RewritePatternSet &patterns, const TypeConverter &converter, Refusals &refusals) {
  namespace t = torch;
  patterns.add<ConvertUnary<t::AtenSigmoidOp, MapKind::sigmoid>, ConvertUnary<t::AtenAbsOp, MapKind::abs>,
               ConvertUnary<t::AtenSqrtOp, MapKind::sqrt>, ConvertUnary<t::AtenFloorOp, MapKind::floor>,
               ConvertUnary<t::AtenCeilOp, MapKind::ceil>, ConvertUnary<t::AtenRoundOp, MapKind::round>,
               ConvertBinary<t::AtenMaximumOp, MapKind::max>, ConvertBinary<t::AtenMinimumOp, MapKind::min>,
               ConvertBinary<t::AtenGeTensorOp, MapKind::ge>, ConvertBinary<t::AtenGtTensorOp, MapKind::gt>,
               ConvertBinary<t::AtenLeTensorOp, MapKind::le>, ConvertBinary<t::AtenLtTensorOp, MapKind::lt>,
               ConvertBinary<t::AtenEqTensorOp, MapKind::eq>, ConvertBinary<t::AtenNeTensorOp, MapKind::ne>,
               ConvertWithNumber<t::AtenGeScalarOp, MapKind::ge>, ConvertWithNumber<t::AtenGtScalarOp, MapKind::gt>,
               ConvertWithNumber<t::AtenLeScalarOp, MapKind::le>, ConvertWithNumber<t::AtenLtScalarOp, MapKind::lt>,
               ConvertWithNumber<t::AtenEqScalarOp, MapKind::eq>, ConvertWithNumber<t::AtenNeScalarOp, MapKind::ne>,
               ConvertWithNumber<t::AtenClampMinOp, MapKind::max>, ConvertWithNumber<t::AtenClampMaxOp, MapKind::min>,
               ConvertClamp<t::AtenClampOp>, ConvertClamp<t::AtenHardtanhOp>, ConvertRelu,
               ConvertReciprocal<t::AtenReciprocalOp, false>, ConvertReciprocal<t::AtenRsqrtOp, true>, ConvertNeg,
               ConvertRsub, ConvertPower, ConvertSquare, ConvertWhere>(converter, patterns.getContext(), refusals);
}
