// SPDX-License-Identifier: Apache-2.0
// snnTorch's neurons: what a spike does to the membrane is worked out from the membrane of the step before.
#include "StepBuilder.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// The membrane at the end of a step: without a delay it is reset by `spike`, less what `past`, the membrane of the
/// step before, has reset already.
Value finish(StepBuilder &b, ResetKind kind, bool delay, Value spike, Value past, Value h, Value threshold) {
  if (delay || kind == ResetKind::none)
    return h;
  Value due = b.sub(spike, b.toReal(past));
  return b.sub(h, b.mul(due, kind == ResetKind::soft ? threshold : h));
}

} // namespace

//===----------------------------------------------------------------------===//
// Leaky
//===----------------------------------------------------------------------===//

SmallVector<StringRef> LeakyAttr::getStateNames() const { return {"v"}; }
double LeakyAttr::getStateReset(unsigned) const { return 0.0; }
SmallVector<StringRef> LeakyAttr::getParamNames() const { return {"beta", "v_threshold"}; }
std::optional<uint64_t> LeakyAttr::getMaxOutput() const { return 1; }

Value LeakyAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                           function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value beta = b.get("beta", getBeta()), threshold = b.get("v_threshold", getVThreshold()), zero = b.constant(0.0);
  Value v = states[0], past = b.fire(getFire(), v, threshold);
  bool before = getReset() == ResetKind::hard && !getResetCharged();
  Value h = b.add(b.mul(beta, before ? b.select(past, zero, v) : v), current);
  if (!before)
    h = b.reset(getReset(), past, h, threshold, zero);
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = finish(b, getReset(), getResetDelay(), b.toReal(spike), past, h, threshold);
  return spike;
}

LogicalResult LeakyAttr::verify(EmitError emitError, llvm::APFloat beta, llvm::APFloat threshold, ResetKind, bool, bool,
                                FireRule) {
  return verifyFinite(emitError, {{"beta", beta}, {"v_threshold", threshold}});
}

SmallVector<StringRef> RecurrentLeakyAttr::getStateNames() const { return {"v", "s"}; }
double RecurrentLeakyAttr::getStateReset(unsigned) const { return 0.0; }
SmallVector<StringRef> RecurrentLeakyAttr::getParamNames() const { return {"beta", "recurrent", "v_threshold"}; }
std::optional<uint64_t> RecurrentLeakyAttr::getMaxOutput() const { return 1; }

Value RecurrentLeakyAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                                    function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value beta = b.get("beta", getBeta()), recurrent = b.get("recurrent", getRecurrent());
  Value threshold = b.get("v_threshold", getVThreshold());
  Value past = b.fire(getFire(), states[0], threshold);
  Value h = b.add(b.add(b.mul(beta, states[0]), current), b.mul(states[1], recurrent));
  h = b.reset(getReset(), past, h, threshold, b.constant(0.0));
  Value spike = b.fire(getFire(), h, threshold);
  states[1] = b.toReal(spike);
  states[0] = finish(b, getReset(), getResetDelay(), states[1], past, h, threshold);
  return spike;
}

LogicalResult RecurrentLeakyAttr::verify(EmitError emitError, llvm::APFloat beta, llvm::APFloat recurrent,
                                         llvm::APFloat threshold, ResetKind, bool, FireRule) {
  return verifyFinite(emitError, {{"beta", beta}, {"recurrent", recurrent}, {"v_threshold", threshold}});
}

//===----------------------------------------------------------------------===//
// Synaptic
//===----------------------------------------------------------------------===//

SmallVector<StringRef> SynapticAttr::getStateNames() const { return {"v", "i"}; }
double SynapticAttr::getStateReset(unsigned) const { return 0.0; }
SmallVector<StringRef> SynapticAttr::getParamNames() const { return {"alpha", "beta", "v_threshold"}; }
std::optional<uint64_t> SynapticAttr::getMaxOutput() const { return 1; }

