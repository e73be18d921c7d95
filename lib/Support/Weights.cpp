// SPDX-License-Identifier: Apache-2.0
// Weights as attributes.
#include "spike/Support/Weights.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;

std::optional<ArrayRef<char>> mlir::spike::getRawData(ElementsAttr attr) {
  Type element = attr.getElementType();
  if (!element.isIntOrFloat() || element.getIntOrFloatBitWidth() % 8)
    return std::nullopt;
  size_t size = static_cast<size_t>(attr.getNumElements()) * (element.getIntOrFloatBitWidth() / 8);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != size)
      return std::nullopt;
    return blob->getData();
  }
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  if (!dense || dense.isSplat() || dense.getRawData().size() != size)
    return std::nullopt;
  return dense.getRawData();
}

/// A splat takes no memory itself; most elements that are written out of one.
static constexpr int64_t maxSplatElements = int64_t(1) << 28;

static bool isTooLargeSplat(ElementsAttr attr) {
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  return dense && dense.isSplat() && attr.getNumElements() > maxSplatElements;
}

FailureOr<SmallVector<float>> mlir::spike::readF32(ElementsAttr attr) {
  if (!attr.getElementType().isF32() || isTooLargeSplat(attr))
    return failure();
  if (auto dense = dyn_cast<DenseElementsAttr>(attr); dense && dense.isSplat())
    return SmallVector<float>(attr.getNumElements(), dense.getSplatValue<APFloat>().convertToFloat());
  std::optional<ArrayRef<char>> raw = getRawData(attr);
  if (!raw)
    return failure();
  SmallVector<float> values(attr.getNumElements());
  std::memcpy(values.data(), raw->data(), raw->size());
  return values;
}

/// Calls `fn` with a zero of the integer type that is `width` bits wide.
template <typename Fn>
static auto withInteger(unsigned width, Fn &&fn) {
  return width == 8 ? fn(int8_t(0)) : width == 16 ? fn(int16_t(0)) : fn(int32_t(0));
}

static bool isInteger(Type type) { return type.isInteger(8) || type.isInteger(16) || type.isInteger(32); }

FailureOr<std::vector<int32_t>> mlir::spike::readIntegers(ElementsAttr attr) {
  if (!isInteger(attr.getElementType()) || isTooLargeSplat(attr))
    return failure();
  if (auto dense = dyn_cast<DenseElementsAttr>(attr); dense && dense.isSplat())
    return std::vector<int32_t>(attr.getNumElements(), dense.getSplatValue<APInt>().getSExtValue());
  std::optional<ArrayRef<char>> raw = getRawData(attr);
  if (!raw)
    return failure();
  return withInteger(attr.getElementType().getIntOrFloatBitWidth(), [&](auto value) {
    std::vector<int32_t> values(attr.getNumElements());
    for (size_t i = 0; i < values.size(); ++i) {
      std::memcpy(&value, raw->data() + i * sizeof(value), sizeof(value));
      values[i] = value;
    }
    return values;
  });
}

ElementsAttr mlir::spike::createWeight(RankedTensorType type, ArrayRef<float> values, StringRef name) {
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float));
  return createWeight(type, bytes, name);
}

ElementsAttr mlir::spike::createWeight(RankedTensorType type, ArrayRef<char> bytes, StringRef name) {
  return DenseResourceElementsAttr::get(type, name, HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64));
}

ElementsAttr mlir::spike::reshapeWeights(ElementsAttr attr, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, attr.getElementType());
  assert(type.getNumElements() == attr.getNumElements());
  if (auto dense = dyn_cast<DenseElementsAttr>(attr))
    return dense.reshape(type);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  return {};
}

/// Constants of more values are resources.
static constexpr size_t maxDense = 16;

ElementsAttr mlir::spike::makeIntegers(RankedTensorType type, ArrayRef<int32_t> values, StringRef name) {
  assert(isInteger(type.getElementType()) && type.getNumElements() == int64_t(values.size()));
  return withInteger(type.getElementTypeBitWidth(), [&](auto zero) -> ElementsAttr {
    using T = decltype(zero);
    if (!values.empty() && llvm::all_equal(values))
      return DenseElementsAttr::get(type, T(values.front()));
    SmallVector<T> narrow(values);
    if (values.size() <= maxDense)
      return DenseElementsAttr::get(type, ArrayRef<T>(narrow));
    ArrayRef<char> bytes(reinterpret_cast<const char *>(narrow.data()), narrow.size() * sizeof(T));
    return createWeight(type, bytes, name);
  });
}

ElementsAttr mlir::spike::makeWeights(RankedTensorType type, ArrayRef<float> values, StringRef name) {
  return values.size() <= maxDense ? DenseElementsAttr::get(type, values) : createWeight(type, values, name);
}

std::optional<size_t> mlir::spike::findNonFinite(ArrayRef<float> values) {
  for (auto [i, value] : llvm::enumerate(values))
    if (!std::isfinite(value))
      return i;
  return std::nullopt;
}

std::optional<Weights> Weights::get(ElementsAttr attr) {
  if (!attr || !attr.getElementType().isF32() || isTooLargeSplat(attr))
    return std::nullopt;
  Weights weights;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr))
    weights.name = resource.getRawHandle().getKey().str();
  std::optional<ArrayRef<char>> raw = getRawData(attr);
  if (raw && reinterpret_cast<uintptr_t>(raw->data()) % alignof(float) == 0) {
    weights.view = ArrayRef<float>(reinterpret_cast<const float *>(raw->data()), raw->size() / sizeof(float));
    return weights;
  }
  FailureOr<SmallVector<float>> values = readF32(attr);
  if (failed(values))
    return std::nullopt;
  weights.copy.assign(values->begin(), values->end());
  return weights;
}

std::optional<Weights> Weights::get(Value value) {
  ElementsAttr attr;
  if (!value || !matchPattern(value, m_Constant(&attr)))
    return std::nullopt;
  return get(attr);
}

ElementsAttr mlir::spike::reshapeWeight(ElementsAttr attr, RankedTensorType type) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  return cast<DenseElementsAttr>(attr).reshape(type);
}
