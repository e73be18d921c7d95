// SPDX-License-Identifier: Apache-2.0
// check.expect_eq and check.expect_close
#include "Rules.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;

/// Fails at the first element for which `agree` does not hold.
template <typename Agree>
static LogicalResult evaluateCheck(Frame &frame, Operation *op, Agree agree) {
  const Tensor &actual = frame.get(op->getOperand(0)), &expected = frame.get(op->getOperand(1));
  for (int64_t i = 0; i < actual.size(); ++i) {
    if (agree(actual, expected, i))
      continue;
    InFlightDiagnostic diag = op->emitOpError() << "failed at [";
    llvm::interleaveComma(getStrides(actual.getShape()), diag, [&, rest = i](int64_t stride) mutable {
      diag << rest / stride;
      rest %= stride;
    });
    return diag << "]: expected " << formatNumber(expected.number(i)) << ", got " << formatNumber(actual.number(i));
  }
  return success();
}

LogicalResult mlir::spike::evaluate(Frame &frame, check::ExpectEqOp op) {
  return evaluateCheck(frame, op, [](const Tensor &actual, const Tensor &expected, int64_t i) {
    double a = actual.number(i), b = expected.number(i);
    if (std::isnan(a) || std::isnan(b))
      return std::isnan(a) && std::isnan(b);
    return a == b && (!actual.isReal() || !expected.isReal() || std::signbit(a) == std::signbit(b));
  });
}

LogicalResult mlir::spike::evaluate(Frame &frame, check::ExpectCloseOp op) {
  double tolerance = op.getTolerance().convertToDouble();
  return evaluateCheck(frame, op, [&](const Tensor &actual, const Tensor &expected, int64_t i) {
    double a = actual.number(i), b = expected.number(i);
    if (std::isnan(a) || std::isnan(b))
      return std::isnan(a) && std::isnan(b);
    return a == b || std::abs(a - b) <= tolerance;
  });
}