Value SynapticAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                              function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value alpha = b.get("alpha", getAlpha()), beta = b.get("beta", getBeta());
  Value threshold = b.get("v_threshold", getVThreshold());
  Value past = b.fire(getFire(), states[0], threshold);
  states[1] = b.add(b.mul(alpha, states[1]), current);
  Value h = b.add(b.mul(beta, states[0]), states[1]);
  h = b.reset(getReset(), past, h, threshold, b.constant(0.0));
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = finish(b, getReset(), getResetDelay(), b.toReal(spike), past, h, threshold);
  return spike;
}

LogicalResult SynapticAttr::verify(EmitError emitError, llvm::APFloat alpha, llvm::APFloat beta,
                                   llvm::APFloat threshold, ResetKind, bool, FireRule) {
  return verifyFinite(emitError, {{"alpha", alpha}, {"beta", beta}, {"v_threshold", threshold}});
}

SmallVector<StringRef> RecurrentSynapticAttr::getStateNames() const { return {"v", "i", "s"}; }
double RecurrentSynapticAttr::getStateReset(unsigned) const { return 0.0; }
SmallVector<StringRef> RecurrentSynapticAttr::getParamNames() const {
  return {"alpha", "beta", "recurrent", "v_threshold"};
}
std::optional<uint64_t> RecurrentSynapticAttr::getMaxOutput() const { return 1; }

Value RecurrentSynapticAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                                       function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value alpha = b.get("alpha", getAlpha()), beta = b.get("beta", getBeta());
  Value recurrent = b.get("recurrent", getRecurrent()), threshold = b.get("v_threshold", getVThreshold());
  Value past = b.fire(getFire(), states[0], threshold);
  states[1] = b.add(b.add(b.mul(alpha, states[1]), current), b.mul(states[2], recurrent));
  Value h = b.add(b.mul(beta, states[0]), states[1]);
  h = b.reset(getReset(), past, h, threshold, b.constant(0.0));
  Value spike = b.fire(getFire(), h, threshold);
  states[0] = h;
  states[2] = b.toReal(spike);
  return spike;
}

LogicalResult RecurrentSynapticAttr::verify(EmitError emitError, llvm::APFloat alpha, llvm::APFloat beta,
                                            llvm::APFloat recurrent, llvm::APFloat threshold, ResetKind, FireRule) {
  return verifyFinite(emitError,
                      {{"alpha", alpha}, {"beta", beta}, {"recurrent", recurrent}, {"v_threshold", threshold}});
}

//===----------------------------------------------------------------------===//
// Alpha
//===----------------------------------------------------------------------===//

SmallVector<StringRef> AlphaAttr::getStateNames() const { return {"v", "i_exc", "i_inh"}; }
double AlphaAttr::getStateReset(unsigned) const { return 0.0; }
SmallVector<StringRef> AlphaAttr::getParamNames() const { return {"alpha", "beta", "tau_alpha", "v_threshold"}; }
std::optional<uint64_t> AlphaAttr::getMaxOutput() const { return 1; }

Value AlphaAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                           function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  Value alpha = b.get("alpha", getAlpha()), beta = b.get("beta", getBeta());
  Value tau = b.get("tau_alpha", getTauAlpha()), threshold = b.get("v_threshold", getVThreshold());
  Value past = b.fire(getFire(), states[0], threshold), zero = b.constant(0.0), oldInh = states[2];
  Value exc = b.add(b.mul(alpha, states[1]), current), inh = b.sub(b.mul(beta, oldInh), current);
  Value h = b.mul(tau, b.add(exc, inh));
  if (getReset() != ResetKind::none) {
    bool soft = getReset() == ResetKind::soft;
    exc = b.select(past, soft ? b.sub(exc, threshold) : zero, exc);
    inh = b.select(past, zero, inh);
    h = b.select(past, soft ? b.add(h, oldInh) : zero, h);
  }
  states[0] = h;
  states[1] = exc;
  states[2] = inh;
  return b.fire(getFire(), h, threshold);
}

LogicalResult AlphaAttr::verify(EmitError emitError, llvm::APFloat alpha, llvm::APFloat beta, llvm::APFloat tauAlpha,
                                llvm::APFloat threshold, ResetKind, FireRule) {
  return verifyFinite(emitError,
                      {{"alpha", alpha}, {"beta", beta}, {"tau_alpha", tauAlpha}, {"v_threshold", threshold}});
}
