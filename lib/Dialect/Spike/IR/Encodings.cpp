// SPDX-License-Identifier: Apache-2.0
// The input codes: the value of a train at one time step.
#include "spike/Dialect/Spike/IR/Spike.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

Value f32(OpBuilder &b, Location loc, double value) {
  return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(static_cast<float>(value)));
}

Value i64(OpBuilder &b, Location loc, uint64_t value) {
  return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(static_cast<int64_t>(value)));
}

Value clamp(OpBuilder &b, Location loc, Value x, double low, double high) {
  Value atLeast = arith::MaximumFOp::create(b, loc, x, f32(b, loc, low));
  return arith::MinimumFOp::create(b, loc, atLeast, f32(b, loc, high));
}

/// Finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection of 64-bit words that spreads neighbouring inputs.
Value splitMix64(OpBuilder &b, Location loc, Value z) {
  auto mix = [&](Value v, unsigned shift, uint64_t factor) -> Value {
    Value shifted = arith::ShRUIOp::create(b, loc, v, i64(b, loc, shift));
    Value mixed = arith::XOrIOp::create(b, loc, v, shifted);
    return factor ? arith::MulIOp::create(b, loc, mixed, i64(b, loc, factor)).getResult() : mixed;
  };
  z = arith::AddIOp::create(b, loc, z, i64(b, loc, 0x9E3779B97F4A7C15ULL));
  z = mix(z, 30, 0xBF58476D1CE4E5B9ULL);
  z = mix(z, 27, 0x94D049BB133111EBULL);
  return mix(z, 31, 0);
}

} // namespace

bool DirectAttr::isBinary() const { return false; }

Value DirectAttr::buildEncode(OpBuilder &, Location, Value x, Value, Value, Value, int64_t) const { return x; }

Value RateAttr::buildEncode(OpBuilder &b, Location loc, Value x, Value, Value step, Value index, int64_t) const {
  Value key = splitMix64(b, loc, arith::AddIOp::create(b, loc, i64(b, loc, getSeed()), step));
  Value word = splitMix64(b, loc, arith::XOrIOp::create(b, loc, key, index));
  Value top = arith::ShRUIOp::create(b, loc, word, i64(b, loc, 40));
  Value uniform =
      arith::MulFOp::create(b, loc, arith::UIToFPOp::create(b, loc, b.getF32Type(), top), f32(b, loc, 0x1p-24));
  return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, uniform, x);
}

Value LatencyAttr::buildEncode(OpBuilder &b, Location loc, Value x, Value, Value step, Value, int64_t steps) const {
  Value late = arith::SubFOp::create(b, loc, f32(b, loc, 1.0), clamp(b, loc, x, 0.0, 1.0));
  Value exact = arith::MulFOp::create(b, loc, f32(b, loc, static_cast<double>(steps - 1)), late);
  Value when = math::RoundEvenOp::create(b, loc, exact);
  Value now = arith::UIToFPOp::create(b, loc, b.getF32Type(), step);
  return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, when, now);
}

Value PhaseAttr::buildEncode(OpBuilder &b, Location loc, Value x, Value, Value step, Value, int64_t steps) const {
  Value value = clamp(b, loc, x, 0.0, 1.0 - std::ldexp(1.0, -static_cast<int>(std::min<int64_t>(steps, 24))));
  Value digits = arith::AddIOp::create(b, loc, step, i64(b, loc, 1));
  // 2^digits through the exponent field of an f32, exact for every T that fits below.
  Value digits32 = arith::TruncIOp::create(b, loc, b.getI32Type(), digits);
  Value bias = arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(127));
  Value field = arith::ShLIOp::create(b, loc, arith::AddIOp::create(b, loc, digits32, bias),
                                      arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(23)));
  Value power = arith::BitcastOp::create(b, loc, b.getF32Type(), field);
  Value scaled = math::FloorOp::create(b, loc, arith::MulFOp::create(b, loc, value, power));
  Value half = arith::MulFOp::create(b, loc, scaled, f32(b, loc, 0.5));
  Value odd = arith::SubFOp::create(b, loc, half, math::FloorOp::create(b, loc, half));
  return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, odd, f32(b, loc, 0.0));
}

LogicalResult DeltaAttr::verify(function_ref<InFlightDiagnostic()> emitError, llvm::APFloat threshold) {
  if (!std::isfinite(static_cast<float>(threshold.convertToDouble())))
    return emitError() << "expected threshold to be finite in f32, got " << threshold.convertToDouble();
  return success();
}

bool DeltaAttr::readsTime() const { return true; }

Value DeltaAttr::buildEncode(OpBuilder &b, Location loc, Value x, Value previous, Value, Value, int64_t) const {
  Value rise = arith::SubFOp::create(b, loc, x, previous);
  return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGE, rise, f32(b, loc, getThreshold().convertToDouble()));
}
