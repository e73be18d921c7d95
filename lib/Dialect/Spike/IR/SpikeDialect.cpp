// SPDX-License-Identifier: Apache-2.0
// Registration of the spike dialect, its types and its attributes.
#include "spike/Dialect/Spike/IR/DoubleFormat.h"
#include "spike/Dialect/Spike/IR/Spike.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike;

#include "spike/Dialect/Spike/IR/SpikeDialect.cpp.inc"
#include "spike/Dialect/Spike/IR/SpikeEnums.cpp.inc"

#include "spike/Dialect/Spike/IR/SpikeAttrInterfaces.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "spike/Dialect/Spike/IR/SpikeTypes.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "spike/Dialect/Spike/IR/SpikeAttrs.cpp.inc"

FailureOr<llvm::APFloat> mlir::spike::parseDouble(AsmParser &parser) {
  llvm::APFloat value(0.0);
  if (parser.parseFloat(llvm::APFloat::IEEEdouble(), value))
    return failure();
  return value;
}

FailureOr<std::optional<llvm::APFloat>> mlir::spike::parseOptionalDouble(AsmParser &parser) {
  FailureOr<llvm::APFloat> value = parseDouble(parser);
  if (failed(value))
    return failure();
  return std::optional<llvm::APFloat>(*value);
}

bool mlir::spike::isSameDouble(const std::optional<llvm::APFloat> &lhs, const std::optional<llvm::APFloat> &rhs) {
  return lhs ? rhs && lhs->bitwiseIsEqual(*rhs) : !rhs;
}

void mlir::spike::printDouble(AsmPrinter &printer, const llvm::APFloat &value) {
  if (!value.isFinite()) {
    printer.printFloat(value);
    return;
  }
  // 17 digits tell any two doubles apart.
  SmallString<24> text;
  for (unsigned digits = 1; digits <= 17; ++digits) {
    text.clear();
    value.toString(text, digits, /*FormatMaxPadding=*/6);
    if (llvm::APFloat(value.getSemantics(), text).bitwiseIsEqual(value))
      break;
  }
  StringRef mantissa = text.str().take_until([](char c) { return c == 'E' || c == 'e'; });
  printer << mantissa << (mantissa.contains('.') ? "" : ".0") << text.str().drop_front(mantissa.size());
}

void SpikeDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "spike/Dialect/Spike/IR/SpikeTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "spike/Dialect/Spike/IR/SpikeAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "spike/Dialect/Spike/IR/SpikeOps.cpp.inc"
      >();
}

Operation *SpikeDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type, Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || !isa<RankedTensorType>(type))
    return nullptr;
  return ConstantOp::create(builder, loc, type, elements);
}

LogicalResult CountType::verify(function_ref<InFlightDiagnostic()> emitError, uint64_t max) {
  if (max < 1 || max > std::numeric_limits<int32_t>::max())
    return emitError() << "expected a largest count between 1 and 2147483647, got " << max;
  return success();
}

std::optional<uint64_t> mlir::spike::getMaxCount(Type elementType) {
  if (elementType.isInteger(1))
    return 1;
  if (auto count = dyn_cast<CountType>(elementType))
    return count.getMax();
  return std::nullopt;
}

bool mlir::spike::isAllowedShape(ArrayRef<int64_t> shape) {
  int64_t elements = 1;
  for (int64_t size : shape) {
    if (size < 1 || size > maxElements / elements)
      return false;
    elements *= size;
  }
  return true;
}

bool mlir::spike::isSpikeTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() || !isAllowedShape(tensor.getShape()))
    return false;
  Type element = tensor.getElementType();
  return element.isF32() || isa<CountType>(element) ||
         llvm::any_of(ArrayRef<unsigned>{1, 8, 16, 32},
                      [&](unsigned width) { return element.isSignlessInteger(width); });
}

Type mlir::spike::getCountElementType(MLIRContext *context, uint64_t max) {
  return max <= 1 ? Type(IntegerType::get(context, 1)) : CountType::get(context, max);
}

std::optional<SmallVector<int64_t>> mlir::spike::broadcastShapes(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs) {
  if (lhs.size() < rhs.size())
    std::swap(lhs, rhs);
  SmallVector<int64_t> shape(lhs);
  size_t offset = lhs.size() - rhs.size();
  for (auto [i, size] : llvm::enumerate(rhs)) {
    int64_t &out = shape[offset + i];
    if (out != size && out != 1 && size != 1)
      return std::nullopt;
    out = std::max(out, size);
  }
  return shape;
}

std::optional<int64_t> mlir::spike::getWindowedLength(int64_t length, int64_t kernel, int64_t stride, int64_t padLow,
                                                      int64_t padHigh, int64_t dilation) {
  constexpr int64_t limit = int64_t(1) << 31;
  for (int64_t number : {kernel, stride, dilation})
    if (number < 1 || number >= limit)
      return std::nullopt;
  for (int64_t pad : {padLow, padHigh})
    if (pad < 0 || pad >= limit)
      return std::nullopt;
  int64_t span = dilation * (kernel - 1) + 1;
  int64_t room = length + padLow + padHigh - span;
  if (room < 0)
    return std::nullopt;
  return room / stride + 1;
}
