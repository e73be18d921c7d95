// SPDX-License-Identifier: Apache-2.0
// Values of the reference interpreter: a tensor of f32 or of integers, in row-major order.
#ifndef SPIKE_INTERPRETER_TENSOR_H
#define SPIKE_INTERPRETER_TENSOR_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace mlir::spike {

/// A handle on elements that several tensors may share; whoever writes does so before sharing.
class Tensor {
public:
  Tensor() = default;

  /// A tensor of zeros, or an empty handle if there is not enough memory. While it lives, its bytes count in `live`.
  static Tensor zeros(RankedTensorType type, std::shared_ptr<int64_t> live = nullptr);

  /// Copies elements from memory laid out as `getBufferBytes` says, checking their range. Fails if there is not enough
  /// memory, if the size differs, or if an element does not fit the type.
  static llvm::Expected<Tensor> fromBuffer(RankedTensorType type, llvm::ArrayRef<char> bytes);

  /// As `fromBuffer`, into an existing tensor.
  llvm::Error copyFrom(llvm::ArrayRef<char> bytes) const;

  /// Copies the elements to memory of `getBufferBytes(getType())` bytes.
  void toBuffer(llvm::MutableArrayRef<char> bytes) const;

  /// The type of an element outside the interpreter: f32, i8, i16, i32; i8 holding 0 or 1 for a spike, i32 for a count.
  static Type getBufferElementType(Type elementType);
  static int64_t getBufferBytes(RankedTensorType type);

  explicit operator bool() const { return static_cast<bool>(storage); }
  RankedTensorType getType() const { return type; }
  ArrayRef<int64_t> getShape() const { return type.getShape(); }
  int64_t size() const { return storage->size; }
  bool isReal() const { return static_cast<bool>(storage->reals); }

  /// Bytes that the interpreter uses for a tensor of this type.
  static int64_t getBytes(RankedTensorType type);

  /// The elements, where the element type is f32, or an integer.
  MutableArrayRef<float> reals() const { return {storage->reals.get(), static_cast<size_t>(storage->size)}; }
  MutableArrayRef<int64_t> integers() const { return {storage->integers.get(), static_cast<size_t>(storage->size)}; }

  /// Element `i` as f32; an integer is rounded to nearest even.
  float real(int64_t i) const { return isReal() ? storage->reals[i] : static_cast<float>(storage->integers[i]); }
  /// Element `i` of an integer tensor.
  int64_t integer(int64_t i) const { return storage->integers[i]; }
  /// Element `i`, exactly.
  double number(int64_t i) const { return isReal() ? storage->reals[i] : static_cast<double>(storage->integers[i]); }

  /// The same elements under another shape of as many elements.
  Tensor reshaped(RankedTensorType newType) const;

private:
  struct Storage {
    ~Storage();
    int64_t size = 0, bytes = 0;
    std::shared_ptr<int64_t> live;
    std::unique_ptr<float[]> reals;
    std::unique_ptr<int64_t[]> integers;
  };
  RankedTensorType type;
  std::shared_ptr<Storage> storage;
};

/// Smallest and largest integer that an element type holds.
std::pair<int64_t, int64_t> getIntegerRange(Type elementType);

} // namespace mlir::spike

#endif // SPIKE_INTERPRETER_TENSOR_H
