// SPDX-License-Identifier: Apache-2.0
// The check dialect: registration, assembly format and verifiers.
#include "spike/Dialect/Check/IR/Check.h"

#include "spike/Dialect/Spike/IR/DoubleFormat.h"
#include "spike/Dialect/Spike/IR/Spike.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::check;

#include "spike/Dialect/Check/IR/CheckDialect.cpp.inc"

void CheckDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "spike/Dialect/Check/IR/CheckOps.cpp.inc"
      >();
}

static ParseResult parseTolerance(OpAsmParser &parser, FloatAttr &attr) {
  double value = 0.0;
  if (parser.parseFloat(value))
    return failure();
  attr = parser.getBuilder().getF64FloatAttr(value);
  return success();
}

static void printTolerance(OpAsmPrinter &printer, Operation *, FloatAttr attr) {
  printDouble(printer, attr.getValue());
}

static LogicalResult verifySameShape(Operation *op, StringRef constraint) {
  auto actual = cast<RankedTensorType>(op->getOperand(0).getType());
  auto expected = cast<RankedTensorType>(op->getOperand(1).getType());
  if (actual.getShape() == expected.getShape())
    return success();
  return op->emitOpError() << constraint << ": expected equal shapes, got " << actual << " and " << expected;
}

LogicalResult ExpectEqOp::verify() { return verifySameShape(*this, "expect_eq_c1"); }

LogicalResult ExpectCloseOp::verify() {
  if (!getTolerance().isFinite() || getTolerance().isNegative())
    return emitOpError() << "expect_close_c2: expected a finite tolerance of at least zero, got "
                         << getTolerance().convertToDouble();
  return verifySameShape(*this, "expect_close_c1");
}

#define GET_OP_CLASSES
#include "spike/Dialect/Check/IR/CheckOps.cpp.inc"
