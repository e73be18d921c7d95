// SPDX-License-Identifier: Apache-2.0
// The neuron models: one time step each, in the order of evaluation that the source library uses.
#include "spike/Dialect/Spike/IR/Spike.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// Emits the arithmetic shared by all models on f32 scalars.
class StepBuilder {
public:
  StepBuilder(OpBuilder &builder, Location loc, function_ref<Value(StringRef)> param)
      : builder(builder), loc(loc), param(param) {}

  Value add(Value a, Value b) { return arith::AddFOp::create(builder, loc, a, b); }
  Value sub(Value a, Value b) { return arith::SubFOp::create(builder, loc, a, b); }
  Value mul(Value a, Value b) { return arith::MulFOp::create(builder, loc, a, b); }
  Value div(Value a, Value b) { return arith::DivFOp::create(builder, loc, a, b); }

  /// Parameter `name`: the operand that replaces it, else its value rounded to f32.
  Value get(StringRef name, const llvm::APFloat &value) {
    if (Value operand = param(name))
      return operand;
    return arith::ConstantOp::create(builder, loc,
                                     builder.getF32FloatAttr(static_cast<float>(value.convertToDouble())));
  }

  Value fire(FireRule rule, Value membrane, Value threshold) {
    auto predicate = rule == FireRule::ge ? arith::CmpFPredicate::OGE : arith::CmpFPredicate::OGT;
    return arith::CmpFOp::create(builder, loc, predicate, membrane, threshold);
  }

  Value reset(ResetKind kind, Value spike, Value membrane, Value threshold, Value resetTo) {
    Value after = kind == ResetKind::hard ? resetTo : sub(membrane, threshold);
    return arith::SelectOp::create(builder, loc, spike, after, membrane);
  }

private:
  OpBuilder &builder;
  Location loc;
  function_ref<Value(StringRef)> param;
};

LogicalResult verifyFinite(function_ref<InFlightDiagnostic()> emitError, StringRef name, const llvm::APFloat &value) {
  if (!std::isfinite(static_cast<float>(value.convertToDouble())))
    return emitError() << "expected " << name << " to be finite in f32, got " << value.convertToDouble();
  return success();
}

LogicalResult verifyTau(function_ref<InFlightDiagnostic()> emitError, const llvm::APFloat &tau) {
  if (failed(verifyFinite(emitError, "tau", tau)))
    return failure();
  if (tau.convertToDouble() < 1.0)
    return emitError() << "expected tau to be at least 1, got " << tau.convertToDouble();
  return success();
}

/// log2 of a leak that is a power of two not above one: dividing by it adds so many fraction digits.
std::optional<unsigned> fractionBits(double divisor) {
  int exponent = 0;
  if (divisor < 1.0 || std::frexp(divisor, &exponent) != 0.5)
    return std::nullopt;
  return static_cast<unsigned>(exponent - 1);
}

/// Widens [lo, hi] by a value.
void include(double &lo, double &hi, double value) {
  lo = std::min(lo, value);
  hi = std::max(hi, value);
}

/// Bound of V over `steps` steps of V' = V * keep + X * gain with X in [lo, hi] and resets to `reset`; a soft reset
/// subtracts at most once per step from a value that has reached the threshold.
void boundLinear(double &lo, double &hi, int64_t steps, double keep, double gain, double reset, double threshold,
                 ResetKind kind) {
  double low = reset, high = reset, xLow = lo, xHigh = hi;
  double allLow = reset, allHigh = reset;
  for (int64_t t = 0; t < steps; ++t) {
    double chargedLow = reset + (low - reset) * keep + xLow * gain;
    double chargedHigh = reset + (high - reset) * keep + xHigh * gain;
    include(allLow, allHigh, chargedLow);
    include(allLow, allHigh, chargedHigh);
    low = chargedLow;
    high = chargedHigh;
    if (kind == ResetKind::hard) {
      include(low, high, reset);
    } else {
      include(low, high, chargedLow - threshold);
      include(low, high, chargedHigh - threshold);
    }
    include(allLow, allHigh, low);
    include(allLow, allHigh, high);
  }
  lo = allLow;
  hi = allHigh;
}

} // namespace

//===----------------------------------------------------------------------===//
// IF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> IFAttr::getStateNames() const { return {"v"}; }
double IFAttr::getStateReset(unsigned) const { return getVReset().convertToDouble(); }
SmallVector<StringRef> IFAttr::getParamNames() const { return {"v_threshold", "v_reset"}; }
std::optional<uint64_t> IFAttr::getMaxOutput() const { return 1; }
std::optional<unsigned> IFAttr::getFractionBitsPerStep() const { return 0; }

bool IFAttr::boundMembrane(double &lo, double &hi, int64_t steps) const {
  boundLinear(lo, hi, steps, 1.0, 1.0, getStateReset(0), getVThreshold().convertToDouble(), getReset());
  return true;
}

Value IFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                        function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value threshold = b.get("v_threshold", getVThreshold());
  Value resetTo = getReset() == ResetKind::hard ? b.get("v_reset", getVReset()) : Value();
  Value h = b.add(states[0], current);
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, resetTo);
  return spike;
}

LogicalResult IFAttr::verify(function_ref<InFlightDiagnostic()> emitError, llvm::APFloat threshold,
                             llvm::APFloat vReset, ResetKind, FireRule) {
  return success(succeeded(verifyFinite(emitError, "v_threshold", threshold)) &&
                 succeeded(verifyFinite(emitError, "v_reset", vReset)));
}

//===----------------------------------------------------------------------===//
// LIF
//===----------------------------------------------------------------------===//

