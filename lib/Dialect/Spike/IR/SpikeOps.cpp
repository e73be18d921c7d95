// SPDX-License-Identifier: Apache-2.0
// Assembly formats and accessors of the spike ops.
#include "spike/Dialect/Spike/IR/DoubleFormat.h"
#include "spike/Dialect/Spike/IR/Spike.h"

#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace mlir::spike;

//===----------------------------------------------------------------------===//
// Custom directives
//===----------------------------------------------------------------------===//

/// `name = %value, name = %value`
static ParseResult parseNamedParams(OpAsmParser &parser, SmallVectorImpl<OpAsmParser::UnresolvedOperand> &params,
                                    ArrayAttr &names) {
  SmallVector<Attribute> list;
  auto parseOne = [&]() -> ParseResult {
    StringRef name;
    if (parser.parseKeyword(&name) || parser.parseEqual() || parser.parseOperand(params.emplace_back()))
      return failure();
    list.push_back(parser.getBuilder().getStringAttr(name));
    return success();
  };
  if (parser.parseCommaSeparatedList(parseOne))
    return failure();
  names = parser.getBuilder().getArrayAttr(list);
  return success();
}

static void printNamedParams(OpAsmPrinter &printer, Operation *, OperandRange params, ArrayAttr names) {
  for (auto [i, param] : llvm::enumerate(params)) {
    StringRef name = names && i < names.size() ? cast<StringAttr>(names[i]).getValue() : StringRef("unnamed");
    printer << (i ? ", " : "") << name << " = " << param;
  }
}

/// An enumeration as a bare word.
template <typename EnumAttr>
static ParseResult parseKeyword(OpAsmParser &parser, EnumAttr &attr) {
  auto value = FieldParser<decltype(attr.getValue()), decltype(attr.getValue())>::parse(parser);
  if (failed(value))
    return failure();
  attr = EnumAttr::get(parser.getContext(), *value);
  return success();
}

template <typename EnumAttr>
static void printKeyword(OpAsmPrinter &printer, Operation *, EnumAttr attr) {
  printer << stringifyEnum(attr.getValue());
}

/// A float without its type, which the op fixes.
static ParseResult parseFloatOf(OpAsmParser &parser, const llvm::fltSemantics &semantics, Type type, FloatAttr &attr) {
  llvm::APFloat value(semantics);
  if (parser.parseFloat(semantics, value))
    return failure();
  attr = FloatAttr::get(type, value);
  return success();
}

static ParseResult parseF32(OpAsmParser &parser, FloatAttr &attr) {
  return parseFloatOf(parser, llvm::APFloat::IEEEsingle(), parser.getBuilder().getF32Type(), attr);
}

static ParseResult parseF64(OpAsmParser &parser, FloatAttr &attr) {
  return parseFloatOf(parser, llvm::APFloat::IEEEdouble(), parser.getBuilder().getF64Type(), attr);
}

static void printF32(OpAsmPrinter &printer, Operation *, FloatAttr attr) { printDouble(printer, attr.getValue()); }
static void printF64(OpAsmPrinter &printer, Operation *, FloatAttr attr) { printDouble(printer, attr.getValue()); }

//===----------------------------------------------------------------------===//
// Constant
//===----------------------------------------------------------------------===//

ParseResult ConstantOp::parse(OpAsmParser &parser, OperationState &result) {
  ElementsAttr value;
  Type type;
  llvm::SMLoc start = parser.getCurrentLocation();
  if (parser.parseOptionalAttrDict(result.attributes) || parser.parseAttribute(value, "value", result.attributes))
    return failure();
  type = value.getType();
  if (succeeded(parser.parseOptionalKeyword("as")) && parser.parseType(type))
    return failure();
  if (!isa<RankedTensorType>(type))
    return parser.emitError(start) << "expected a ranked tensor, got " << type;
  result.addTypes(type);
  return success();
}

void ConstantOp::print(OpAsmPrinter &printer) {
  printer.printOptionalAttrDict((*this)->getAttrs(), {"value"});
  printer << " " << getValue();
  if (getValue().getType() != getType())
    printer << " as " << getType();
}

//===----------------------------------------------------------------------===//
// Accessors
//===----------------------------------------------------------------------===//

int64_t NeuronOp::getTimeSteps() { return getSingleStep() ? 1 : getInput().getType().getDimSize(0); }

ArrayRef<int64_t> NeuronOp::getStateShape() {
  ArrayRef<int64_t> shape = getInput().getType().getShape();
  return getSingleStep() ? shape : shape.drop_front();
}

Value NeuronOp::getParam(StringRef name) {
  if (ArrayAttr names = getParamNamesAttr())
    for (auto [param, paramName] : llvm::zip_equal(getParams(), names.getAsValueRange<StringAttr>()))
      if (paramName == name)
        return param;
  return {};
}

int64_t ConvOp::getChannelAxis() {
  int64_t rank = getInput().getType().getRank();
  return getLayout() == Layout::channels_last ? rank - 1 : rank - 1 - getSpatialRank();
}

int64_t ConvOp::getFirstSpatialAxis() {
  int64_t first = getInput().getType().getRank() - getSpatialRank();
  return getLayout() == Layout::channels_last ? first - 1 : first;
}

int64_t ConvOp::getDilation(unsigned i) { return getDilations().empty() ? 1 : getDilations()[i]; }

int64_t PoolOp::getChannelAxis() {
  int64_t rank = getInput().getType().getRank();
  return getLayout() == Layout::channels_last ? rank - 1 : rank - 3;
}

int64_t PoolOp::getFirstSpatialAxis() {
  int64_t rank = getInput().getType().getRank();
  return getLayout() == Layout::channels_last ? rank - 3 : rank - 2;
}

int64_t PoolOp::getDilation(unsigned i) { return getDilations().empty() ? 1 : getDilations()[i]; }

#define GET_OP_CLASSES
#include "spike/Dialect/Spike/IR/SpikeOps.cpp.inc"
