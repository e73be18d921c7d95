// SPDX-License-Identifier: Apache-2.0
// Neuron models that give counts of spikes.
#include "spike/Dialect/Spike/IR/Spike.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::spike;

SmallVector<StringRef> MultiSpikeAttr::getStateNames() const { return {}; }
double MultiSpikeAttr::getStateReset(unsigned) const { return 0.0; }
SmallVector<StringRef> MultiSpikeAttr::getParamNames() const { return {}; }
std::optional<uint64_t> MultiSpikeAttr::getMaxOutput() const { return getLevels(); }

Value MultiSpikeAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &, Value current,
                                function_ref<Value(StringRef)>) const {
  auto real = [&](float value) -> Value {
    return arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(value));
  };
  Value raised = arith::MaximumFOp::create(builder, loc, current, real(0.0f));
  Value clamped = arith::MinimumFOp::create(builder, loc, raised, real(static_cast<float>(getLevels())));
  if (getRounding() == RoundingRule::half_even)
    return math::RoundEvenOp::create(builder, loc, clamped);
  return math::FloorOp::create(builder, loc, arith::AddFOp::create(builder, loc, clamped, real(0.5f)));
}

LogicalResult MultiSpikeAttr::verify(function_ref<InFlightDiagnostic()> emitError, uint64_t levels, RoundingRule) {
  // Below 2^23 a count plus one half is an f32, so no rounding is hidden in the sum.
  if (levels < 1 || levels > (1u << 22))
    return emitError() << "expected levels between 1 and " << (1u << 22) << ", got " << levels;
  return success();
}
