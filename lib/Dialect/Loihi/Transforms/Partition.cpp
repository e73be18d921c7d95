// SPDX-License-Identifier: Apache-2.0
// loihi-partition: which neurons share a core.
#include "spike/Dialect/Loihi/Transforms/Passes.h"

#include "Subject.h"

namespace mlir::spike::loihi {
#define GEN_PASS_DEF_LOIHIPARTITIONPASS
#include "spike/Dialect/Loihi/Transforms/Passes.h.inc"

namespace {

struct PartitionPass : impl::LoihiPartitionPassBase<PartitionPass> {
  using LoihiPartitionPassBase::LoihiPartitionPassBase;

  void runOnOperation() override {
    NetworkOp op = getOperation();
    FailureOr<Subject> subject =
        Subject::read(op, {Phase::unmapped, Phase::partitioned, Phase::placed, Phase::routed}, chip::Phase::scheduled);
    if (failed(subject))
      return signalPassFailure();
    chip::PartitionOptions options;
    options.objective = objective;
    options.seed = seed;
    options.maxCores = cores;
    if (llvm::Error error = chip::partitionNetwork(subject->network, subject->limits(), options)) {
      (void)subject->fail(std::move(error));
      return signalPassFailure();
    }
    if (subject->network.cores.empty()) {
      emitError(op.getLoc()) << "network '" << op.getSymName()
                             << "' has no neurons but inputs, so nothing to map: give it "
                             << "a population of another kind";
      return signalPassFailure();
    }
    subject->network.chips.clear();
    subject->network.interconnect = {};
    if (failed(updateCores(op, subject->network, Phase::partitioned)))
      return signalPassFailure();
    emitRemark(op.getLoc()) << "the network takes " << count(subject->network.cores.size(), "core");
  }
};

} // namespace
} // namespace mlir::spike::loihi
