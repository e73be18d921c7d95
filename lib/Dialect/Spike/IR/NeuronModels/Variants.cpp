// SPDX-License-Identifier: Apache-2.0
// SpikingJelly's variants of LIF, and the resonate-and-fire neuron.
#include "StepBuilder.h"

using namespace mlir;
using namespace mlir::spike;

//===----------------------------------------------------------------------===//
// KLIF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> KLIFAttr::getStateNames() const { return {"v"}; }
double KLIFAttr::getStateReset(unsigned) const { return getVReset().convertToDouble(); }
StringRef KLIFAttr::getStateResetParam(unsigned) const { return "v_reset"; }
SmallVector<StringRef> KLIFAttr::getParamNames() const { return {"tau", "k", "v_threshold", "v_reset", "unit"}; }
std::optional<uint64_t> KLIFAttr::getMaxOutput() const { return 1; }

Value KLIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                          function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value tau = b.get("tau", getTau()), k = b.get("k", getK()), threshold = b.get("v_threshold", getVThreshold());
  Value vReset = b.get("v_reset", getVReset());
  Value h = b.chargeLeaky(ChargeForm::divide, getDecayInput(), states[0], current, vReset,
                          [&](Value x) { return b.div(x, tau); });
  h = b.maximum(b.mul(k, h), b.constant(0.0));
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = getScaleReset() ? b.reset(getReset(), spike, b.div(h, k), b.get("unit", getUnit()), vReset)
                              : b.reset(getReset(), spike, h, threshold, vReset);
  return spike;
}

LogicalResult KLIFAttr::verify(EmitError emitError, llvm::APFloat tau, llvm::APFloat k, llvm::APFloat threshold,
                               llvm::APFloat vReset, llvm::APFloat unit, bool, bool, ResetKind, FireRule) {
  if (failed(verifyTau(emitError, tau)))
    return failure();
  return verifyFinite(emitError, {{"k", k}, {"v_threshold", threshold}, {"v_reset", vReset}, {"unit", unit}});
}

//===----------------------------------------------------------------------===//
// CLIF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> CLIFAttr::getStateNames() const { return {"v", "m"}; }
double CLIFAttr::getStateReset(unsigned) const { return 0.0; }
SmallVector<StringRef> CLIFAttr::getParamNames() const { return {"tau", "v_threshold"}; }
std::optional<uint64_t> CLIFAttr::getMaxOutput() const { return 1; }

Value CLIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                          function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value tau = b.get("tau", getTau()), threshold = b.get("v_threshold", getVThreshold()), v = states[0];
  Value h = b.add(b.sub(v, b.div(v, tau)), current);
  Value decayed = b.mul(states[1], b.sigmoid(b.div(h, tau)));
  Value spike = b.fire(FireRule::ge, h, threshold), fired = b.toReal(spike);
  states[1] = b.add(decayed, fired);
  states[0] = b.sub(h, b.mul(fired, b.add(threshold, b.sigmoid(states[1]))));
  return spike;
}

LogicalResult CLIFAttr::verify(EmitError emitError, llvm::APFloat tau, llvm::APFloat threshold) {
  if (failed(verifyTau(emitError, tau)))
    return failure();
  return verifyFinite(emitError, {{"v_threshold", threshold}});
}

//===----------------------------------------------------------------------===//
// GLIF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> GLIFAttr::getStateNames() const { return {"v", "s"}; }
double GLIFAttr::getStateReset(unsigned) const { return 0.0; }
SmallVector<StringRef> GLIFAttr::getParamNames() const { return {"keep", "drift", "gamma", "subtract", "v_threshold"}; }
std::optional<uint64_t> GLIFAttr::getMaxOutput() const { return 1; }

