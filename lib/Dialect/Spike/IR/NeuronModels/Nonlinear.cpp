// SPDX-License-Identifier: Apache-2.0
// SpikingJelly's neurons whose charge is not linear in the membrane.
#include "StepBuilder.h"

using namespace mlir;
using namespace mlir::spike;

/// Leaks divide by a time constant of more than zero.
static LogicalResult verifyPositive(EmitError emitError, StringRef name, const llvm::APFloat &value) {
  if (value.isNegative() || value.isZero())
    return emitError() << "expected " << name << " to be positive, got " << value.convertToDouble();
  return success();
}

/// `a0 * (v - v_rest) * (v - v_c)`, the quadratic term.
static Value buildQuadratic(StepBuilder &b, Value a0, Value v, Value rest, Value critical) {
  return b.mul(b.mul(a0, b.sub(v, rest)), b.sub(v, critical));
}

//===----------------------------------------------------------------------===//
// QIF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> QIFAttr::getStateNames() const { return {"v"}; }
double QIFAttr::getStateReset(unsigned) const { return getVReset().convertToDouble(); }
StringRef QIFAttr::getStateResetParam(unsigned) const { return "v_reset"; }
SmallVector<StringRef> QIFAttr::getParamNames() const {
  return {"tau", "a0", "v_rest", "v_c", "v_threshold", "v_reset"};
}
std::optional<uint64_t> QIFAttr::getMaxOutput() const { return 1; }

Value QIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                         function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value threshold = b.get("v_threshold", getVThreshold()), v = states[0];
  Value quadratic = buildQuadratic(b, b.get("a0", getA0()), v, b.get("v_rest", getVRest()), b.get("v_c", getVC()));
  Value h = b.add(v, b.div(b.add(current, quadratic), b.get("tau", getTau())));
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, b.get("v_reset", getVReset()));
  return spike;
}

LogicalResult QIFAttr::verify(EmitError emitError, llvm::APFloat tau, llvm::APFloat a0, llvm::APFloat vRest,
                              llvm::APFloat vC, llvm::APFloat threshold, llvm::APFloat vReset, ResetKind, FireRule) {
  if (failed(verifyFinite(
          emitError,
          {{"tau", tau}, {"a0", a0}, {"v_rest", vRest}, {"v_c", vC}, {"v_threshold", threshold}, {"v_reset", vReset}})))
    return failure();
  return verifyPositive(emitError, "tau", tau);
}

//===----------------------------------------------------------------------===//
// EIF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> EIFAttr::getStateNames() const { return {"v"}; }
double EIFAttr::getStateReset(unsigned) const { return getVReset().convertToDouble(); }
StringRef EIFAttr::getStateResetParam(unsigned) const { return "v_reset"; }
SmallVector<StringRef> EIFAttr::getParamNames() const {
  return {"tau", "delta_t", "theta_rh", "v_rest", "v_threshold", "v_reset"};
}
std::optional<uint64_t> EIFAttr::getMaxOutput() const { return 1; }

Value EIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                         function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value threshold = b.get("v_threshold", getVThreshold()), delta = b.get("delta_t", getDeltaT()), v = states[0];
  Value sharp = b.mul(delta, b.exp(b.div(b.sub(v, b.get("theta_rh", getThetaRh())), delta)));
  Value pull = b.add(b.sub(b.add(current, b.get("v_rest", getVRest())), v), sharp);
  Value h = b.add(v, b.div(pull, b.get("tau", getTau())));
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, b.get("v_reset", getVReset()));
  return spike;
}

LogicalResult EIFAttr::verify(EmitError emitError, llvm::APFloat tau, llvm::APFloat deltaT, llvm::APFloat thetaRh,
                              llvm::APFloat vRest, llvm::APFloat threshold, llvm::APFloat vReset, ResetKind, FireRule) {
  if (failed(verifyFinite(emitError, {{"tau", tau},
                                      {"delta_t", deltaT},
                                      {"theta_rh", thetaRh},
                                      {"v_rest", vRest},
                                      {"v_threshold", threshold},
                                      {"v_reset", vReset}})) ||
      failed(verifyPositive(emitError, "tau", tau)))
    return failure();
  return verifyPositive(emitError, "delta_t", deltaT);
}

//===----------------------------------------------------------------------===//
// Izhikevich
//===----------------------------------------------------------------------===//

SmallVector<StringRef> IzhikevichAttr::getStateNames() const { return {"v", "w"}; }
double IzhikevichAttr::getStateReset(unsigned index) const {
  return (index ? getWInit() : getVReset()).convertToDouble();
}
StringRef IzhikevichAttr::getStateResetParam(unsigned index) const { return index ? "" : "v_reset"; }
SmallVector<StringRef> IzhikevichAttr::getParamNames() const {
  return {"tau", "a0", "v_rest", "v_c", "tau_w", "a", "b", "v_threshold", "v_reset"};
}
std::optional<uint64_t> IzhikevichAttr::getMaxOutput() const { return 1; }

Value IzhikevichAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                                function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value threshold = b.get("v_threshold", getVThreshold()), rest = b.get("v_rest", getVRest());
  Value v = states[0], w = states[1];
  Value quadratic = buildQuadratic(b, b.get("a0", getA0()), v, rest, b.get("v_c", getVC()));
  Value h = b.add(v, b.div(b.sub(b.add(current, quadratic), w), b.get("tau", getTau())));
  Value spike = b.fire(getFire(), h, threshold);
  Value adapted = b.div(b.sub(b.mul(b.get("a", getA()), b.sub(h, rest)), w), b.get("tau_w", getTauW()));
  states[1] = b.add(b.add(w, adapted), b.mul(b.get("b", getB()), b.toReal(spike)));
  states[0] = b.reset(getReset(), spike, h, threshold, b.get("v_reset", getVReset()));
  return spike;
}

LogicalResult IzhikevichAttr::verify(EmitError emitError, llvm::APFloat tau, llvm::APFloat a0, llvm::APFloat vRest,
                                     llvm::APFloat vC, llvm::APFloat tauW, llvm::APFloat a, llvm::APFloat b,
                                     llvm::APFloat wInit, llvm::APFloat threshold, llvm::APFloat vReset, ResetKind,
                                     FireRule) {
  if (failed(verifyFinite(emitError, {{"tau", tau},
                                      {"a0", a0},
                                      {"v_rest", vRest},
                                      {"v_c", vC},
                                      {"tau_w", tauW},
                                      {"a", a},
                                      {"b", b},
                                      {"w_init", wInit},
                                      {"v_threshold", threshold},
                                      {"v_reset", vReset}})) ||
      failed(verifyPositive(emitError, "tau", tau)))
    return failure();
  return verifyPositive(emitError, "tau_w", tauW);
}
