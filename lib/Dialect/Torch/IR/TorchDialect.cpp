// SPDX-License-Identifier: Apache-2.0
// The torch mirror dialect: registration, the types' text, and constant operands.
#include "spike/Dialect/Torch/IR/Torch.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike::torch;

#include "spike/Dialect/Torch/IR/TorchDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "spike/Dialect/Torch/IR/TorchTypes.cpp.inc"

#define GET_OP_CLASSES
#include "spike/Dialect/Torch/IR/TorchOps.cpp.inc"

void TorchDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "spike/Dialect/Torch/IR/TorchTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "spike/Dialect/Torch/IR/TorchOps.cpp.inc"
      >();
  // A program with an operation that has no definition here must still be read, so that every such operation is
  // reported.
  allowUnknownOperations();
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

Type TorchDialect::parseNestedType(AsmParser &parser) {
  StringRef mnemonic;
  Type type;
  SMLoc loc = parser.getCurrentLocation();
  OptionalParseResult result = generatedTypeParser(parser, &mnemonic, type);
  if (!result.has_value())
    parser.emitError(loc) << "unknown torch type '" << mnemonic << "'";
  return type;
}

void TorchDialect::printNestedType(Type type, AsmPrinter &printer) {
  if (failed(generatedTypePrinter(type, printer)))
    printer << type;
}

RankedTensorType VTensorType::toBuiltinTensor() const {
  if (!getHasSizes() || !getDtype() || llvm::is_contained(getSizes(), ShapedType::kDynamic) ||
      !TensorType::isValidElementType(getDtype()))
    return {};
  return RankedTensorType::get(getSizes(), getDtype());
}

Type VTensorType::parse(AsmParser &parser) {
  MLIRContext *context = parser.getContext();
  if (failed(parser.parseOptionalLess()))
    return VTensorType::get(context, Type());
  bool hasSizes = failed(parser.parseOptionalStar());
  SmallVector<int64_t> sizes;
  auto parseSize = [&]() -> ParseResult {
    if (succeeded(parser.parseOptionalQuestion())) {
      sizes.push_back(ShapedType::kDynamic);
      return success();
    }
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseInteger(sizes.emplace_back()))
      return failure();
    return sizes.back() < 0 ? parser.emitError(loc) << "expected a size that is not negative, got " << sizes.back()
                            : ParseResult(success());
  };
  if (hasSizes && parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseSize))
    return {};
  Type dtype;
  if (parser.parseComma() || (failed(parser.parseOptionalKeyword("unk")) && parser.parseType(dtype)) ||
      parser.parseGreater())
    return {};
  return hasSizes ? VTensorType::get(context, sizes, dtype) : VTensorType::get(context, dtype);
}

void VTensorType::print(AsmPrinter &printer) const {
  if (!getHasSizes() && !getDtype())
    return;
  printer << '<';
  if (getHasSizes()) {
    printer << '[';
    llvm::interleave(
        getSizes(), printer.getStream(),
        [&](int64_t size) {
          if (ShapedType::isDynamic(size))
            printer << '?';
          else
            printer << size;
        },
        ",");
    printer << ']';
  } else {
    printer << '*';
  }
  printer << ',';
  if (getDtype())
    printer << getDtype();
  else
    printer << "unk";
  printer << '>';
}

/// `<` type `>`, the type without its prefix.
static Type parseContained(AsmParser &parser) {
  if (parser.parseLess())
    return {};
  Type contained = TorchDialect::parseNestedType(parser);
  return contained && succeeded(parser.parseGreater()) ? contained : Type();
}

static void printContained(AsmPrinter &printer, Type contained) {
  printer << '<';
  TorchDialect::printNestedType(contained, printer);
  printer << '>';
}

Type ListType::parse(AsmParser &parser) {
  Type contained = parseContained(parser);
  return contained ? ListType::get(parser.getContext(), contained) : Type();
}
void ListType::print(AsmPrinter &printer) const { printContained(printer, getContainedType()); }

Type OptionalType::parse(AsmParser &parser) {
  Type contained = parseContained(parser);
  return contained ? OptionalType::get(parser.getContext(), contained) : Type();
}
void OptionalType::print(AsmPrinter &printer) const { printContained(printer, getContainedType()); }

//===----------------------------------------------------------------------===//
// Constant operands
//===----------------------------------------------------------------------===//

std::optional<int64_t> mlir::spike::torch::getConstantInt(Value value) {
  if (auto op = value.getDefiningOp<ConstantIntOp>())
    return static_cast<int64_t>(op.getValue());
  return std::nullopt;
}

std::optional<bool> mlir::spike::torch::getConstantBool(Value value) {
  if (auto op = value.getDefiningOp<ConstantBoolOp>())
    return op.getValue();
  return std::nullopt;
}

std::optional<double> mlir::spike::torch::getConstantNumber(Value value) {
  if (auto op = value.getDefiningOp<ConstantFloatOp>())
    return op.getValue().convertToDouble();
  if (std::optional<int64_t> integer = getConstantInt(value))
    return static_cast<double>(*integer);
  return std::nullopt;
}

std::optional<StringRef> mlir::spike::torch::getConstantString(Value value) {
  if (auto op = value.getDefiningOp<ConstantStrOp>())
    return op.getValue();
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> mlir::spike::torch::getConstantIntList(Value value) {
  auto list = value.getDefiningOp<ListConstructOp>();
  if (!list)
    return std::nullopt;
  SmallVector<int64_t> result;
  for (Value element : list.getElements()) {
    std::optional<int64_t> integer = getConstantInt(element);
    if (!integer)
      return std::nullopt;
    result.push_back(*integer);
  }
  return result;
}

bool mlir::spike::torch::isNone(Value value) { return isa<mlir::spike::torch::NoneType>(value.getType()); }
