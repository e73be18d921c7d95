// SPDX-License-Identifier: Apache-2.0
// Neurons whose output is more than one bit: counts, and spikes with a sign.
#include "StepBuilder.h"

using namespace mlir;
using namespace mlir::spike;

//===----------------------------------------------------------------------===//
// ILIF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> ILIFAttr::getStateNames() const { return {"v"}; }
double ILIFAttr::getStateReset(unsigned) const { return 0.0; }
SmallVector<StringRef> ILIFAttr::getParamNames() const { return {"v_threshold"}; }
std::optional<uint64_t> ILIFAttr::getMaxOutput() const { return getMax(); }

Value ILIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                          function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value threshold = b.get("v_threshold", getVThreshold());
  Value h = b.add(b.mul(b.constant(1.0 - 1.0 / getTau().convertToDouble()), states[0]), current);
  Value within = b.minimum(b.maximum(b.div(h, threshold), b.constant(0.0)), b.constant(getMax()));
  Value count = b.roundEven(within);
  states[0] = b.sub(h, b.mul(count, threshold));
  return count;
}

LogicalResult ILIFAttr::verify(EmitError emitError, llvm::APFloat tau, llvm::APFloat threshold, uint64_t max) {
  if (failed(verifyTau(emitError, tau)) || failed(verifyFinite(emitError, {{"v_threshold", threshold}})))
    return failure();
  if (threshold.isZero())
    return emitError() << "expected a v_threshold to divide by, got 0";
  // Every count up to there is an f32.
  if (max < 1 || max > (1u << 24))
    return emitError() << "expected a largest count between 1 and 16777216, got " << max;
  return success();
}

//===----------------------------------------------------------------------===//
// MultiSpike
//===----------------------------------------------------------------------===//

SmallVector<StringRef> MultiSpikeAttr::getStateNames() const { return {}; }
double MultiSpikeAttr::getStateReset(unsigned) const { llvm_unreachable("the model has no state"); }
SmallVector<StringRef> MultiSpikeAttr::getParamNames() const { return {}; }
std::optional<uint64_t> MultiSpikeAttr::getMaxOutput() const { return getLevels(); }

Value MultiSpikeAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &, Value current,
                                function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value clamped = b.minimum(b.maximum(current, b.constant(0.0)), b.constant(getLevels()));
  return getRounding() == RoundingRule::half_even ? b.roundEven(clamped) : b.floor(b.add(clamped, b.constant(0.5)));
}

LogicalResult MultiSpikeAttr::verify(EmitError emitError, uint64_t levels, RoundingRule) {
  // Below 2^23 a count plus one half is an f32, so no rounding is hidden in the sum.
  if (levels < 1 || levels > (1u << 22))
    return emitError() << "expected levels between 1 and " << (1u << 22) << ", got " << levels;
  return success();
}

//===----------------------------------------------------------------------===//
// Ternary IF and LIF
//===----------------------------------------------------------------------===//

/// Fires at both thresholds and resets; returns -1, 0 or 1.
static Value fireTernary(StepBuilder &b, ResetKind kind, FireRule rule, Value h, Value threshold, Value vReset,
                         Value &v) {
  Value positive = b.fire(rule, h, threshold), negative = b.fire(rule, b.negate(h), threshold);
  Value spike = b.sub(b.toReal(positive), b.toReal(negative));
  switch (kind) {
  case ResetKind::none:
    v = h;
    break;
  case ResetKind::hard:
    v = b.select(positive, vReset, b.select(negative, vReset, h));
    break;
  case ResetKind::soft:
    v = b.sub(h, b.mul(spike, threshold));
    break;
  }
  return spike;
}

static LogicalResult verifyTernary(EmitError emitError, const llvm::APFloat &threshold, const llvm::APFloat &vReset) {
  if (failed(verifyFinite(emitError, {{"v_threshold", threshold}, {"v_reset", vReset}})))
    return failure();
  if (threshold.isNegative() || threshold.isZero())
    return emitError() << "expected a positive v_threshold of a neuron that fires at both signs, got "
                       << threshold.convertToDouble();
  return success();
}

SmallVector<StringRef> TernaryIFAttr::getStateNames() const { return {"v"}; }
double TernaryIFAttr::getStateReset(unsigned) const { return getVReset().convertToDouble(); }
StringRef TernaryIFAttr::getStateResetParam(unsigned) const { return "v_reset"; }
SmallVector<StringRef> TernaryIFAttr::getParamNames() const { return {"v_threshold", "v_reset"}; }
std::optional<uint64_t> TernaryIFAttr::getMaxOutput() const { return 1; }
int64_t TernaryIFAttr::getMinOutput() const { return -1; }

Value TernaryIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                               function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value threshold = b.get("v_threshold", getVThreshold()), vReset = b.get("v_reset", getVReset());
  return fireTernary(b, getReset(), getFire(), b.add(states[0], current), threshold, vReset, states[0]);
}

LogicalResult TernaryIFAttr::verify(EmitError emitError, llvm::APFloat threshold, llvm::APFloat vReset, ResetKind,
                                    FireRule) {
  return verifyTernary(emitError, threshold, vReset);
}

SmallVector<StringRef> TernaryLIFAttr::getStateNames() const { return {"v"}; }
double TernaryLIFAttr::getStateReset(unsigned) const { return getVReset().convertToDouble(); }
StringRef TernaryLIFAttr::getStateResetParam(unsigned) const { return "v_reset"; }
SmallVector<StringRef> TernaryLIFAttr::getParamNames() const { return {"tau", "v_threshold", "v_reset"}; }
std::optional<uint64_t> TernaryLIFAttr::getMaxOutput() const { return 1; }
int64_t TernaryLIFAttr::getMinOutput() const { return -1; }

Value TernaryLIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                                function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value tau = b.get("tau", getTau()), threshold = b.get("v_threshold", getVThreshold());
  Value vReset = b.get("v_reset", getVReset());
  Value h = b.chargeLeaky(ChargeForm::divide, getDecayInput(), states[0], current, vReset,
                          [&](Value x) { return b.div(x, tau); });
  return fireTernary(b, getReset(), getFire(), h, threshold, vReset, states[0]);
}

LogicalResult TernaryLIFAttr::verify(EmitError emitError, llvm::APFloat tau, llvm::APFloat threshold,
                                     llvm::APFloat vReset, bool, ResetKind, FireRule) {
  if (failed(verifyTau(emitError, tau)))
    return failure();
  return verifyTernary(emitError, threshold, vReset);
}
