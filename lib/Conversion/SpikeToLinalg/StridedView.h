// SPDX-License-Identifier: Apache-2.0
// Where the elements of a tensor lie in the one that it was cut, transposed or reshaped from.
#ifndef SPIKE_LIB_CONVERSION_SPIKETOLINALG_STRIDEDVIEW_H
#define SPIKE_LIB_CONVERSION_SPIKETOLINALG_STRIDEDVIEW_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace mlir::spike {

struct StridedView {
  Value base; ///< a contiguous tensor
  int64_t offset = 0;
  llvm::SmallVector<int64_t> sizes, strides;

  /// All of a tensor.
  static StridedView of(Value tensor);
  /// `tensor` within the furthest tensor behind reshapes, transposes and slices that strides lead to.
  static StridedView trace(Value tensor);
  /// `tensor` within `end`, which reshapes, transposes and elementwise ops lead to from it; nothing if no strides do.
  static std::optional<StridedView> within(Value tensor, Value end);

  /// Another shape of the same elements in the same order. False, and nothing changed, if no strides give it.
  bool reshape(llvm::ArrayRef<int64_t> shape);
  /// Axis `i` becomes what axis `permutation[i]` was.
  void transpose(llvm::ArrayRef<int64_t> permutation);
  void swapLastAxes();
};

} // namespace mlir::spike

#endif // SPIKE_LIB_CONVERSION_SPIKETOLINALG_STRIDEDVIEW_H
