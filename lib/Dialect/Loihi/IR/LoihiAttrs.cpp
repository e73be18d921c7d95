// SPDX-License-Identifier: Apache-2.0
// Text and verification of the loihi dialect's attributes.
#include "spike/Dialect/Loihi/IR/Loihi.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike::loihi;

#define GET_ATTRDEF_CLASSES
#include "spike/Dialect/Loihi/IR/LoihiAttrs.cpp.inc"

void LoihiDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "spike/Dialect/Loihi/IR/LoihiAttrs.cpp.inc"
      >();
}

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

static LogicalResult verifyRange(EmitError emitError, StringRef what, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high)
    return success();
  return emitError() << "expected " << what << " in " << low << " to " << high << ", got " << value;
}

static LogicalResult verifySizes(EmitError emitError, ArrayRef<int64_t> sizes) {
  for (int64_t size : sizes)
    if (size < 1)
      return emitError() << "expected loops of at least one step, got " << size;
  if (!getNumNeurons(sizes))
    return emitError() << "expected a nest of at most " << maxNeurons << " steps";
  return success();
}

//===----------------------------------------------------------------------===//
// Neurons
//===----------------------------------------------------------------------===//

LogicalResult LifAttr::verify(EmitError emitError, int32_t du, int32_t dv, int32_t duOffset, int32_t dvOffset,
                              int32_t align, int32_t refractory) {
  for (auto [name, decay, offset] : {std::tuple("du", du, duOffset), std::tuple("dv", dv, dvOffset)})
    if (failed(verifyRange(emitError, name, decay, 0, 4095)) ||
        failed(verifyRange(emitError, (name + StringRef(" with its offset")).str(), int64_t(decay) + offset, 0, 4096)))
      return failure();
  if (failed(verifyRange(emitError, "align", align, 0, 23)))
    return failure();
  return verifyRange(emitError, "refractory", refractory, 0, 63);
}

//===----------------------------------------------------------------------===//
// Nests
//===----------------------------------------------------------------------===//

Attribute NestAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> sizes, strides;
  auto parseLoop = [&] {
    return failure(parser.parseInteger(sizes.emplace_back()) || parser.parseColon() ||
                   parser.parseInteger(strides.emplace_back()));
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, parseLoop))
    return {};
  return parser.getChecked<NestAttr>(parser.getContext(), sizes, strides);
}

void NestAttr::print(AsmPrinter &printer) const {
  printer << '<';
  llvm::interleaveComma(llvm::zip_equal(getSizes(), getStrides()), printer,
                        [&](auto loop) { printer << std::get<0>(loop) << " : " << std::get<1>(loop); });
  printer << '>';
}

LogicalResult NestAttr::verify(EmitError emitError, ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides) {
  if (sizes.size() != strides.size())
    return emitError() << "expected a stride for each size, got " << sizes.size() << " and " << strides.size();
  return verifySizes(emitError, sizes);
}

int64_t NestAttr::getNumSteps() const { return *getNumNeurons(getSizes()); }

Attribute LoopsAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> sizes, sources, targets;
  auto parseLoop = [&] {
    return failure(parser.parseInteger(sizes.emplace_back()) || parser.parseColon() ||
                   parser.parseInteger(sources.emplace_back()) || parser.parseArrow() ||
                   parser.parseInteger(targets.emplace_back()));
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, parseLoop))
    return {};
  return parser.getChecked<LoopsAttr>(parser.getContext(), sizes, sources, targets);
}

void LoopsAttr::print(AsmPrinter &printer) const {
  printer << '<';
  llvm::interleaveComma(llvm::zip_equal(getSizes(), getSources(), getTargets()), printer, [&](auto loop) {
    printer << std::get<0>(loop) << " : " << std::get<1>(loop) << " -> " << std::get<2>(loop);
  });
  printer << '>';
}

LogicalResult LoopsAttr::verify(EmitError emitError, ArrayRef<int64_t> sizes, ArrayRef<int64_t> sources,
                                ArrayRef<int64_t> targets) {
  if (sizes.size() != sources.size() || sizes.size() != targets.size())
    return emitError() << "expected two strides for each size, got " << sizes.size() << ", " << sources.size()
                       << " and " << targets.size();
  return verifySizes(emitError, sizes);
}

//===----------------------------------------------------------------------===//
// Encodings
//===----------------------------------------------------------------------===//

LogicalResult ConvAttr::verify(EmitError emitError, ViewAttr view, DenseI64ArrayAttr input, DenseI64ArrayAttr output,
                               DenseI64ArrayAttr kernel, DenseI64ArrayAttr strides, DenseI64ArrayAttr padding,
                               DenseI64ArrayAttr dilations, int64_t groups) {
  for (auto [name, list, low] :
       {std::tuple("input", input, 1), std::tuple("output", output, 1), std::tuple("kernel", kernel, 1),
        std::tuple("strides", strides, 1), std::tuple("padding", padding, 0), std::tuple("dilations", dilations, 1)}) {
    if (list.size() != 2)
      return emitError() << "expected height and width as " << name << ", got " << list.size() << " numbers";
    for (int64_t value : list.asArrayRef())
      if (failed(verifyRange(emitError, name, value, low, maxNeurons)))
        return failure();
  }
  return verifyRange(emitError, "groups", groups, 1, maxNeurons);
}

LogicalResult SparseAttr::verify(EmitError emitError, ViewAttr view, ElementsAttr pairs) {
  auto type = dyn_cast<RankedTensorType>(pairs.getShapedType());
  if (!type || type.getRank() != 2 || type.getDimSize(1) != 2 || !type.getElementType().isSignlessInteger(32))
    return emitError() << "expected pairs of type tensor<Nx2xi32>, got " << pairs.getShapedType();
  return success();
}
