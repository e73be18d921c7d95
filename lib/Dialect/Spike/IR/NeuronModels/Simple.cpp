// SPDX-License-Identifier: Apache-2.0
// Models without leak, without firing or without state.
#include "StepBuilder.h"

using namespace mlir;
using namespace mlir::spike;

//===----------------------------------------------------------------------===//
// Integrator
//===----------------------------------------------------------------------===//

SmallVector<StringRef> IntegratorAttr::getStateNames() const { return {"v"}; }
double IntegratorAttr::getStateReset(unsigned) const { return getVInit().convertToDouble(); }
StringRef IntegratorAttr::getStateResetParam(unsigned) const { return "v_init"; }
SmallVector<StringRef> IntegratorAttr::getParamNames() const { return {"v_init"}; }
std::optional<uint64_t> IntegratorAttr::getMaxOutput() const { return std::nullopt; }
std::optional<unsigned> IntegratorAttr::getFractionBitsPerStep() const { return 0; }

bool IntegratorAttr::boundMembrane(double &lo, double &hi, int64_t steps) const {
  boundLinear(lo, hi, steps, 1.0, 1.0, getStateReset(0), 0.0, 0.0, ResetKind::none);
  return true;
}

Value IntegratorAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                                function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  states[0] = b.add(states[0], current);
  return states[0];
}

LogicalResult IntegratorAttr::verify(EmitError emitError, llvm::APFloat vInit) {
  return verifyFinite(emitError, {{"v_init", vInit}});
}

//===----------------------------------------------------------------------===//
// Threshold
//===----------------------------------------------------------------------===//

SmallVector<StringRef> ThresholdAttr::getStateNames() const { return {}; }
double ThresholdAttr::getStateReset(unsigned) const { llvm_unreachable("the model has no state"); }
SmallVector<StringRef> ThresholdAttr::getParamNames() const { return {"v_threshold"}; }
std::optional<uint64_t> ThresholdAttr::getMaxOutput() const { return 1; }

Value ThresholdAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &, Value current,
                               function_ref<Value(StringRef)> param) const {
  StepBuilder b(builder, loc, param);
  return b.fire(getFire(), current, b.get("v_threshold", getVThreshold()));
}

LogicalResult ThresholdAttr::verify(EmitError emitError, llvm::APFloat threshold, FireRule) {
  return verifyFinite(emitError, {{"v_threshold", threshold}});
}
