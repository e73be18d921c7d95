// SPDX-License-Identifier: Apache-2.0
// Weights as attributes.
#include "spike/Support/Weights.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

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

FailureOr<SmallVector<float>> mlir::spike::readF32(ElementsAttr attr) {
  if (!attr.getElementType().isF32())
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

ElementsAttr mlir::spike::createWeight(RankedTensorType type, ArrayRef<float> values, StringRef name) {
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float));
  return DenseResourceElementsAttr::get(type, name, HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64));
}
