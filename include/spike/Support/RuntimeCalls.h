// SPDX-License-Identifier: Apache-2.0
// Building calls of the C runtime from IR on memrefs.
#ifndef SPIKE_SUPPORT_RUNTIMECALLS_H
#define SPIKE_SUPPORT_RUNTIMECALLS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace mlir::spike {

/// Pointer (`!llvm.ptr`) of the first element of a memref of static layout, its offset left out.
Value getBasePointer(OpBuilder &builder, Location loc, Value memref);

/// A block on the stack of 8-byte slots holding pointers and i64 values, as the runtime's argument structs are laid
/// out.
Value createFrame(OpBuilder &builder, Location loc, ArrayRef<Value> slots);

/// An i64 constant.
Value createI64(OpBuilder &builder, Location loc, int64_t value);

/// The declaration of runtime function `name`, made at the start of the module if it is not there.
func::FuncOp getRuntimeFunction(ModuleOp module, StringRef name, FunctionType type);

} // namespace mlir::spike

#endif // SPIKE_SUPPORT_RUNTIMECALLS_H
