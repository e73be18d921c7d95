// SPDX-License-Identifier: Apache-2.0
// Integrate-and-fire and its leaky relatives with one state, as SpikingJelly writes them.
#include "StepBuilder.h"

using namespace mlir;
using namespace mlir::spike;

/// Threshold, reset value and start, which all firing models of this file have.
static LogicalResult verifyFiring(EmitError emitError, const llvm::APFloat &threshold, const llvm::APFloat &vReset,
                                  const std::optional<llvm::APFloat> &vInit) {
  return verifyFinite(emitError,
                      {{"v_threshold", threshold}, {"v_reset", vReset}, {"v_init", vInit ? *vInit : vReset}});
}

/// The form `keep` has no input that decays and nothing but zero to decay to.
static LogicalResult verifyKeep(EmitError emitError, ChargeForm charge, bool decayInput, const llvm::APFloat &vReset) {
  if (charge == ChargeForm::keep && (decayInput || !vReset.isZero()))
    return emitError() << "expected decay_input = false and v_reset = 0.0 in the form keep, got "
                       << (decayInput ? "true" : "false") << " and " << vReset.convertToDouble();
  return success();
}

//===----------------------------------------------------------------------===//
// IF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> IFAttr::getStateNames() const { return {"v"}; }
double IFAttr::getStateReset(unsigned) const { return getVInit().value_or(getVReset()).convertToDouble(); }
StringRef IFAttr::getStateResetParam(unsigned) const { return getVInit() ? "" : "v_reset"; }
SmallVector<StringRef> IFAttr::getParamNames() const { return {"v_threshold", "v_reset", "v_offset"}; }
std::optional<uint64_t> IFAttr::getMaxOutput() const { return 1; }
std::optional<unsigned> IFAttr::getFractionBitsPerStep() const { return 0; }

bool IFAttr::boundMembrane(double &lo, double &hi, int64_t steps) const {
  boundLinear(lo, hi, steps, 1.0, 1.0, getStateReset(0), getVReset().convertToDouble(),
              getVThreshold().convertToDouble(), getReset());
  return true;
}

Value IFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                        function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value threshold = b.get("v_threshold", getVThreshold());
  Value resetTo = getReset() == ResetKind::hard ? b.get("v_reset", getVReset()) : Value();
  Value h = b.add(states[0], current);
  bool offset = param("v_offset") || !getVOffset().isZero();
  Value spike = b.fire(getFire(), offset ? b.add(h, b.get("v_offset", getVOffset())) : h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, resetTo);
  return spike;
}

LogicalResult IFAttr::verify(EmitError emitError, llvm::APFloat threshold, llvm::APFloat vReset, ResetKind, FireRule,
                             std::optional<llvm::APFloat> vInit, llvm::APFloat vOffset) {
  if (failed(verifyFinite(emitError, {{"v_offset", vOffset}})))
    return failure();
  return verifyFiring(emitError, threshold, vReset, vInit);
}

//===----------------------------------------------------------------------===//
// LIF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> LIFAttr::getStateNames() const { return {"v"}; }
double LIFAttr::getStateReset(unsigned) const { return getVInit().value_or(getVReset()).convertToDouble(); }
StringRef LIFAttr::getStateResetParam(unsigned) const { return getVInit() ? "" : "v_reset"; }
SmallVector<StringRef> LIFAttr::getParamNames() const {
  // In the form `keep` the leak is worked out of tau in double precision.
  if (getCharge() == ChargeForm::keep)
    return {"v_threshold", "v_reset"};
  return {"tau", "v_threshold", "v_reset"};
}
std::optional<uint64_t> LIFAttr::getMaxOutput() const { return 1; }

std::optional<unsigned> LIFAttr::getFractionBitsPerStep() const { return fractionBits(getTau().convertToDouble()); }

bool LIFAttr::boundMembrane(double &lo, double &hi, int64_t steps) const {
  double tau = getTau().convertToDouble();
  boundLinear(lo, hi, steps, 1.0 - 1.0 / tau, getDecayInput() ? 1.0 / tau : 1.0, getStateReset(0),
              getVReset().convertToDouble(), getVThreshold().convertToDouble(), getReset());
  return true;
}

Value LIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                         function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value tau = b.get("tau", getTau());
  Value threshold = b.get("v_threshold", getVThreshold());
  Value vReset = b.get("v_reset", getVReset());
  Value h = getCharge() == ChargeForm::keep
                ? b.add(b.mul(states[0], b.constant(1.0 - 1.0 / getTau().convertToDouble())), current)
                : b.chargeLeaky(getCharge(), getDecayInput(), states[0], current, vReset,
                                [&](Value x) { return b.div(x, tau); });
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, vReset);
  return spike;
}

