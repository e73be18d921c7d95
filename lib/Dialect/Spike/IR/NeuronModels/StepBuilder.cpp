// SPDX-License-Identifier: Apache-2.0
// What the neuron models share.
#include "StepBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::spike;

Value StepBuilder::add(Value a, Value b) { return arith::AddFOp::create(builder, loc, a, b); }
Value StepBuilder::sub(Value a, Value b) { return arith::SubFOp::create(builder, loc, a, b); }
Value StepBuilder::mul(Value a, Value b) { return arith::MulFOp::create(builder, loc, a, b); }
Value StepBuilder::div(Value a, Value b) { return arith::DivFOp::create(builder, loc, a, b); }

Value StepBuilder::negate(Value a) { return arith::NegFOp::create(builder, loc, a); }
Value StepBuilder::maximum(Value a, Value b) { return arith::MaximumFOp::create(builder, loc, a, b); }
Value StepBuilder::minimum(Value a, Value b) { return arith::MinimumFOp::create(builder, loc, a, b); }
Value StepBuilder::roundEven(Value a) { return math::RoundEvenOp::create(builder, loc, a); }
Value StepBuilder::floor(Value a) { return math::FloorOp::create(builder, loc, a); }
Value StepBuilder::trunc(Value a) { return math::TruncOp::create(builder, loc, a); }
Value StepBuilder::exp(Value a) { return math::ExpOp::create(builder, loc, a); }

Value StepBuilder::sigmoid(Value a) {
  Value one = constant(1.0);
  return div(one, add(one, exp(negate(a))));
}

Value StepBuilder::select(Value condition, Value then, Value otherwise) {
  return arith::SelectOp::create(builder, loc, condition, then, otherwise);
}

Value StepBuilder::toReal(Value truth) { return arith::UIToFPOp::create(builder, loc, builder.getF32Type(), truth); }

Value StepBuilder::constant(double value) {
  return arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(static_cast<float>(value)));
}

Value StepBuilder::falsehood() { return arith::ConstantOp::create(builder, loc, builder.getBoolAttr(false)); }

Value StepBuilder::get(StringRef name, const llvm::APFloat &value) {
  if (Value operand = param(name))
    return operand;
  return constant(value.convertToDouble());
}

Value StepBuilder::chargeLeaky(ChargeForm form, bool decayInput, Value v, Value x, Value vReset,
                               function_ref<Value(Value)> leak) {
  assert(form != ChargeForm::keep && "the leak of this form is a factor of the membrane");
  if (form == ChargeForm::simple) {
    Value pull = sub(vReset, v);
    return decayInput ? add(v, leak(add(pull, x))) : add(add(v, leak(pull)), x);
  }
  Value distance = sub(v, vReset);
  return decayInput ? add(v, leak(sub(x, distance))) : add(sub(v, leak(distance)), x);
}

Value StepBuilder::fire(FireRule rule, Value membrane, Value threshold) {
  auto predicate = rule == FireRule::ge ? arith::CmpFPredicate::OGE : arith::CmpFPredicate::OGT;
  return arith::CmpFOp::create(builder, loc, predicate, membrane, threshold);
}

Value StepBuilder::reset(ResetKind kind, Value spike, Value membrane, Value threshold, Value resetTo) {
  switch (kind) {
  case ResetKind::none:
    return membrane;
  case ResetKind::hard:
    return select(spike, resetTo, membrane);
  case ResetKind::soft:
    return select(spike, sub(membrane, threshold), membrane);
  }
  llvm_unreachable("every kind is handled");
}

LogicalResult mlir::spike::verifyFinite(EmitError emitError, ArrayRef<NamedParameter> parameters) {
  for (auto [name, value] : parameters)
    if (!std::isfinite(static_cast<float>(value.convertToDouble())))
      return emitError() << "expected " << name << " to be finite in f32, got " << value.convertToDouble();
  return success();
}

LogicalResult mlir::spike::verifyTau(EmitError emitError, const llvm::APFloat &tau) {
  if (failed(verifyFinite(emitError, {{"tau", tau}})))
    return failure();
  if (tau.convertToDouble() < 1.0)
    return emitError() << "expected tau to be at least 1, got " << tau.convertToDouble();
  return success();
}

std::optional<unsigned> mlir::spike::fractionBits(double divisor) {
  int exponent = 0;
  if (divisor < 1.0 || std::frexp(divisor, &exponent) != 0.5)
    return std::nullopt;
  return static_cast<unsigned>(exponent - 1);
}

/// Widens [lo, hi] by a value.
static void include(double &lo, double &hi, double value) {
  lo = std::min(lo, value);
  hi = std::max(hi, value);
}

void mlir::spike::boundLinear(double &lo, double &hi, int64_t steps, double keep, double gain, double start,
                              double reset, double threshold, ResetKind kind) {
  double low = start, high = start, xLow = lo, xHigh = hi;
  double allLow = start, allHigh = start;
  for (int64_t t = 0; t < steps; ++t) {
    double chargedLow = reset + (low - reset) * keep + xLow * gain;
    double chargedHigh = reset + (high - reset) * keep + xHigh * gain;
    include(allLow, allHigh, chargedLow);
    include(allLow, allHigh, chargedHigh);
    low = chargedLow;
    high = chargedHigh;
    if (kind == ResetKind::hard) {
      include(low, high, reset);
    } else if (kind == ResetKind::soft) {
      include(low, high, chargedLow - threshold);
      include(low, high, chargedHigh - threshold);
    }
    include(allLow, allHigh, low);
    include(allLow, allHigh, high);
  }
  lo = allLow;
  hi = allHigh;
}
