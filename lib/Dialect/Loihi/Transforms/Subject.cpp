// SPDX-License-Identifier: Apache-2.0
// Reading and checking what passes of mapping work on.
#include "Subject.h"

#include "spike/Mapping/Fit.h"

using namespace mlir;
using namespace mlir::spike::loihi;

std::string mlir::spike::loihi::count(int64_t number, StringRef noun) {
  return (Twine(number) + " " + noun + (number == 1 ? "" : "s")).str();
}

chip::Phase mlir::spike::loihi::getRules(Phase phase) {
  switch (phase) {
  case Phase::unmapped:
    return chip::Phase::unmapped;
  case Phase::partitioned:
    return chip::Phase::partitioned;
  case Phase::placed:
  case Phase::routed:
    return chip::Phase::placed;
  }
  llvm_unreachable("unknown phase");
}

FailureOr<Subject> Subject::read(NetworkOp op, ArrayRef<Phase> phases, chip::Phase required) {
  if (!llvm::is_contained(phases, op.getPhase())) {
    InFlightDiagnostic error = emitError(op.getLoc()) << "network '" << op.getSymName() << "' is in phase "
                                                      << stringifyPhase(op.getPhase()) << ", expected ";
    llvm::interleave(phases, error, [&](Phase phase) { error << stringifyPhase(phase); }, " or ");
    return error;
  }
  llvm::Expected<chip::TargetModel> target = chip::TargetModel::load(op.getTarget());
  if (!target)
    return emitError(op.getLoc()) << llvm::toString(target.takeError());
  FailureOr<chip::Network> network = toNetwork(op);
  if (failed(network))
    return failure();
  Subject subject{op, std::move(*network), std::move(*target)};
  if (failed(subject.verify(required)))
    return failure();
  return subject;
}

LogicalResult Subject::verify(chip::Phase required) const {
  if (failed(verifyNetwork(op, network, required, &limits())))
    return failure();
  if (required < chip::Phase::partitioned)
    return success();
  if (std::optional<chip::Fault> fault = chip::findOverfullCore(network, limits()))
    return emitError(Parts(op).getLoc(*fault)) << fault->message;
  return success();
}

LogicalResult Subject::fail(llvm::Error error) { return emitError(op.getLoc()) << llvm::toString(std::move(error)); }
