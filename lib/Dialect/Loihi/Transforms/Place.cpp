// SPDX-License-Identifier: Apache-2.0
// loihi-place: where cores lie.
#include "spike/Dialect/Loihi/Transforms/Passes.h"

#include "Subject.h"
#include "spike/Mapping/Place.h"

namespace mlir::spike::loihi {
#define GEN_PASS_DEF_LOIHIPLACEPASS
#include "spike/Dialect/Loihi/Transforms/Passes.h.inc"

namespace {

struct PlacePass : impl::LoihiPlacePassBase<PlacePass> {
  using LoihiPlacePassBase::LoihiPlacePassBase;

  void runOnOperation() override {
    NetworkOp op = getOperation();
    FailureOr<Subject> subject =
        Subject::read(op, {Phase::partitioned, Phase::placed, Phase::routed}, chip::Phase::partitioned);
    if (failed(subject))
      return signalPassFailure();
    chip::PlaceOptions options;
    options.seed = seed;
    options.chips = chips;
    if (llvm::Error error = chip::placeNetwork(subject->network, subject->limits(), options)) {
      (void)subject->fail(std::move(error));
      return signalPassFailure();
    }
    if (failed(updateCores(op, subject->network, Phase::placed)))
      return signalPassFailure();
    emitRemark(op.getLoc()) << "places for " << count(subject->network.cores.size(), "core") << " on "
                            << count(subject->network.chips.size(), "chip");
  }
};

} // namespace
} // namespace mlir::spike::loihi
