// SPDX-License-Identifier: Apache-2.0
// spike.reduce, in ascending row-major order of the reduced axes.
#include "Rules.h"

using namespace mlir;
using namespace mlir::spike;

namespace {
/// Some axes of a tensor.
struct Axes {
  SmallVector<int64_t> sizes, strides;
  int64_t offset(ArrayRef<int64_t> index) const {
    int64_t sum = 0;
    for (auto [position, stride] : llvm::zip_equal(index, strides))
      sum += position * stride;
    return sum;
  }
};
} // namespace

LogicalResult mlir::spike::evaluate(Frame &frame, ReduceOp op) {
  const Tensor &in = frame.get(op.getInput());
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(out))
    return failure();
  Axes kept, reduced;
  for (auto [axis, stride] : llvm::enumerate(getStrides(in.getShape()))) {
    Axes &axes = llvm::is_contained(op.getDims(), static_cast<int64_t>(axis)) ? reduced : kept;
    axes.sizes.push_back(in.getShape()[axis]);
    axes.strides.push_back(stride);
  }
  float count = static_cast<float>(countElements(reduced.sizes));
  LogicalResult result = success();
  int64_t to = 0;
  forEachIndex(kept.sizes, [&](ArrayRef<int64_t> outer) {
    int64_t start = kept.offset(outer);
    float sum = 0.0f, largest = 0.0f;
    Wide integerSum = 0, nonzero = 0;
    int64_t integerLargest = 0;
    bool isFirst = true;
    forEachIndex(reduced.sizes, [&](ArrayRef<int64_t> inner) {
      int64_t from = start + reduced.offset(inner);
      sum = sum + in.real(from);
      nonzero += in.real(from) != 0.0f;
      if (in.isReal()) {
        largest = isFirst ? in.reals()[from] : maximum(largest, in.reals()[from]);
      } else {
        integerSum += in.integer(from);
        integerLargest = isFirst ? in.integer(from) : std::max(integerLargest, in.integer(from));
      }
      isFirst = false;
    });
    if (op.getKind() == ReduceKind::nonzero) {
      if (succeeded(result))
        result = writeInteger(op, *out, to, nonzero);
    } else if (op.getKind() == ReduceKind::mean)
      out->reals()[to] = sum / count;
    else if (out->isReal())
      out->reals()[to] = op.getKind() == ReduceKind::sum ? sum : largest;
    else if (succeeded(result))
      result = writeInteger(op, *out, to, op.getKind() == ReduceKind::sum ? integerSum : Wide(integerLargest));
    ++to;
  });
  frame.set(op, *out);
  return result;
}
