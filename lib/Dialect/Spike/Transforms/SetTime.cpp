// SPDX-License-Identifier: Apache-2.0
// spike-set-time: repeat the inputs for another number of time steps.
#include "ResizeAxis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_SETTIMEPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

struct SetTimePass : impl::SetTimePassBase<SetTimePass> {
  using SetTimePassBase::SetTimePassBase;

  void runOnOperation() override {
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && failed(setTime(function)))
        return signalPassFailure();
  }

  LogicalResult setTime(func::FuncOp function) {
    if (steps < 1)
      return function.emitError() << "expected at least 1 time step, got " << steps;
    if (!function.getBody().hasOneBlock())
      return function.emitError() << "expected a function of one block";
    AxisPlaces places;
    std::optional<int64_t> current;
    for (RepeatTimeOp repeat : function.getOps<RepeatTimeOp>()) {
      int64_t length = repeat.getType().getDimSize(0);
      if (current && *current != length)
        return repeat.emitError() << "expected one number of time steps, got " << *current << " and " << length;
      current = length;
      places[repeat.getResult()] = {0};
    }
    if (!current)
      return function.emitError() << "no input is repeated over time, so the time steps are the program's own";
    return resizeAxis(function, AxisKind::time, std::move(places), *current, steps);
  }
};

} // namespace
} // namespace mlir::spike
