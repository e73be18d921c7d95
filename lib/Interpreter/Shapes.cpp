// SPDX-License-Identifier: Apache-2.0
// Ops that move elements and compute nothing: spike.reshape, spike.transpose, spike.slice, spike.concat,
// spike.repeat_time, spike.pad.
#include "Rules.h"

using namespace mlir;
using namespace mlir::spike;

/// Copies element `source(i)` of the input to element `i` of the result, for all `i`.
template <typename Source>
static LogicalResult gather(Frame &frame, Operation *op, Source source) {
  const Tensor &in = frame.get(op->getOperand(0));
  FailureOr<Tensor> out = frame.allocate(op, cast<RankedTensorType>(op->getResult(0).getType()));
  if (failed(out))
    return failure();
  int64_t i = 0;
  forEachIndex(out->getShape(), [&](ArrayRef<int64_t> index) {
    if (out->isReal())
      out->reals()[i++] = in.reals()[source(index)];
    else
      out->integers()[i++] = in.integers()[source(index)];
  });
  frame.set(op->getResult(0), *out);
  return success();
}

LogicalResult mlir::spike::evaluate(Frame &frame, ReshapeOp op) {
  frame.set(op, Tensor(frame.get(op.getInput())).reshaped(op.getType()));
  return success();
}

LogicalResult mlir::spike::evaluate(Frame &frame, TransposeOp op) {
  SmallVector<int64_t> strides = getStrides(op.getInput().getType().getShape());
  return gather(frame, op, [&](ArrayRef<int64_t> index) {
    int64_t from = 0;
    for (auto [position, axis] : llvm::zip_equal(index, op.getPermutation()))
      from += position * strides[axis];
    return from;
  });
}

LogicalResult mlir::spike::evaluate(Frame &frame, SliceOp op) {
  SmallVector<int64_t> strides = getStrides(op.getInput().getType().getShape());
  return gather(frame, op, [&](ArrayRef<int64_t> index) {
    int64_t from = static_cast<int64_t>(op.getOffset()) * strides[op.getAxis()];
    for (auto [position, stride] : llvm::zip_equal(index, strides))
      from += position * stride;
    return from;
  });
}

LogicalResult mlir::spike::evaluate(Frame &frame, PadOp op) {
  const Tensor &in = frame.get(op.getInput());
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(out))
    return failure();
  SmallVector<int64_t> strides = getStrides(out->getShape());
  int64_t first = 0, i = 0;
  for (size_t k = 0; k < op.getPadding().size(); k += 2)
    first += op.getPadding()[k] * strides[op.getFirstAxis() + k / 2];
  // What the input does not reach stays zero, as it was allocated.
  forEachIndex(in.getShape(), [&](ArrayRef<int64_t> index) {
    int64_t to = first;
    for (auto [position, stride] : llvm::zip_equal(index, strides))
      to += position * stride;
    if (out->isReal())
      out->reals()[to] = in.reals()[i++];
    else
      out->integers()[to] = in.integers()[i++];
  });
  frame.set(op, *out);
  return success();
}

LogicalResult mlir::spike::evaluate(Frame &frame, ConcatOp op) {
  FailureOr<Tensor> out = frame.allocate(op, cast<RankedTensorType>(op.getType()));
  if (failed(out))
    return failure();
  SmallVector<int64_t> strides = getStrides(out->getShape());
  int64_t start = 0;
  for (Value input : op.getInputs()) {
    const Tensor &in = frame.get(input);
    int64_t i = 0;
    forEachIndex(in.getShape(), [&](ArrayRef<int64_t> index) {
      int64_t to = start * strides[op.getAxis()];
      for (auto [position, stride] : llvm::zip_equal(index, strides))
        to += position * stride;
      if (out->isReal())
        out->reals()[to] = in.reals()[i++];
      else
        out->integers()[to] = in.integers()[i++];
    });
    start += in.getShape()[op.getAxis()];
  }
  frame.set(op.getResult(), *out);
  return success();
}

LogicalResult mlir::spike::evaluate(Frame &frame, RepeatTimeOp op) {
  SmallVector<int64_t> strides = getStrides(op.getInput().getType().getShape());
  return gather(frame, op, [&](ArrayRef<int64_t> index) {
    int64_t from = 0;
    for (auto [position, stride] : llvm::zip_equal(index.drop_front(), strides))
      from += position * stride;
    return from;
  });
}
