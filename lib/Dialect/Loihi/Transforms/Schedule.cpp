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
    // An op's own remark would show the whole network.
    InFlightDiagnostic remark = emitRemark(op.getLoc());
    remark << "an inference takes " << count(report->chipSteps, "chip step") << ": "
           << count(subject->network.timeSteps, "time step");
    if (report->period > 1)
      remark << ", " << count(report->period, "step") << " apart,";
    remark << " behind a longest path of " << count(report->depth, "projection");
    if (report->longestDelay)
      remark << "; the longest delay is " << count(report->longestDelay, "step");
    if (report->relays)
      remark << "; " << count(report->relays, "relay") << " added where paths differ by more";
  }
};

} // namespace
} // namespace mlir::spike::loihi
