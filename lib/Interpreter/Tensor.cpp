// SPDX-License-Identifier: Apache-2.0
// Storage of the interpreter's tensors, and their form outside it.
#include "spike/Interpreter/Tensor.h"

#include "spike/Dialect/Spike/IR/Spike.h"
#include <cstring>
#include <limits>

using namespace mlir;
using namespace mlir::spike;

std::pair<int64_t, int64_t> mlir::spike::getIntegerRange(Type elementType) {
  if (std::optional<uint64_t> max = getMaxCount(elementType))
    return {0, static_cast<int64_t>(*max)};
  unsigned width = elementType.getIntOrFloatBitWidth();
  return {-(int64_t(1) << (width - 1)), (int64_t(1) << (width - 1)) - 1};
}

Tensor::Storage::~Storage() {
  if (live)
    *live -= bytes;
}

Tensor Tensor::zeros(RankedTensorType type, std::shared_ptr<int64_t> live) {
  Tensor tensor;
  tensor.type = type;
  auto storage = std::make_shared<Storage>();
  storage->size = type.getNumElements();
  if (type.getElementType().isF32())
    storage->reals.reset(new (std::nothrow) float[storage->size]());
  else
    storage->integers.reset(new (std::nothrow) int64_t[storage->size]());
  if (!storage->reals && !storage->integers)
    return {};
  if (live) {
    storage->bytes = getBytes(type);
    *live += storage->bytes;
    storage->live = std::move(live);
  }
  tensor.storage = std::move(storage);
  return tensor;
}

Type Tensor::getBufferElementType(Type elementType) {
  if (elementType.isInteger(1))
    return IntegerType::get(elementType.getContext(), 8);
  if (isa<CountType>(elementType))
    return IntegerType::get(elementType.getContext(), 32);
  return elementType;
}

int64_t Tensor::getBufferBytes(RankedTensorType type) {
  return type.getNumElements() * (getBufferElementType(type.getElementType()).getIntOrFloatBitWidth() / 8);
}

int64_t Tensor::getBytes(RankedTensorType type) {
  return type.getNumElements() * static_cast<int64_t>(type.getElementType().isF32() ? sizeof(float) : sizeof(int64_t));
}

Tensor Tensor::reshaped(RankedTensorType newType) const {
  Tensor tensor = *this;
  tensor.type = newType;
  return tensor;
}

template <typename T>
static void readIntegers(ArrayRef<char> bytes, MutableArrayRef<int64_t> to) {
  for (size_t i = 0; i < to.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    to[i] = value;
  }
}

template <typename T>
static void writeIntegers(ArrayRef<int64_t> from, MutableArrayRef<char> bytes) {
  for (size_t i = 0; i < from.size(); ++i) {
    T value = static_cast<T>(from[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
}

llvm::Expected<Tensor> Tensor::fromBuffer(RankedTensorType type, ArrayRef<char> bytes) {
  Tensor tensor = zeros(type);
  if (!tensor)
    return llvm::createStringError("out of memory");
  if (llvm::Error error = tensor.copyFrom(bytes))
    return error;
  return tensor;
}

llvm::Error Tensor::copyFrom(ArrayRef<char> bytes) const {
  if (static_cast<int64_t>(bytes.size()) != getBufferBytes(type))
    return llvm::createStringError("expected " + llvm::Twine(getBufferBytes(type)) + " bytes, got " +
                                   llvm::Twine(bytes.size()));
  if (isReal()) {
    std::memcpy(reals().data(), bytes.data(), bytes.size());
    return llvm::Error::success();
  }
  switch (getBufferElementType(type.getElementType()).getIntOrFloatBitWidth()) {
  case 8:
    readIntegers<int8_t>(bytes, integers());
    break;
  case 16:
    readIntegers<int16_t>(bytes, integers());
    break;
  default:
    readIntegers<int32_t>(bytes, integers());
    break;
  }
  auto [low, high] = getIntegerRange(type.getElementType());
  for (int64_t value : integers())
    if (value < low || value > high) {
      std::string name;
      llvm::raw_string_ostream(name) << type.getElementType();
      return llvm::createStringError("value " + llvm::Twine(value) + " does not fit '" + name + "'");
    }
  return llvm::Error::success();
}

void Tensor::toBuffer(MutableArrayRef<char> bytes) const {
  if (isReal()) {
    std::memcpy(bytes.data(), reals().data(), bytes.size());
    return;
  }
  switch (getBufferElementType(type.getElementType()).getIntOrFloatBitWidth()) {
  case 8:
    return writeIntegers<int8_t>(integers(), bytes);
  case 16:
    return writeIntegers<int16_t>(integers(), bytes);
  default:
    return writeIntegers<int32_t>(integers(), bytes);
  }
}
