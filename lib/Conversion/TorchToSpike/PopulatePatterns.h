// SPDX-License-Identifier: Apache-2.0
// Shared by the patterns of convert-torch-to-spike. A pattern takes four steps: get the result type (which must be a
// static f32 tensor), read the constant operands, refuse with a reason what the spike dialect cannot say, replace.
#ifndef SPIKE_LIB_CONVERSION_TORCHTOSPIKE_POPULATEPATTERNS_H
#define SPIKE_LIB_CONVERSION_TORCHTOSPIKE_POPULATEPATTERNS_H

#include "mlir/Transforms/DialectConversion.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Dialect/Torch/IR/Torch.h"
#include "llvm/ADT/Twine.h"

namespace mlir::spike {

/// Why operations were not converted, gathered over the whole program.
using Refusals = llvm::DenseMap<Operation *, std::string>;

template <typename OpTy>
class TorchPattern : public OpConversionPattern<OpTy> {
public:
  TorchPattern(const TypeConverter &converter, MLIRContext *context, Refusals &refusals)
      : OpConversionPattern<OpTy>(converter, context), refusals(refusals) {}

protected:
  /// The converted type of `value`; null if it is not a static f32 tensor.
  RankedTensorType getTensorType(Value value) const {
    return this->getTypeConverter()->template convertType<RankedTensorType>(value.getType());
  }

  /// Records why `op` cannot be converted.
  LogicalResult refuse(Operation *op, const Twine &reason) const {
    refusals[op] = reason.str();
    return failure();
  }

private:
  Refusals &refusals;
};

/// A dimension number counted from the end if negative; nothing if it is out of range.
inline std::optional<int64_t> normalizeDim(std::optional<int64_t> dim, int64_t rank) {
  if (!dim || *dim < -rank || *dim >= rank)
    return std::nullopt;
  return *dim < 0 ? *dim + rank : *dim;
}

/// `value` in another shape; looks through a reshape that made it.
Value createReshape(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape);

/// A constant of one element, which every shape stretches.
Value createNumber(OpBuilder &builder, Location loc, double value);

/// The number that all elements of a literal with one element have.
std::optional<double> getSingleElement(Value value);

void populateConstantPatterns(RewritePatternSet &patterns, const TypeConverter &converter, Refusals &refusals);
void populateElementwisePatterns(RewritePatternSet &patterns, const TypeConverter &converter, Refusals &refusals);
void populateLinearPatterns(RewritePatternSet &patterns, const TypeConverter &converter, Refusals &refusals);
void populateMapPatterns(RewritePatternSet &patterns, const TypeConverter &converter, Refusals &refusals);
void populateNeuronPatterns(RewritePatternSet &patterns, const TypeConverter &converter, Refusals &refusals);
void populateReductionPatterns(RewritePatternSet &patterns, const TypeConverter &converter, Refusals &refusals);
void populateScatterPatterns(RewritePatternSet &patterns, const TypeConverter &converter, Refusals &refusals);
void populateShapePatterns(RewritePatternSet &patterns, const TypeConverter &converter, Refusals &refusals);

} // namespace mlir::spike

#endif // SPIKE_LIB_CONVERSION_TORCHTOSPIKE_POPULATEPATTERNS_H
