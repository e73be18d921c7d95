// SPDX-License-Identifier: Apache-2.0
// spike-mark-exact: mark the neuron layers that compute without rounding.
#include "spike/Analysis/RangeAnalysis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_MARKEXACTPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

struct MarkExactPass : impl::MarkExactPassBase<MarkExactPass> {
  using MarkExactPassBase::MarkExactPassBase;

  void runOnOperation() override {
    constexpr StringLiteral attribute = "spike.exact";
    RangeAnalysis ranges(getOperation());
    getOperation().walk([&](NeuronOp op) {
      if (ranges.isExact(op))
        op->setAttr(attribute, UnitAttr::get(&getContext()));
      else
        op->removeAttr(attribute);
    });
  }
};

} // namespace
} // namespace mlir::spike
