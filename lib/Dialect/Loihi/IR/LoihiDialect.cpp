// SPDX-License-Identifier: Apache-2.0
// Registration of the loihi dialect.
#include "spike/Dialect/Loihi/IR/Loihi.h"

using namespace mlir;
using namespace mlir::spike::loihi;

#include "spike/Dialect/Loihi/IR/LoihiDialect.cpp.inc"
#include "spike/Dialect/Loihi/IR/LoihiEnums.cpp.inc"

void LoihiDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "spike/Dialect/Loihi/IR/LoihiOps.cpp.inc"
      >();
}
