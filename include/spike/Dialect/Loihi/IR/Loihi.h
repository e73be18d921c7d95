// SPDX-License-Identifier: Apache-2.0
// The loihi dialect: networks on neurocores.
#ifndef SPIKE_DIALECT_LOIHI_IR_LOIHI_H
#define SPIKE_DIALECT_LOIHI_IR_LOIHI_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "spike/Dialect/Loihi/IR/LoihiDialect.h.inc"
#include "spike/Dialect/Loihi/IR/LoihiEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "spike/Dialect/Loihi/IR/LoihiAttrs.h.inc"

#define GET_OP_CLASSES
#include "spike/Dialect/Loihi/IR/LoihiOps.h.inc"

namespace mlir::spike::loihi {

/// The number of neurons in a shape; nothing if a dimension is not positive or the product exceeds `maxNeurons`.
std::optional<int64_t> getNumNeurons(ArrayRef<int64_t> shape);

/// Most neurons of a population: numbers of neurons then fit 32 bits.
constexpr int64_t maxNeurons = (int64_t(1) << 31) - 1;

/// The element type that stored weights of a sign have.
IntegerType getWeightType(MLIRContext *context, SignMode sign);

} // namespace mlir::spike::loihi

#endif // SPIKE_DIALECT_LOIHI_IR_LOIHI_H
