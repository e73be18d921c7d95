// SPDX-License-Identifier: Apache-2.0
// Verification of neuron programs.
#include "spike/Dialect/Loihi/IR/Loihi.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike::loihi;

static LogicalResult verifyIndex(Operation *op, StringRef what, int64_t index, int64_t count) {
  if (index < count)
    return success();
  return op->emitOpError() << what << " " << index << " does not exist, the program has " << count;
}

LogicalResult ProgramOp::verifyRegions() {
  WalkResult result = getBody().walk([&](Operation *op) -> WalkResult {
    if (!isa_and_present<LoihiDialect>(op->getDialect()))
      return op->emitError() << "expected instructions in a program, got '" << op->getName() << "'";
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](RdcOp op) { return verifyIndex(op, "port", op.getPort(), getPorts()); })
        .Case([&](LdOp op) { return verifyIndex(op, "state", op.getState(), getStates()); })
        .Case([&](StOp op) { return verifyIndex(op, "state", op.getState(), getStates()); })
        .Case([&](ParOp op) { return verifyIndex(op, "parameter", op.getParam(), getParams()); })
        .Default([](Operation *) { return success(); });
  });
  return failure(result.wasInterrupted());
}
