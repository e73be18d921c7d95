// SPDX-License-Identifier: Apache-2.0
// The spike dialect: types, attributes, interfaces and operations.
#ifndef SPIKE_DIALECT_SPIKE_IR_SPIKE_H
#define SPIKE_DIALECT_SPIKE_IR_SPIKE_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/APFloat.h"
#include <optional>

#include "spike/Dialect/Spike/IR/SpikeDialect.h.inc"
#include "spike/Dialect/Spike/IR/SpikeEnums.h.inc"

#include "spike/Dialect/Spike/IR/SpikeAttrInterfaces.h.inc"

namespace mlir::spike {
/// Whether two doubles that may be missing have the same bits.
bool isSameDouble(const std::optional<llvm::APFloat> &lhs, const std::optional<llvm::APFloat> &rhs);
} // namespace mlir::spike

#define GET_TYPEDEF_CLASSES
#include "spike/Dialect/Spike/IR/SpikeTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "spike/Dialect/Spike/IR/SpikeAttrs.h.inc"

#define GET_OP_CLASSES
#include "spike/Dialect/Spike/IR/SpikeOps.h.inc"

namespace mlir::spike {

/// Most elements that a tensor of the dialect may have: sizes and offsets of everything then fit 64 bits.
constexpr int64_t maxElements = int64_t(1) << 40;

/// Whether every dimension is at least one and the number of elements at most `maxElements`.
bool isAllowedShape(ArrayRef<int64_t> shape);

/// Whether a type is one of the dialect's tensors: a static shape of the allowed size and an element type that flows.
bool isSpikeTensor(Type type);

/// Largest value of an element type that holds non-negative integers (a spike, a count), nothing for other types.
std::optional<uint64_t> getMaxCount(Type elementType);

/// The element type that holds integers in [0, max]: i1 for one, else !spike.count.
Type getCountElementType(MLIRContext *context, uint64_t max);

/// Shape of two operands aligned at the end with dimensions of one stretched; nothing if they do not fit.
std::optional<SmallVector<int64_t>> broadcastShapes(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs);

/// Length of a convolved or pooled axis; nothing if the window does not fit or a number is out of range.
std::optional<int64_t> getWindowedLength(int64_t length, int64_t kernel, int64_t stride, int64_t padLow,
                                         int64_t padHigh, int64_t dilation);

} // namespace mlir::spike

#endif // SPIKE_DIALECT_SPIKE_IR_SPIKE_H
