// SPDX-License-Identifier: Apache-2.0
// verify-loihi-phase: what one phase of mapping may hand to the next.
#include "spike/Dialect/Loihi/Transforms/Passes.h"

#include "Subject.h"

namespace mlir::spike::loihi {
#define GEN_PASS_DEF_VERIFYLOIHIPHASEPASS
#include "spike/Dialect/Loihi/Transforms/Passes.h.inc"

namespace {

struct VerifyLoihiPhasePass : impl::VerifyLoihiPhasePassBase<VerifyLoihiPhasePass> {
  using VerifyLoihiPhasePassBase::VerifyLoihiPhasePassBase;

  void runOnOperation() override {
    Phase phase = getOperation().getPhase();
    chip::Phase rules = phase == Phase::unmapped && scheduled ? chip::Phase::scheduled : getRules(phase);
    if (failed(Subject::read(getOperation(), phase, rules)))
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
} // namespace mlir::spike::loihi