Value GLIFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                          function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value kept = b.mul(b.get("keep", getKeep()), states[0]), s = states[1];
  Value h = b.add(b.sub(kept, b.get("drift", getDrift())), current);
  h = b.sub(h, b.mul(b.mul(kept, b.get("gamma", getGamma())), s));
  h = b.sub(h, b.mul(b.get("subtract", getSubtract()), s));
  Value spike = b.fire(getFire(), h, b.get("v_threshold", getVThreshold()));
  states[0] = h;
  states[1] = b.toReal(spike);
  return spike;
}

LogicalResult GLIFAttr::verify(EmitError emitError, llvm::APFloat keep, llvm::APFloat drift, llvm::APFloat gamma,
                               llvm::APFloat subtract, llvm::APFloat threshold, FireRule) {
  return verifyFinite(
      emitError,
      {{"keep", keep}, {"drift", drift}, {"gamma", gamma}, {"subtract", subtract}, {"v_threshold", threshold}});
}

//===----------------------------------------------------------------------===//
// LIAF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> LIAFAttr::getStateNames() const { return {"v"}; }
double LIAFAttr::getStateReset(unsigned) const { return getVReset().convertToDouble(); }
StringRef LIAFAttr::getStateResetParam(unsigned) const { return "v_reset"; }
SmallVector<StringRef> LIAFAttr::getParamNames() const { return {"tau", "v_threshold", "v_reset"}; }
std::optional<uint64_t> LIAFAttr::getMaxOutput() const { return std::nullopt; }

Value LIAFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                          function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value tau = b.get("tau", getTau()), threshold = b.get("v_threshold", getVThreshold());
  Value vReset = b.get("v_reset", getVReset());
  Value h = b.chargeLeaky(ChargeForm::divide, getDecayInput(), states[0], current, vReset,
                          [&](Value x) { return b.div(x, tau); });
  states[0] = b.reset(getReset(), b.fire(getFire(), h, threshold), h, threshold, vReset);
  return getThresholdRelated() ? b.sub(h, threshold) : h;
}

LogicalResult LIAFAttr::verify(EmitError emitError, llvm::APFloat tau, llvm::APFloat threshold, llvm::APFloat vReset,
                               bool, bool, ResetKind, FireRule) {
  if (failed(verifyTau(emitError, tau)))
    return failure();
  return verifyFinite(emitError, {{"v_threshold", threshold}, {"v_reset", vReset}});
}

//===----------------------------------------------------------------------===//
// RAF
//===----------------------------------------------------------------------===//

SmallVector<StringRef> RAFAttr::getStateNames() const { return {"v", "u"}; }
double RAFAttr::getStateReset(unsigned index) const { return index ? 0.0 : getVReset().convertToDouble(); }
StringRef RAFAttr::getStateResetParam(unsigned index) const { return index ? "" : "v_reset"; }
SmallVector<StringRef> RAFAttr::getParamNames() const { return {"decay", "cosine", "sine", "v_threshold", "v_reset"}; }
std::optional<uint64_t> RAFAttr::getMaxOutput() const { return 1; }

Value RAFAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                         function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value decay = b.get("decay", getDecay()), cosine = b.get("cosine", getCosine()), sine = b.get("sine", getSine());
  Value threshold = b.get("v_threshold", getVThreshold()), v = states[0], u = states[1];
  states[1] = b.add(b.mul(decay, b.sub(b.mul(u, cosine), b.mul(v, sine))), current);
  Value h = b.mul(decay, b.add(b.mul(u, sine), b.mul(v, cosine)));
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = b.reset(getReset(), spike, h, threshold, b.get("v_reset", getVReset()));
  return spike;
}

LogicalResult RAFAttr::verify(EmitError emitError, llvm::APFloat decay, llvm::APFloat cosine, llvm::APFloat sine,
                              llvm::APFloat threshold, llvm::APFloat vReset, ResetKind, FireRule) {
  return verifyFinite(
      emitError,
      {{"decay", decay}, {"cosine", cosine}, {"sine", sine}, {"v_threshold", threshold}, {"v_reset", vReset}});
}
