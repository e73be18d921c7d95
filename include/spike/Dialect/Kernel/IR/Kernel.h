// SPDX-License-Identifier: Apache-2.0
// The kernel dialect: calls of contraction kernels.
#ifndef SPIKE_DIALECT_KERNEL_IR_KERNEL_H
#define SPIKE_DIALECT_KERNEL_IR_KERNEL_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "spike/Dialect/Kernel/IR/KernelDialect.h.inc"

#define GET_OP_CLASSES
#include "spike/Dialect/Kernel/IR/KernelOps.h.inc"

namespace mlir::spike::kernel {

/// Lets one-shot bufferisation turn the tensor form of the ops into the memref form.
void registerBufferizableOpInterfaceExternalModels(DialectRegistry &registry);

} // namespace mlir::spike::kernel

#endif // SPIKE_DIALECT_KERNEL_IR_KERNEL_H