/// V charged by X with the leak applied by `leak` (a division or a product). The expression stays as the source
/// writes it, because another one rounds differently.
static Value buildCharge(StepBuilder &b, ChargeForm form, bool decayInput, Value v, Value x, Value vReset,
                         function_ref<Value(Value)> leak) {
  if (form == ChargeForm::simple) {
    Value pull = b.sub(vReset, v);
    return decayInput ? b.add(v, leak(b.add(pull, x))) : b.add(b.add(v, leak(pull)), x);
  }
  Value distance = b.sub(v, vReset);
  return decayInput ? b.add(v, leak(b.sub(x, distance))) : b.add(b.sub(v, leak(distance)), x);
}

SmallVector<StringRef> LIFAttr::getStateNames() const { return {"v"}; }
double LIFAttr::getStateReset(unsigned) const { return getVReset().convertToDouble(); }
SmallVector<StringRef> LIFAttr::getParamNames() const { return {"tau", "v_threshold", "v_reset"}; }
std::optional<uint64_t> LIFAttr::getMaxOutput() const { return 1; }

std::optional<unsigned> LIFAttr::getFractionBitsPerStep() const { return fractionBits(getTau().convertToDouble()); }

bool LIFAttr::boundMembrane(double &lo, double &hi, int64_t steps) const {
  double tau = getTau().convertToDouble();
  boundLinear(lo, hi, steps, 1.0 - 1.0 / tau, getDecayInput() ? 1.0 / tau : 1.0, getStateReset(0),
              getVThreshold().convertToDouble(), getReset());
  return true;
}

Value LIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                         function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value tau = b.get("tau", getTau());
  Value threshold = b.get("v_threshold", getVThreshold());
  Value vReset = b.get("v_reset", getVReset());
  Value h =
      buildCharge(b, getCharge(), getDecayInput(), states[0], current, vReset, [&](Value x) { return b.div(x, tau); });
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, vReset);
  return spike;
}

LogicalResult LIFAttr::verify(function_ref<InFlightDiagnostic()> emitError, llvm::APFloat tau, llvm::APFloat threshold,
                              llvm::APFloat vReset, bool, ResetKind, FireRule, ChargeForm) {
  return success(succeeded(verifyTau(emitError, tau)) && succeeded(verifyFinite(emitError, "v_threshold", threshold)) &&
                 succeeded(verifyFinite(emitError, "v_reset", vReset)));
}

//===----------------------------------------------------------------------===//
// PLIF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> PLIFAttr::getStateNames() const { return {"v"}; }
double PLIFAttr::getStateReset(unsigned) const { return getVReset().convertToDouble(); }
SmallVector<StringRef> PLIFAttr::getParamNames() const { return {"decay", "v_threshold", "v_reset"}; }
std::optional<uint64_t> PLIFAttr::getMaxOutput() const { return 1; }

std::optional<unsigned> PLIFAttr::getFractionBitsPerStep() const {
  double decay = getDecay().convertToDouble();
  return decay > 0 ? fractionBits(1.0 / decay) : std::nullopt;
}

bool PLIFAttr::boundMembrane(double &lo, double &hi, int64_t steps) const {
  double decay = getDecay().convertToDouble();
  boundLinear(lo, hi, steps, 1.0 - decay, getDecayInput() ? decay : 1.0, getStateReset(0),
              getVThreshold().convertToDouble(), getReset());
  return true;
}

Value PLIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                          function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value decay = b.get("decay", getDecay());
  Value threshold = b.get("v_threshold", getVThreshold());
  Value vReset = b.get("v_reset", getVReset());
  Value h = buildCharge(b, ChargeForm::divide, getDecayInput(), states[0], current, vReset,
                        [&](Value x) { return b.mul(x, decay); });
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, vReset);
  return spike;
}

LogicalResult PLIFAttr::verify(function_ref<InFlightDiagnostic()> emitError, llvm::APFloat decay,
                               llvm::APFloat threshold, llvm::APFloat vReset, bool, ResetKind, FireRule) {
  double value = decay.convertToDouble();
  if (!(value >= 0.0 && value <= 1.0))
    return emitError() << "expected decay between 0 and 1, got " << value;
  return success(succeeded(verifyFinite(emitError, "v_threshold", threshold)) &&
                 succeeded(verifyFinite(emitError, "v_reset", vReset)));
}

//===----------------------------------------------------------------------===//
// LI
//===----------------------------------------------------------------------===//

SmallVector<StringRef> LIAttr::getStateNames() const { return {"v"}; }
double LIAttr::getStateReset(unsigned) const { return getVReset().convertToDouble(); }
SmallVector<StringRef> LIAttr::getParamNames() const { return {"tau", "v_reset"}; }
std::optional<uint64_t> LIAttr::getMaxOutput() const { return std::nullopt; }
std::optional<unsigned> LIAttr::getFractionBitsPerStep() const { return fractionBits(getTau().convertToDouble()); }

bool LIAttr::boundMembrane(double &lo, double &hi, int64_t steps) const {
  double tau = getTau().convertToDouble();
  boundLinear(lo, hi, steps, 1.0 - 1.0 / tau, getDecayInput() ? 1.0 / tau : 1.0, getStateReset(0), 0.0,
              ResetKind::hard);
  return true;
}

Value LIAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                        function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value tau = b.get("tau", getTau());
  Value vReset = b.get("v_reset", getVReset());
  states[0] = buildCharge(b, ChargeForm::divide, getDecayInput(), states[0], current, vReset,
                          [&](Value x) { return b.div(x, tau); });
  return states[0];
}

LogicalResult LIAttr::verify(function_ref<InFlightDiagnostic()> emitError, llvm::APFloat tau, llvm::APFloat vReset,
                             bool) {
  return success(succeeded(verifyTau(emitError, tau)) && succeeded(verifyFinite(emitError, "v_reset", vReset)));
}
