// SPDX-License-Identifier: Apache-2.0
// #spike.running: a reduction over time as a model, so that it can be carried from step to step like a membrane.
#include "spike/Dialect/Spike/IR/Spike.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::spike;

SmallVector<StringRef> RunningAttr::getStateNames() const {
  if (getKind() == ReduceKind::mean)
    return {"total", "steps"};
  return {"total"};
}

double RunningAttr::getStateReset(unsigned) const {
  return getKind() == ReduceKind::max ? -std::numeric_limits<double>::infinity() : 0.0;
}

SmallVector<StringRef> RunningAttr::getParamNames() const { return {}; }
std::optional<uint64_t> RunningAttr::getMaxOutput() const { return std::nullopt; }

Value RunningAttr::buildStep(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &states, Value current,
                             function_ref<Value(StringRef)>) const {
  if (getKind() == ReduceKind::max)
    return states[0] = arith::MaximumFOp::create(builder, loc, states[0], current);
  states[0] = arith::AddFOp::create(builder, loc, states[0], current);
  if (getKind() == ReduceKind::sum)
    return states[0];
  Value one = arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(1.0f));
  states[1] = arith::AddFOp::create(builder, loc, states[1], one);
  return arith::DivFOp::create(builder, loc, states[0], states[1]);
}
