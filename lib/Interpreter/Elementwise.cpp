// SPDX-License-Identifier: Apache-2.0
// spike.add, spike.mask, spike.scale, spike.quantize and spike.map.
#include "Rules.h"
#include "ScalarProgram.h"

using namespace mlir;
using namespace mlir::spike;

/// Stride of every result axis in an operand: zero where the operand is stretched.
static SmallVector<int64_t> getStretchedStrides(ArrayRef<int64_t> shape, size_t resultRank) {
  SmallVector<int64_t> strides(resultRank, 0), own = getStrides(shape);
  size_t offset = resultRank - shape.size();
  for (size_t i = 0; i < shape.size(); ++i)
    strides[offset + i] = shape[i] == 1 ? 0 : own[i];
  return strides;
}

/// A real result is computed in f32 from operands rounded to f32, an integer result in integers.
template <typename Function>
static LogicalResult evaluateBinary(Frame &frame, Operation *op, Function function) {
  const Tensor &a = frame.get(op->getOperand(0)), &b = frame.get(op->getOperand(1));
  FailureOr<Tensor> out = frame.allocate(op, cast<RankedTensorType>(op->getResult(0).getType()));
  if (failed(out))
    return failure();
  ArrayRef<int64_t> shape = out->getShape();
  SmallVector<int64_t> stridesA = getStretchedStrides(a.getShape(), shape.size());
  SmallVector<int64_t> stridesB = getStretchedStrides(b.getShape(), shape.size());
  LogicalResult result = success();
  int64_t i = 0;
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    int64_t fromA = 0, fromB = 0;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      fromA += index[axis] * stridesA[axis];
      fromB += index[axis] * stridesB[axis];
    }
    if (out->isReal())
      out->reals()[i] = function(a.real(fromA), b.real(fromB));
    else if (succeeded(result))
      result = writeInteger(op, *out, i, function(Wide(a.integer(fromA)), Wide(b.integer(fromB))));
    ++i;
  });
  frame.set(op->getResult(0), *out);
  return result;
}

LogicalResult mlir::spike::evaluate(Frame &frame, AddOp op) {
  return evaluateBinary(frame, op, [](auto a, auto b) { return a + b; });
}

LogicalResult mlir::spike::evaluate(Frame &frame, MaskOp op) {
  return evaluateBinary(frame, op, [](auto a, auto b) { return a * b; });
}

LogicalResult mlir::spike::evaluate(Frame &frame, MapOp op) {
  SmallVector<Type> arguments(op.getInputs().size(), Float32Type::get(op.getContext()));
  auto build = [&](OpBuilder &builder, ValueRange values) -> SmallVector<Value> {
    return {op.buildScalar(builder, op.getLoc(), values)};
  };
  FailureOr<ScalarProgram> program = ScalarProgram::create(op, arguments, build);
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(program) || failed(out))
    return failure();
  SmallVector<SmallVector<int64_t>> strides;
  for (Value input : op.getInputs())
    strides.push_back(getStretchedStrides(cast<RankedTensorType>(input.getType()).getShape(), out->getShape().size()));
  SmallVector<Scalar> registers(program->getNumRegisters());
  LogicalResult result = success();
  int64_t i = 0;
  forEachIndex(out->getShape(), [&](ArrayRef<int64_t> index) {
    for (auto [k, input] : llvm::enumerate(op.getInputs())) {
      int64_t from = 0;
      for (auto [position, stride] : llvm::zip_equal(index, strides[k]))
        from += position * stride;
      registers[k] = Scalar(frame.get(input).real(from));
    }
    program->run(registers);
    Scalar value = registers[program->getResult(0)];
    if (succeeded(result))
      result = writeNumber(op, *out, i++, op.isComparison() ? static_cast<double>(value.integer) : value.real);
  });
  frame.set(op, *out);
  return result;
}

LogicalResult mlir::spike::evaluate(Frame &frame, ScaleOp op) {
  const Tensor &in = frame.get(op.getInput());
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(out))
    return failure();
  float factor = op.getFactor().convertToFloat();
  for (int64_t i = 0; i < in.size(); ++i)
    out->reals()[i] = op.getDivide() ? in.real(i) / factor : in.real(i) * factor;
  frame.set(op, *out);
  return success();
}

LogicalResult mlir::spike::evaluate(Frame &frame, QuantizeOp op) {
  auto build = [&](OpBuilder &builder, ValueRange values) -> SmallVector<Value> {
    return {op.buildScalar(builder, op.getLoc(), values[0])};
  };
  FailureOr<ScalarProgram> program = ScalarProgram::create(op, Float32Type::get(op.getContext()), build);
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(program) || failed(out))
    return failure();
  const Tensor &in = frame.get(op.getInput());
  SmallVector<Scalar> registers(program->getNumRegisters());
  for (int64_t i = 0; i < in.size(); ++i) {
    registers[0] = Scalar(in.real(i));
    program->run(registers);
    if (failed(writeNumber(op, *out, i, registers[program->getResult(0)].real)))
      return failure();
  }
  frame.set(op, *out);
  return success();
}
