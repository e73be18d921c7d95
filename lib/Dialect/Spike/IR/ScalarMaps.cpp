// SPDX-License-Identifier: Apache-2.0
// The functions of spike.map and spike.quantize on scalars: interpreter and compiled code both run what is emitted
// here.
#include "spike/Dialect/Spike/IR/Spike.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// e^y for |y| <= 87 in f32: y = n log 2 + r, a polynomial in r (Cephes expf), and 2^n put into the exponent.
class Exponential {
public:
  Exponential(OpBuilder &builder, Location loc) : b(builder), loc(loc) {}

  Value build(Value y) {
    // Adding 1.5 * 2^23 rounds to an integer, which the low bits of the sum then hold.
    Value magic = real(12582912.0f);
    Value shifted = add(mul(y, real(1.44269504088896341f)), magic);
    Value n = sub(shifted, magic);
    Value r = sub(sub(y, mul(n, real(0.693359375f))), mul(n, real(-2.12194440e-4f)));
    Value p = real(1.9875691500e-4f);
    for (float coefficient : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f})
      p = add(mul(p, r), real(coefficient));
    p = add(add(mul(mul(p, r), r), r), real(1.0f));
    Value bits = arith::BitcastOp::create(b, loc, b.getI32Type(), shifted);
    Value exponent = arith::ShLIOp::create(b, loc, bits, integer(23));
    Value biased = arith::AddIOp::create(b, loc, exponent, integer(0x3f800000));
    return mul(p, arith::BitcastOp::create(b, loc, b.getF32Type(), biased));
  }

  Value real(float value) { return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(value)); }
  Value add(Value x, Value y) { return arith::AddFOp::create(b, loc, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, loc, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, loc, x, y); }

private:
  Value integer(int32_t value) { return arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(value)); }

  OpBuilder &b;
  Location loc;
};

/// 1 / (1 + e^-x), with the argument of e^ kept within 87 of zero.
Value buildSigmoid(OpBuilder &b, Location loc, Value x) {
  Exponential e(b, loc);
  Value y = arith::NegFOp::create(b, loc, x);
  y = arith::MaximumFOp::create(b, loc, y, e.real(-87.0f));
  y = arith::MinimumFOp::create(b, loc, y, e.real(87.0f));
  return arith::DivFOp::create(b, loc, e.real(1.0f), e.add(e.real(1.0f), e.build(y)));
}

} // namespace

unsigned MapOp::getArity(MapKind kind) { return kind == MapKind::select ? 3 : kind >= MapKind::max ? 2 : 1; }

Value MapOp::buildScalar(OpBuilder &b, Location loc, ValueRange x) {
  auto compare = [&](arith::CmpFPredicate predicate) -> Value {
    return arith::CmpFOp::create(b, loc, predicate, x[0], x[1]);
  };
  switch (getKind()) {
  case MapKind::abs:
    return math::AbsFOp::create(b, loc, x[0]);
  case MapKind::floor:
    return math::FloorOp::create(b, loc, x[0]);
  case MapKind::ceil:
    return math::CeilOp::create(b, loc, x[0]);
  case MapKind::round:
    return math::RoundEvenOp::create(b, loc, x[0]);
  case MapKind::sqrt:
    return math::SqrtOp::create(b, loc, x[0]);
  case MapKind::sigmoid:
    return buildSigmoid(b, loc, x[0]);
  case MapKind::max:
    return arith::MaximumFOp::create(b, loc, x[0], x[1]);
  case MapKind::min:
    return arith::MinimumFOp::create(b, loc, x[0], x[1]);
  case MapKind::div:
    return arith::DivFOp::create(b, loc, x[0], x[1]);
  case MapKind::ge:
    return compare(arith::CmpFPredicate::OGE);
  case MapKind::gt:
    return compare(arith::CmpFPredicate::OGT);
  case MapKind::le:
    return compare(arith::CmpFPredicate::OLE);
  case MapKind::lt:
    return compare(arith::CmpFPredicate::OLT);
  case MapKind::eq:
    return compare(arith::CmpFPredicate::OEQ);
  case MapKind::ne:
    return compare(arith::CmpFPredicate::UNE);
  case MapKind::select: {
    Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0.0f));
    Value chosen = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNE, x[0], zero);
    return arith::SelectOp::create(b, loc, chosen, x[1], x[2]);
  }
  }
  llvm_unreachable("every kind is handled");
}

Value QuantizeOp::buildScalar(OpBuilder &b, Location loc, Value x) {
  auto low = static_cast<int64_t>(getLow()), high = static_cast<int64_t>(getHigh());
  auto real = [&](double value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(static_cast<float>(value)));
  };
  Value scaled = arith::MulFOp::create(b, loc, x, real(getFactor().convertToFloat()));
  Value rounded = math::RoundEvenOp::create(b, loc, scaled);
  Value below = arith::MinimumFOp::create(b, loc, rounded, real(static_cast<double>(high)));
  Value clamped = arith::MaximumFOp::create(b, loc, below, real(static_cast<double>(low)));
  Value isNumber = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ORD, clamped, clamped);
  Value number = arith::SelectOp::create(b, loc, isNumber, clamped, real(0.0));
  return arith::AddFOp::create(b, loc, number, real(0.0)); // an integer has one zero
}
