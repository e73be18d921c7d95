// SPDX-License-Identifier: Apache-2.0
// Neurons given by differential equations: one Euler step of membrane and synaptic current per time step.
#include "StepBuilder.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// The values of a `cuba` model as f32 scalars.
struct Cuba {
  CubaForm form;
  Value iFactor, vFactor, vLeak, wIn, r;
};

/// Steps the current `i` and returns the charged membrane.
Value chargeCuba(StepBuilder &b, const Cuba &cuba, Value v, Value &i, Value x) {
  Value input = b.mul(cuba.wIn, x);
  auto pull = [&](Value current) {
    return b.add(v, b.mul(cuba.vFactor, b.add(b.sub(cuba.vLeak, v), b.mul(cuba.r, current))));
  };
  switch (cuba.form) {
  case CubaForm::jump: {
    Value jumped = b.add(i, input);
    i = b.sub(jumped, b.mul(cuba.iFactor, jumped));
    return pull(jumped);
  }
  case CubaForm::euler:
    i = b.add(i, b.mul(cuba.iFactor, b.sub(input, i)));
    return pull(i);
  case CubaForm::decay:
    i = b.add(b.mul(i, cuba.iFactor), input);
    return b.add(b.mul(v, cuba.vFactor), b.mul(cuba.r, i));
  }
  llvm_unreachable("every form is handled");
}

/// The pull of leak and current on a membrane without synaptic current.
Value chargeBox(StepBuilder &b, BoxForm form, Value vFactor, Value vLeak, Value r, Value v, Value x) {
  Value input = b.mul(r, x);
  Value pull = form == BoxForm::leak_first ? b.add(b.sub(vLeak, v), input) : b.sub(b.add(input, vLeak), v);
  return b.add(v, b.mul(vFactor, pull));
}

/// Only the decay form has no leak potential.
LogicalResult verifyForm(EmitError emitError, CubaForm form, const llvm::APFloat &vLeak) {
  if (form == CubaForm::decay && !vLeak.isZero())
    return emitError() << "expected no v_leak in the form decay, got " << vLeak.convertToDouble();
  return success();
}

} // namespace

//===----------------------------------------------------------------------===//
// CubaLIF, CubaLI
//===----------------------------------------------------------------------===//

SmallVector<StringRef> CubaLIFAttr::getStateNames() const { return {"v", "i"}; }
double CubaLIFAttr::getStateReset(unsigned index) const { return index ? 0.0 : getVInit().convertToDouble(); }
StringRef CubaLIFAttr::getStateResetParam(unsigned index) const { return index ? "" : "v_init"; }
SmallVector<StringRef> CubaLIFAttr::getParamNames() const {
  return {"i_factor", "v_factor", "v_leak", "w_in", "r", "v_threshold", "v_reset", "v_init"};
}
std::optional<uint64_t> CubaLIFAttr::getMaxOutput() const { return 1; }

Value CubaLIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                             function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Cuba cuba = {getForm(),
               b.get("i_factor", getIFactor()),
               b.get("v_factor", getVFactor()),
               b.get("v_leak", getVLeak()),
               b.get("w_in", getWIn()),
               b.get("r", getR())};
  Value threshold = b.get("v_threshold", getVThreshold()), resetTo = b.get("v_reset", getVReset());
  Value h = chargeCuba(b, cuba, states[0], states[1], current);
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, resetTo);
  return spike;
}

LogicalResult CubaLIFAttr::verify(EmitError emitError, llvm::APFloat iFactor, llvm::APFloat vFactor,
                                  llvm::APFloat vLeak, llvm::APFloat wIn, llvm::APFloat r, llvm::APFloat threshold,
                                  llvm::APFloat vReset, llvm::APFloat vInit, CubaForm form, ResetKind, FireRule) {
  if (failed(verifyFinite(emitError, {{"i_factor", iFactor},
                                      {"v_factor", vFactor},
                                      {"v_leak", vLeak},
                                      {"w_in", wIn},
                                      {"r", r},
                                      {"v_threshold", threshold},
                                      {"v_reset", vReset},
                                      {"v_init", vInit}})))
    return failure();
  return verifyForm(emitError, form, vLeak);
}

SmallVector<StringRef> CubaLIAttr::getStateNames() const { return {"v", "i"}; }
double CubaLIAttr::getStateReset(unsigned index) const { return index ? 0.0 : getVInit().convertToDouble(); }
StringRef CubaLIAttr::getStateResetParam(unsigned index) const { return index ? "" : "v_init"; }
SmallVector<StringRef> CubaLIAttr::getParamNames() const {
  return {"i_factor", "v_factor", "v_leak", "w_in", "r", "v_init"};
}
std::optional<uint64_t> CubaLIAttr::getMaxOutput() const { return std::nullopt; }

Value CubaLIAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                            function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Cuba cuba = {getForm(),
               b.get("i_factor", getIFactor()),
               b.get("v_factor", getVFactor()),
               b.get("v_leak", getVLeak()),
               b.get("w_in", getWIn()),
               b.get("r", getR())};
  states[0] = chargeCuba(b, cuba, states[0], states[1], current);
  return states[0];
}

LogicalResult CubaLIAttr::verify(EmitError emitError, llvm::APFloat iFactor, llvm::APFloat vFactor, llvm::APFloat vLeak,
                                 llvm::APFloat wIn, llvm::APFloat r, llvm::APFloat vInit, CubaForm form) {
  if (failed(verifyFinite(emitError, {{"i_factor", iFactor},
                                      {"v_factor", vFactor},
                                      {"v_leak", vLeak},
                                      {"w_in", wIn},
                                      {"r", r},
                                      {"v_init", vInit}})))
    return failure();
  return verifyForm(emitError, form, vLeak);
}

