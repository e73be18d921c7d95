// SPDX-License-Identifier: Apache-2.0
// Allocation, checked writes and index arithmetic of the interpreter.
#include "Frame.h"

#include "llvm/Support/Format.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;

FailureOr<Tensor> Frame::allocate(Operation *op, RankedTensorType type) {
  int64_t bytes = Tensor::getBytes(type);
  if (bytes > options.maxBytes - *live)
    return op->emitOpError() << "needs " << bytes << " bytes for " << type << " with " << *live
                             << " in use, the interpreter's limit is " << options.maxBytes;
  Tensor tensor = Tensor::zeros(type, live);
  if (!tensor)
    return op->emitOpError() << "needs " << bytes << " bytes for " << type << ", more than there is memory";
  return tensor;
}

FailureOr<Tensor> Frame::getReal(Operation *op, Value value) {
  const Tensor &tensor = get(value);
  if (tensor.isReal())
    return tensor;
  FailureOr<Tensor> real = allocate(op, tensor.getType().clone(Float32Type::get(op->getContext())));
  if (succeeded(real))
    for (int64_t i = 0; i < tensor.size(); ++i)
      real->reals()[i] = tensor.real(i);
  return real;
}

LogicalResult Frame::charge(Operation *op, double amount) {
  work += amount;
  if (options.maxWork > 0 && work > options.maxWork)
    return op->emitOpError() << "exceeds the interpreter's limit of " << formatNumber(options.maxWork)
                             << " steps of work";
  return success();
}

LogicalResult mlir::spike::writeInteger(Operation *op, const Tensor &to, int64_t i, Wide value) {
  auto [low, high] = getIntegerRange(to.getType().getElementType());
  if (value >= low && value <= high) {
    to.integers()[i] = static_cast<int64_t>(value);
    return success();
  }
  bool isLong = value == static_cast<int64_t>(value);
  return op->emitOpError() << "value "
                           << (isLong ? std::to_string(static_cast<int64_t>(value))
                                      : formatNumber(static_cast<double>(value)))
                           << " does not fit " << to.getType().getElementType();
}

LogicalResult mlir::spike::writeNumber(Operation *op, const Tensor &to, int64_t i, double value) {
  if (to.isReal()) {
    to.reals()[i] = static_cast<float>(value);
    if (to.reals()[i] == value || std::isnan(value))
      return success();
  } else if (std::abs(value) < 0x1p62 && value == std::floor(value)) {
    return writeInteger(op, to, i, static_cast<int64_t>(value));
  }
  return op->emitOpError() << "value " << formatNumber(value) << " does not fit " << to.getType().getElementType();
}

std::string mlir::spike::formatNumber(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.9g", value);
  return text;
}

SmallVector<int64_t> mlir::spike::getStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

void mlir::spike::forEachIndex(ArrayRef<int64_t> shape, function_ref<void(ArrayRef<int64_t>)> body) {
  SmallVector<int64_t> index(shape.size(), 0);
  while (true) {
    body(index);
    size_t axis = shape.size();
    while (axis > 0 && ++index[axis - 1] == shape[axis - 1])
      index[--axis] = 0;
    if (axis == 0)
      return;
  }
}

int64_t mlir::spike::countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

float mlir::spike::maximum(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return std::isnan(a) ? a : b;
  if (a == b)
    return std::signbit(a) ? b : a;
  return a > b ? a : b;
}
