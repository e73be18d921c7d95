// SPDX-License-Identifier: Apache-2.0
// spike-annotate-ranges: write what range analysis knows into the IR, for people.
#include "spike/Analysis/RangeAnalysis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_ANNOTATERANGESPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

struct AnnotateRangesPass : impl::AnnotateRangesPassBase<AnnotateRangesPass> {
  using AnnotateRangesPassBase::AnnotateRangesPassBase;

  void runOnOperation() override {
    RangeAnalysis ranges(getOperation());
    Builder builder(&getContext());
    getOperation().walk([&](Operation *op) {
      if (!isa<SpikeDialect>(op->getDialect()))
        return;
      std::string text;
      llvm::raw_string_ostream os(text);
      llvm::interleave(op->getResults(), os, [&](Value result) { ranges.getRange(result).print(os); }, ", ");
      op->setAttr("spike.range", builder.getStringAttr(text));
    });
  }
};

} // namespace
} // namespace mlir::spike
