// SPDX-License-Identifier: Apache-2.0
// Weights as attributes: reading f32 constants and making new ones that never become text.
#ifndef SPIKE_SUPPORT_WEIGHTS_H
#define SPIKE_SUPPORT_WEIGHTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include <optional>
#include <string>
#include <vector>

namespace mlir::spike {

/// Bytes of a constant in row-major order, or nothing if it is a splat, is bit-packed, or its resource is missing or of
/// the wrong size.
std::optional<ArrayRef<char>> getRawData(ElementsAttr attr);

/// Values of an f32 constant (dense, splat or resource) in row-major order; failure if it is of another type or its
/// resource is missing or of the wrong size.
FailureOr<SmallVector<float>> readF32(ElementsAttr attr);

/// Values of a constant of i8, i16 or i32, likewise.
FailureOr<std::vector<int32_t>> readIntegers(ElementsAttr attr);

/// A constant over a copy of `values`, held as a resource whose name begins with `name`.
ElementsAttr createWeight(RankedTensorType type, ArrayRef<float> values, StringRef name);

/// The same for values of any type.
ElementsAttr createWeight(RankedTensorType type, ArrayRef<char> bytes, StringRef name);

/// The same values in the same order with another shape; a resource is shared, not copied. Null if `attr` is neither
/// dense nor a resource.
ElementsAttr reshapeWeights(ElementsAttr attr, ArrayRef<int64_t> shape);

/// A constant of `type` (f32): dense if it is small, else a new resource (see createWeight).
ElementsAttr makeWeights(RankedTensorType type, ArrayRef<float> values, StringRef name);

/// A constant of `type`, whose integers of 8, 16 or 32 bits hold `values`: dense if it is small or all values are the
/// same, else a new resource.
ElementsAttr makeIntegers(RankedTensorType type, ArrayRef<int32_t> values, StringRef name);

/// Index of the first NaN or infinity, nothing if all values are finite.
std::optional<size_t> findNonFinite(ArrayRef<float> values);

/// The f32 values of a constant in row-major order: a view of a resource where possible, else a copy.
class Weights {
public:
  /// Nothing if `attr` does not hold f32 values or its resource is missing or of the wrong size.
  static std::optional<Weights> get(ElementsAttr attr);
  /// Nothing if `value` is not the result of such a constant.
  static std::optional<Weights> get(Value value);

  ArrayRef<float> values() const { return copy.empty() ? view : ArrayRef<float>(copy); }
  float operator[](size_t i) const { return values()[i]; }
  size_t size() const { return values().size(); }
  /// Key of the resource that holds the values; empty for a dense value.
  StringRef key() const { return name; }

private:
  ArrayRef<float> view;
  std::vector<float> copy;
  std::string name;
};

/// The same constant in another shape, over the same memory.
ElementsAttr reshapeWeight(ElementsAttr attr, RankedTensorType type);

} // namespace mlir::spike

#endif // SPIKE_SUPPORT_WEIGHTS_H
