// SPDX-License-Identifier: Apache-2.0
// spike-set-batch: give the batch another size.
#include "ResizeAxis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_SETBATCHPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

struct SetBatchPass : impl::SetBatchPassBase<SetBatchPass> {
  using SetBatchPassBase::SetBatchPassBase;

  void runOnOperation() override {
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && failed(setBatch(function)))
        return signalPassFailure();
  }

  LogicalResult setBatch(func::FuncOp function) {
    if (size < 1)
      return function.emitError() << "expected a batch of at least 1, got " << size;
    if (axes.size() != function.getNumArguments() || !function.getBody().hasOneBlock())
      return function.emitError() << "expected one batch axis for each of " << function.getNumArguments()
                                  << " inputs of a function of one block, got " << axes.size();
    AxisPlaces places;
    std::optional<int64_t> batch;
    for (auto [argument, axis] : llvm::zip_equal(function.getArguments(), axes)) {
      if (axis < 0)
        continue;
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      if (!type || axis >= type.getRank())
        return function.emitError() << "input " << argument.getArgNumber() << " has no axis " << axis;
      if (batch && *batch != type.getDimSize(axis))
        return function.emitError() << "expected one batch size for all inputs, got " << *batch << " and "
                                    << type.getDimSize(axis);
      batch = type.getDimSize(axis);
      places[argument] = {axis};
    }
    if (!batch)
      return function.emitError() << "no input has a batch axis";
    return resizeAxis(function, AxisKind::batch, std::move(places), *batch, size);
  }
};

} // namespace
} // namespace mlir::spike
