// SPDX-License-Identifier: Apache-2.0
// The torch mirror dialect: the operations of exported PyTorch programs that the compiler reads.
#ifndef SPIKE_DIALECT_TORCH_IR_TORCH_H
#define SPIKE_DIALECT_TORCH_IR_TORCH_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include <optional>

#include "spike/Dialect/Torch/IR/TorchDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "spike/Dialect/Torch/IR/TorchTypes.h.inc"

#define GET_OP_CLASSES
#include "spike/Dialect/Torch/IR/TorchOps.h.inc"

namespace mlir::spike::torch {

/// The constant that defines `value`, nothing if it is not a constant of that kind.
std::optional<int64_t> getConstantInt(Value value);
std::optional<bool> getConstantBool(Value value);
/// An integer or floating point constant.
std::optional<double> getConstantNumber(Value value);
std::optional<StringRef> getConstantString(Value value);
std::optional<SmallVector<int64_t>> getConstantIntList(Value value);
bool isNone(Value value);

} // namespace mlir::spike::torch

#endif // SPIKE_DIALECT_TORCH_IR_TORCH_H
