// SPDX-License-Identifier: Apache-2.0
// Shared by the patterns of convert-spike-to-linalg: storage types, element conversions, and linalg ops over collapsed
// shapes. Every pattern takes the same steps: convert operand types, bring shapes to a canonical rank, emit one
// linalg.generic (or kernel op) per loop nest, restore the shape.
#ifndef SPIKE_LIB_CONVERSION_SPIKETOLINALG_BUILDERS_H
#define SPIKE_LIB_CONVERSION_SPIKETOLINALG_BUILDERS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"
#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

/// Which code computes contractions.
enum class Contractions { kernel, generic };

/// The integer that stores an element: i8 for a spike, the narrowest of i8/i16/i32 for a count.
Type getStorageElement(Type element);
RankedTensorType getStorageType(RankedTensorType type);

/// Emits loops and conversions for one source op.
class LoopBuilder {
public:
  LoopBuilder(OpBuilder &builder, Location loc) : b(builder), loc(loc) {}

  // Scalars. `element` is the element type before conversion, which says how an integer is signed.
  Value toF32(Value scalar, Type element);
  Value toI32(Value scalar, Type element);
  Value fromF32(Value scalar, Type element);
  Value fromI32(Value scalar, Type element);
  /// A truth value as 0 or 1 of `element`.
  Value fromBool(Value truth, Type element);
  Value constantF32(float value);
  Value constantI32(int32_t value);

  // Tensors.
  Value empty(ArrayRef<int64_t> shape, Type element);
  Value filled(ArrayRef<int64_t> shape, Value scalar);
  /// The same elements in another shape.
  Value reshape(Value tensor, ArrayRef<int64_t> shape);
  Value transpose(Value tensor, ArrayRef<int64_t> permutation);
  /// Pads each axis by low and high with `scalar`.
  Value pad(Value tensor, ArrayRef<int64_t> low, ArrayRef<int64_t> high, Value scalar);

  using Body = function_ref<SmallVector<Value>(LoopBuilder &, ValueRange)>;
  /// One linalg.generic; `reductions` marks the loops that are not parallel.
  SmallVector<Value> generic(ValueRange inputs, ValueRange inits, ArrayRef<AffineMap> maps, ArrayRef<bool> reductions,
                             Body body);
  /// Elementwise over operands aligned at the end, into a tensor of `shape` and `element` (a storage type).
  Value elementwise(ValueRange inputs, ArrayRef<int64_t> shape, Type element, Body body);
  /// Casts a tensor of `from` elements to storage of `to`.
  Value castElements(Value tensor, Type from, Type to);

  OpBuilder &b;
  Location loc;
};

/// `dims` of a map over `rank` loops.
AffineMap selectLoops(MLIRContext *context, unsigned rank, ArrayRef<unsigned> dims);

ArrayRef<int64_t> shapeOf(Value value);
Type elementOf(Value value);
int64_t product(ArrayRef<int64_t> values);

/// Whether kernels can compute a neuron, tile by tile: one output of a byte, no state that comes or goes, no
/// parameters, and few enough steps for straight code.
bool canRunInKernel(NeuronOp neuron);

/// The only reader of an op's currents, if it is a neuron that kernels can compute at once.
NeuronOp findFusableNeuron(Operation *op);

/// Neurons that became part of a kernel, and transposes behind them: what takes the place of their output.
using FusedNeurons = DenseMap<Operation *, Value>;

void populateElementwisePatterns(TypeConverter &converter, RewritePatternSet &patterns);
void populateShapePatterns(TypeConverter &converter, RewritePatternSet &patterns);
void populateWindowPatterns(TypeConverter &converter, RewritePatternSet &patterns);
void populateNeuronPatterns(TypeConverter &converter, RewritePatternSet &patterns, FusedNeurons &fused);
void populateContractionPatterns(TypeConverter &converter, RewritePatternSet &patterns, Contractions contractions,
                                 FusedNeurons &fused);
void populateGroupPatterns(TypeConverter &converter, RewritePatternSet &patterns, FusedNeurons &fused);
void populatePoolKernelPatterns(TypeConverter &converter, RewritePatternSet &patterns, FusedNeurons &fused);
void populateAttentionPatterns(TypeConverter &converter, RewritePatternSet &patterns, FusedNeurons &fused);

} // namespace mlir::spike

#endif // SPIKE_LIB_CONVERSION_SPIKETOLINALG_BUILDERS_H
