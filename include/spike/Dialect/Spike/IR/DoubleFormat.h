// SPDX-License-Identifier: Apache-2.0
// Reading and writing doubles in attributes the short way.
#ifndef SPIKE_DIALECT_SPIKE_IR_DOUBLEFORMAT_H
#define SPIKE_DIALECT_SPIKE_IR_DOUBLEFORMAT_H

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/APFloat.h"

namespace mlir::spike {

FailureOr<llvm::APFloat> parseDouble(AsmParser &parser);
FailureOr<std::optional<llvm::APFloat>> parseOptionalDouble(AsmParser &parser);

/// Prints the shortest decimal that reads back to the same bits, always with a point, so that it lexes as a float.
void printDouble(AsmPrinter &printer, const llvm::APFloat &value);

} // namespace mlir::spike

#endif // SPIKE_DIALECT_SPIKE_IR_DOUBLEFORMAT_H