LogicalResult LIFAttr::verify(EmitError emitError, llvm::APFloat tau, llvm::APFloat threshold, llvm::APFloat vReset,
                              bool decayInput, ResetKind reset, FireRule, ChargeForm charge,
                              std::optional<llvm::APFloat> vInit) {
  return success(succeeded(verifyTau(emitError, tau)) && succeeded(verifyKeep(emitError, charge, decayInput, vReset)) &&
                 succeeded(verifyFiring(emitError, threshold, vReset, vInit)));
}

//===----------------------------------------------------------------------===//
// PLIF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> PLIFAttr::getStateNames() const { return {"v"}; }
double PLIFAttr::getStateReset(unsigned) const { return getVInit().value_or(getVReset()).convertToDouble(); }
StringRef PLIFAttr::getStateResetParam(unsigned) const { return getVInit() ? "" : "v_reset"; }
SmallVector<StringRef> PLIFAttr::getParamNames() const { return {"decay", "v_threshold", "v_reset"}; }
std::optional<uint64_t> PLIFAttr::getMaxOutput() const { return 1; }

std::optional<unsigned> PLIFAttr::getFractionBitsPerStep() const {
  double decay = getDecay().convertToDouble();
  return decay > 0 ? fractionBits(1.0 / decay) : std::nullopt;
}

bool PLIFAttr::boundMembrane(double &lo, double &hi, int64_t steps) const {
  double decay = getDecay().convertToDouble();
  boundLinear(lo, hi, steps, 1.0 - decay, getDecayInput() ? decay : 1.0, getStateReset(0),
              getVReset().convertToDouble(), getVThreshold().convertToDouble(), getReset());
  return true;
}

Value PLIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                          function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value decay = b.get("decay", getDecay());
  Value threshold = b.get("v_threshold", getVThreshold());
  Value vReset = b.get("v_reset", getVReset());
  Value h = getCharge() == ChargeForm::keep ? b.add(b.mul(states[0], b.sub(b.constant(1.0), decay)), current)
                                            : b.chargeLeaky(getCharge(), getDecayInput(), states[0], current, vReset,
                                                            [&](Value x) { return b.mul(x, decay); });
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, vReset);
  return spike;
}

LogicalResult PLIFAttr::verify(EmitError emitError, llvm::APFloat decay, llvm::APFloat threshold, llvm::APFloat vReset,
                               bool decayInput, ResetKind reset, FireRule, std::optional<llvm::APFloat> vInit,
                               ChargeForm charge) {
  double value = decay.convertToDouble();
  if (!(value >= 0.0 && value <= 1.0))
    return emitError() << "expected decay between 0 and 1, got " << value;
  return success(succeeded(verifyKeep(emitError, charge, decayInput, vReset)) &&
                 succeeded(verifyFiring(emitError, threshold, vReset, vInit)));
}

//===----------------------------------------------------------------------===//
// LI
//===----------------------------------------------------------------------===//

SmallVector<StringRef> LIAttr::getStateNames() const { return {"v"}; }
double LIAttr::getStateReset(unsigned) const { return getVReset().convertToDouble(); }
StringRef LIAttr::getStateResetParam(unsigned) const { return "v_reset"; }
SmallVector<StringRef> LIAttr::getParamNames() const { return {"tau", "v_reset"}; }
std::optional<uint64_t> LIAttr::getMaxOutput() const { return std::nullopt; }
std::optional<unsigned> LIAttr::getFractionBitsPerStep() const { return fractionBits(getTau().convertToDouble()); }

bool LIAttr::boundMembrane(double &lo, double &hi, int64_t steps) const {
  double tau = getTau().convertToDouble();
  boundLinear(lo, hi, steps, 1.0 - 1.0 / tau, getDecayInput() ? 1.0 / tau : 1.0, getStateReset(0), getStateReset(0),
              0.0, ResetKind::none);
  return true;
}

Value LIAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                        function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value tau = b.get("tau", getTau());
  Value vReset = b.get("v_reset", getVReset());
  states[0] = b.chargeLeaky(ChargeForm::divide, getDecayInput(), states[0], current, vReset,
                            [&](Value x) { return b.div(x, tau); });
  return states[0];
}

LogicalResult LIAttr::verify(EmitError emitError, llvm::APFloat tau, llvm::APFloat vReset, bool) {
  return success(succeeded(verifyTau(emitError, tau)) && succeeded(verifyFinite(emitError, {{"v_reset", vReset}})));
}
