// SPDX-License-Identifier: Apache-2.0
// Conversion between .npy files, text and tensors.
#include "Values.h"

#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Support/Npy.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstring>

using namespace mlir;
using namespace mlir::spike;

namespace {

std::string describe(StringRef typeName, ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << typeName << " of shape [";
  llvm::interleaveComma(shape, os);
  os << "]";
  return text;
}

/// The .npy type of a tensor's memory.
NpyType getNpyType(Type element) {
  if (element.isF32())
    return NpyType::f32;
  if (element.isInteger(1))
    return NpyType::boolean;
  return element.isInteger(8) ? NpyType::i8 : element.isInteger(16) ? NpyType::i16 : NpyType::i32;
}

/// Whole numbers of any width, as the i32 memory that counts have.
std::vector<char> widen(const NpyArray &array) {
  size_t bytes = getNpyTypeBytes(array.type), size = array.data.size() / bytes;
  std::vector<char> wide(size * sizeof(int32_t));
  for (size_t i = 0; i < size; ++i) {
    int32_t value = 0;
    std::memcpy(&value, array.data.data() + i * bytes, bytes);
    if (array.type == NpyType::i8)
      value = static_cast<int8_t>(value);
    if (array.type == NpyType::i16)
      value = static_cast<int16_t>(value);
    std::memcpy(wide.data() + i * sizeof(int32_t), &value, sizeof(int32_t));
  }
  return wide;
}

} // namespace

llvm::Expected<NpyArray> mlir::spike::readNpyFile(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return llvm::createStringError(path + ": " + buffer.getError().message());
  llvm::Expected<NpyArray> array = readNpy((*buffer)->getBuffer());
  if (!array)
    return llvm::createStringError(path + ": " + llvm::toString(array.takeError()));
  return array;
}

llvm::Expected<Tensor> mlir::spike::readTensor(StringRef path, RankedTensorType type) {
  llvm::Expected<NpyArray> array = readNpyFile(path);
  if (!array)
    return array.takeError();
  NpyType wanted = getNpyType(type.getElementType());
  bool isCount = isa<CountType>(type.getElementType());
  if (ArrayRef<int64_t>(array->shape) != type.getShape() ||
      (isCount ? array->type == NpyType::f32 : array->type != wanted))
    return llvm::createStringError(path + ": expected " +
                                   describe(isCount ? "integers" : getNpyTypeName(wanted), type.getShape()) + ", got " +
                                   describe(getNpyTypeName(array->type), array->shape));
  llvm::Expected<Tensor> tensor = Tensor::fromBuffer(type, isCount ? widen(*array) : array->data);
  if (!tensor)
    return llvm::createStringError(path + ": " + llvm::toString(tensor.takeError()));
  return tensor;
}

llvm::Error mlir::spike::writeTensor(const llvm::Twine &path, const Tensor &tensor) {
  std::error_code error;
  llvm::raw_fd_ostream file(path.str(), error);
  if (error)
    return llvm::createStringError(path + ": " + error.message());
  std::vector<char> data(Tensor::getBufferBytes(tensor.getType()));
  tensor.toBuffer(data);
  writeNpy(file, getNpyType(tensor.getType().getElementType()), tensor.getShape(), data);
  file.close();
  if (file.has_error()) {
    error = file.error();
    file.clear_error();
    return llvm::createStringError(path + ": " + error.message());
  }
  return llvm::Error::success();
}

void mlir::spike::printTensor(raw_ostream &os, const llvm::Twine &name, const Tensor &tensor) {
  constexpr int64_t limit = 1024;
  os << name << ": " << tensor.getType() << " = ";
  ArrayRef<int64_t> shape = tensor.getShape();
  int64_t shown = std::min(tensor.size(), limit);
  for (int64_t i = 0; i < shown; ++i) {
    // One bracket for every axis at whose start, or end, the element lies.
    int64_t block = 1, opening = 0, closing = 0;
    for (int64_t size : llvm::reverse(shape)) {
      block *= size;
      opening += i % block == 0;
      closing += (i + 1) % block == 0;
    }
    os << (i ? ", " : "") << std::string(opening, '[');
    if (tensor.isReal())
      os << llvm::format("%.9g", tensor.reals()[i]);
    else
      os << tensor.integer(i);
    os << std::string(closing, ']');
  }
  if (shown < tensor.size())
    os << " ... (" << tensor.size() << " elements; --output writes all of them)";
  os << "\n";
}
