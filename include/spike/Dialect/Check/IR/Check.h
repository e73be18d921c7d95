// SPDX-License-Identifier: Apache-2.0
// The check dialect: assertions about tensors.
#ifndef SPIKE_DIALECT_CHECK_IR_CHECK_H
#define SPIKE_DIALECT_CHECK_IR_CHECK_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"

#include "spike/Dialect/Check/IR/CheckDialect.h.inc"

#define GET_OP_CLASSES
#include "spike/Dialect/Check/IR/CheckOps.h.inc"

#endif // SPIKE_DIALECT_CHECK_IR_CHECK_H
