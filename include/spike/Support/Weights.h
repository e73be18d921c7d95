// SPDX-License-Identifier: Apache-2.0
// Weights as attributes: reading f32 constants and making new ones that never become text.
#ifndef SPIKE_SUPPORT_WEIGHTS_H
#define SPIKE_SUPPORT_WEIGHTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <optional>

namespace mlir::spike {

/// Bytes of a constant in row-major order, or nothing if it is a splat, is bit-packed, or its resource is missing or of
/// the wrong size.
std::optional<ArrayRef<char>> getRawData(ElementsAttr attr);

/// Values of an f32 constant (dense, splat or resource) in row-major order; failure if it is of another type or its
/// resource is missing or of the wrong size.
FailureOr<SmallVector<float>> readF32(ElementsAttr attr);

/// A constant over a copy of `values`, held as a resource whose name begins with `name`.
ElementsAttr createWeight(RankedTensorType type, ArrayRef<float> values, StringRef name);

} // namespace mlir::spike

#endif // SPIKE_SUPPORT_WEIGHTS_H
