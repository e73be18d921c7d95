// SPDX-License-Identifier: Apache-2.0
// What the rules of the interpreter share: the values computed so far, allocation, and checked writing of integers.
#ifndef SPIKE_LIB_INTERPRETER_FRAME_H
#define SPIKE_LIB_INTERPRETER_FRAME_H

#include "mlir/IR/Operation.h"
#include "spike/Interpreter/Interpreter.h"

namespace mlir::spike {

/// Wide enough for a sum of 2^40 products of two i32.
using Wide = __int128;

class Frame {
public:
  explicit Frame(const InterpreterOptions &options) : options(options), live(std::make_shared<int64_t>(0)) {}

  const Tensor &get(Value value) const { return values.find(value)->second; }
  void set(Value value, Tensor tensor) { values[value] = std::move(tensor); }
  void drop(Value value) { values.erase(value); }

  /// A tensor of zeros for a result or a temporary; an error of `op` if it is too large.
  FailureOr<Tensor> allocate(Operation *op, RankedTensorType type);

  /// The value as f32 elements.
  FailureOr<Tensor> getReal(Operation *op, Value value);

  /// Counts work; an error of `op` beyond the limit.
  LogicalResult charge(Operation *op, double work);

private:
  InterpreterOptions options;
  llvm::DenseMap<Value, Tensor> values;
  std::shared_ptr<int64_t> live;
  double work = 0;
};

/// Writes an integer, which must fit the element type.
LogicalResult writeInteger(Operation *op, const Tensor &to, int64_t i, Wide value);

/// Writes a real value exactly: an integer type takes integers in its range only.
LogicalResult writeNumber(Operation *op, const Tensor &to, int64_t i, double value);

/// A number for an error message, with the nine digits that tell any two f32 apart.
std::string formatNumber(double value);

/// Row-major strides.
SmallVector<int64_t> getStrides(ArrayRef<int64_t> shape);

/// Calls `body` for every index of a shape, in row-major order.
void forEachIndex(ArrayRef<int64_t> shape, function_ref<void(ArrayRef<int64_t>)> body);

/// Product of all dimensions.
int64_t countElements(ArrayRef<int64_t> shape);

/// The `maximum` of IEEE 754: not a number if either is, and -0 < +0.
float maximum(float a, float b);

} // namespace mlir::spike

#endif // SPIKE_LIB_INTERPRETER_FRAME_H
