// SPDX-License-Identifier: Apache-2.0
// loihi-route: what travels over links.
#include "spike/Dialect/Loihi/Transforms/Passes.h"

#include "Subject.h"
#include "spike/Mapping/MappingReport.h"
#include "llvm/Support/FormatVariadic.h"

namespace mlir::spike::loihi {
#define GEN_PASS_DEF_LOIHIROUTEPASS
#include "spike/Dialect/Loihi/Transforms/Passes.h.inc"

namespace {

struct RoutePass : impl::LoihiRoutePassBase<RoutePass> {
  void runOnOperation() override {
    NetworkOp op = getOperation();
    FailureOr<Subject> subject = Subject::read(op, {Phase::placed, Phase::routed}, chip::Phase::placed);
    if (failed(subject))
      return signalPassFailure();
    llvm::Expected<chip::MappingReport> report = chip::reportMapping(subject->network, subject->limits());
    if (!report) {
      (void)subject->fail(report.takeError());
      return signalPassFailure();
    }
    op.setPhase(Phase::routed);
    auto number = [](double value) { return llvm::formatv("{0:f0}", value).str(); };
    emitRemark(op.getLoc()) << "expected per inference: " << number(report->routes.messages) << " messages between "
                            << count(report->cores, "core") << " on " << count(report->chips, "chip") << ", "
                            << number(report->routes.hops) << " hops on chips and " << number(report->routes.chipHops)
                            << " between them; the busiest link carries " << number(report->maxLinkMessages)
                            << ", the busiest core does " << number(report->maxSynops) << " synaptic operations (mean "
                            << number(report->meanSynops) << ")";
  }
};

} // namespace
} // namespace mlir::spike::loihi