//===----------------------------------------------------------------------===//
// CubaLIFRefrac
//===----------------------------------------------------------------------===//

SmallVector<StringRef> CubaLIFRefracAttr::getStateNames() const { return {"v", "i", "rho"}; }
double CubaLIFRefracAttr::getStateReset(unsigned index) const { return index ? 0.0 : getVInit().convertToDouble(); }
StringRef CubaLIFRefracAttr::getStateResetParam(unsigned index) const { return index ? "" : "v_init"; }
SmallVector<StringRef> CubaLIFRefracAttr::getParamNames() const {
  return {"i_factor", "v_factor", "v_leak", "v_threshold", "v_reset", "v_init", "rho_reset"};
}
std::optional<uint64_t> CubaLIFRefracAttr::getMaxOutput() const { return 1; }

Value CubaLIFRefracAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                                   function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value one = b.constant(1.0), zero = b.constant(0.0), v = states[0], rho = states[2];
  Cuba cuba = {CubaForm::jump,
               b.get("i_factor", getIFactor()),
               b.get("v_factor", getVFactor()),
               b.get("v_leak", getVLeak()),
               one,
               one};
  Value threshold = b.get("v_threshold", getVThreshold()), resetTo = b.get("v_reset", getVReset());
  Value h = chargeCuba(b, cuba, v, states[1], current);
  Value fired = b.fire(FireRule::gt, h, threshold), pausing = b.fire(FireRule::gt, rho, zero);
  states[0] = b.select(pausing, v, b.reset(ResetKind::hard, fired, h, threshold, resetTo));
  Value spike = b.select(pausing, b.falsehood(), fired);
  Value left = b.sub(rho, b.toReal(pausing));
  Value counted = b.select(b.fire(FireRule::gt, left, zero), left, zero);
  states[2] = b.select(spike, b.get("rho_reset", getRhoReset()), counted);
  return spike;
}

LogicalResult CubaLIFRefracAttr::verify(EmitError emitError, llvm::APFloat iFactor, llvm::APFloat vFactor,
                                        llvm::APFloat vLeak, llvm::APFloat threshold, llvm::APFloat vReset,
                                        llvm::APFloat vInit, llvm::APFloat rhoReset) {
  return verifyFinite(emitError, {{"i_factor", iFactor},
                                  {"v_factor", vFactor},
                                  {"v_leak", vLeak},
                                  {"v_threshold", threshold},
                                  {"v_reset", vReset},
                                  {"v_init", vInit},
                                  {"rho_reset", rhoReset}});
}

//===----------------------------------------------------------------------===//
// BoxLIF, BoxLI
//===----------------------------------------------------------------------===//

SmallVector<StringRef> BoxLIFAttr::getStateNames() const { return {"v"}; }
double BoxLIFAttr::getStateReset(unsigned) const { return getVInit().convertToDouble(); }
StringRef BoxLIFAttr::getStateResetParam(unsigned) const { return "v_init"; }
SmallVector<StringRef> BoxLIFAttr::getParamNames() const {
  return {"v_factor", "v_leak", "r", "v_threshold", "v_reset", "v_init"};
}
std::optional<uint64_t> BoxLIFAttr::getMaxOutput() const { return 1; }

Value BoxLIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                            function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value threshold = b.get("v_threshold", getVThreshold()), resetTo = b.get("v_reset", getVReset());
  Value h = chargeBox(b, getForm(), b.get("v_factor", getVFactor()), b.get("v_leak", getVLeak()), b.get("r", getR()),
                      states[0], current);
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, resetTo);
  return spike;
}

LogicalResult BoxLIFAttr::verify(EmitError emitError, llvm::APFloat vFactor, llvm::APFloat vLeak, llvm::APFloat r,
                                 llvm::APFloat threshold, llvm::APFloat vReset, llvm::APFloat vInit, BoxForm, ResetKind,
                                 FireRule) {
  return verifyFinite(emitError, {{"v_factor", vFactor},
                                  {"v_leak", vLeak},
                                  {"r", r},
                                  {"v_threshold", threshold},
                                  {"v_reset", vReset},
                                  {"v_init", vInit}});
}

SmallVector<StringRef> BoxLIAttr::getStateNames() const { return {"v"}; }
double BoxLIAttr::getStateReset(unsigned) const { return getVInit().convertToDouble(); }
StringRef BoxLIAttr::getStateResetParam(unsigned) const { return "v_init"; }
SmallVector<StringRef> BoxLIAttr::getParamNames() const { return {"v_factor", "v_leak", "r", "v_init"}; }
std::optional<uint64_t> BoxLIAttr::getMaxOutput() const { return std::nullopt; }

Value BoxLIAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                           function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  states[0] = chargeBox(b, getForm(), b.get("v_factor", getVFactor()), b.get("v_leak", getVLeak()), b.get("r", getR()),
                        states[0], current);
  return states[0];
}

LogicalResult BoxLIAttr::verify(EmitError emitError, llvm::APFloat vFactor, llvm::APFloat vLeak, llvm::APFloat r,
                                llvm::APFloat vInit, BoxForm) {
  return verifyFinite(emitError, {{"v_factor", vFactor}, {"v_leak", vLeak}, {"r", r}, {"v_init", vInit}});
}
