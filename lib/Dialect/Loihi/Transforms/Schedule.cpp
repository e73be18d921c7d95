// SPDX-License-Identifier: Apache-2.0
// loihi-schedule: start times and delays.
#include "spike/Dialect/Loihi/Transforms/Passes.h"

#include "Subject.h"
#include "spike/Mapping/Schedule.h"

namespace mlir::spike::loihi {
#define GEN_PASS_DEF_LOIHISCHEDULEPASS
#include "spike/Dialect/Loihi/Transforms/Passes.h.inc"

namespace {

struct SchedulePass : impl::LoihiSchedulePassBase<SchedulePass> {
  void runOnOperation() override {
    NetworkOp op = getOperation();
    FailureOr<Subject> subject = Subject::read(op, Phase::unmapped, chip::Phase::unmapped);
    if (failed(subject))
      return signalPassFailure();
    llvm::Expected<chip::ScheduleReport> report = chip::scheduleNetwork(subject->network, subject->limits());
    if (!report) {
      (void)subject->fail(report.takeError());
      return signalPassFailure();
    }
    if (failed(updateSchedule(op, subject->network)) || failed(subject->verify(chip::Phase::scheduled)))
      return signalPassFailure();
    InFlightDiagnostic remark =
        op.emitRemark() << "an inference takes " << report->chipSteps << " chip steps: " << subject->network.timeSteps
                        << " time steps behind a longest path of " << report->depth << " projections";
    if (report->longestDelay)
      remark << "; the longest delay is " << report->longestDelay << " steps";
    if (report->relays)
      remark << "; " << report->relays << " relays were added where paths differ by more";
  }
};

} // namespace
} // namespace mlir::spike::loihi
