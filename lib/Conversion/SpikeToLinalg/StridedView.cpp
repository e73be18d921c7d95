// SPDX-License-Identifier: Apache-2.0
// Strides through reshapes, transposes and slices.
#include "StridedView.h"

#include "Builders.h"

using namespace mlir;
using namespace mlir::spike;

StridedView StridedView::of(Value tensor) {
  StridedView view;
  view.base = tensor;
  view.sizes = SmallVector<int64_t>(shapeOf(tensor));
  view.strides.assign(view.sizes.size(), 1);
  for (size_t i = view.sizes.size(); i-- > 1;)
    view.strides[i - 1] = view.strides[i] * view.sizes[i];
  return view;
}

StridedView StridedView::trace(Value tensor) {
  Operation *op = tensor.getDefiningOp();
  if (auto transposed = dyn_cast_if_present<TransposeOp>(op)) {
    StridedView view = trace(transposed.getInput());
    view.transpose(transposed.getPermutation());
    return view;
  }
  if (auto slice = dyn_cast_if_present<SliceOp>(op)) {
    StridedView view = trace(slice.getInput());
    view.offset += slice.getOffset() * view.strides[slice.getAxis()];
    view.sizes[slice.getAxis()] = shapeOf(tensor)[slice.getAxis()];
    return view;
  }
  if (auto reshaped = dyn_cast_if_present<ReshapeOp>(op))
    if (StridedView view = trace(reshaped.getInput()); view.reshape(shapeOf(tensor)))
      return view;
  return of(tensor);
}

std::optional<StridedView> StridedView::within(Value tensor, Value end) {
  StridedView view = of(end);
  for (Value at = end; at != tensor;) {
    Operation *op = at.getDefiningOp();
    at = op->getOperand(0);
    if (auto transposed = dyn_cast<TransposeOp>(op)) {
      SmallVector<int64_t> inverse(view.sizes.size());
      for (auto [i, axis] : llvm::enumerate(transposed.getPermutation()))
        inverse[axis] = i;
      view.transpose(inverse);
    } else if (isa<ReshapeOp>(op) && !view.reshape(shapeOf(at))) {
      return std::nullopt;
    }
  }
  return view;
}

bool StridedView::reshape(ArrayRef<int64_t> shape) {
  // Axes of one element have no stride; neighbours that follow each other without a gap are one axis.
  SmallVector<std::pair<int64_t, int64_t>> runs; // size, stride
  for (auto [size, stride] : llvm::zip_equal(sizes, strides)) {
    if (size == 1)
      continue;
    if (!runs.empty() && runs.back().second == size * stride)
      runs.back() = {runs.back().first * size, stride};
    else
      runs.push_back({size, stride});
  }
  // Each run is split into new axes, from behind.
  SmallVector<int64_t> result(shape.size(), 1);
  size_t axis = shape.size();
  for (auto [size, stride] : llvm::reverse(runs)) {
    int64_t covered = 1;
    while (covered < size && axis > 0) {
      --axis;
      result[axis] = stride * covered;
      covered *= shape[axis];
    }
    if (covered != size)
      return false;
  }
  sizes = SmallVector<int64_t>(shape);
  strides = std::move(result);
  return true;
}

void StridedView::transpose(ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> newSizes, newStrides;
  for (int64_t axis : permutation) {
    newSizes.push_back(sizes[axis]);
    newStrides.push_back(strides[axis]);
  }
  sizes = std::move(newSizes);
  strides = std::move(newStrides);
}

void StridedView::swapLastAxes() {
  size_t last = sizes.size() - 1;
  std::swap(sizes[last], sizes[last - 1]);
  std::swap(strides[last], strides[last - 1]);
}
