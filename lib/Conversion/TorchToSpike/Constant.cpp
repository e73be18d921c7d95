// SPDX-License-Identifier: Apache-2.0
// Literals: parameters, buffers and numbers.
#include "PopulatePatterns.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;

std::optional<double> mlir::spike::getSingleElement(Value value) {
  auto literal = value.getDefiningOp<torch::ValueTensorLiteralOp>();
  if (!literal)
    return std::nullopt;
  auto dense = dyn_cast<DenseElementsAttr>(literal.getValue());
  if (!dense || dense.getNumElements() != 1 || !isa<mlir::FloatType>(dense.getElementType()))
    return std::nullopt;
  return (*dense.value_begin<APFloat>()).convertToDouble();
}

Value mlir::spike::createNumber(OpBuilder &builder, Location loc, double value) {
  auto type = RankedTensorType::get({1}, builder.getF32Type());
  return ConstantOp::create(builder, loc, type, DenseElementsAttr::get(type, static_cast<float>(value)));
}

namespace {

/// Index of the first value that is infinite or not a number.
std::optional<size_t> findNonFinite(ArrayRef<float> values) {
  for (auto [index, value] : llvm::enumerate(values))
    if (!std::isfinite(value))
      return index;
  return std::nullopt;
}

class ConvertLiteral : public TorchPattern<torch::ValueTensorLiteralOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::ValueTensorLiteralOp op, OpAdaptor,
                                ConversionPatternRewriter &rewriter) const override {
    ElementsAttr value = op.getValue();
    auto resource = dyn_cast<DenseResourceElementsAttr>(value);
    std::string name = resource ? "parameter '" + resource.getRawHandle().getKey().str() + "'" : "a constant";
    if (!value.getElementType().isF32()) {
      std::string type;
      llvm::raw_string_ostream(type) << value.getElementType();
      return refuse(op, Twine(name) + " has element type " + type + ", expected f32; convert the model with .float()");
    }
    RankedTensorType resultType = getTensorType(op.getResult());
    if (!resultType || resultType != value.getShapedType())
      return refuse(op, Twine(name) + " does not have the type of the value that it defines");
    SmallVector<float> dense;
    ArrayRef<float> elements;
    if (resource) {
      // Text without its data section has no blob: such a module can be looked at and transformed, not run.
      if (AsmResourceBlob *blob = resource.getRawHandle().getBlob()) {
        if (blob->getData().size() != static_cast<size_t>(resultType.getNumElements()) * sizeof(float))
          return refuse(op, Twine(name) + " has " + Twine(blob->getData().size()) + " bytes, expected " +
                                Twine(resultType.getNumElements() * sizeof(float)));
        elements = {reinterpret_cast<const float *>(blob->getData().data()),
                    static_cast<size_t>(resultType.getNumElements())};
      }
    } else if (auto values = dyn_cast<DenseElementsAttr>(value)) {
      dense.assign(values.value_begin<float>(), values.value_end<float>());
      elements = dense;
    }
    if (std::optional<size_t> index = findNonFinite(elements))
      return refuse(op, Twine(name) + " holds " + (std::isnan(elements[*index]) ? "NaN" : "infinity") + " at element " +
                            Twine(*index) + ", expected finite values");
    rewriter.replaceOpWithNewOp<ConstantOp>(op, resultType, value);
    return success();
  }
};

} // namespace

void mlir::spike::populateConstantPatterns(RewritePatternSet &patterns, const TypeConverter &converter,
                                           Refusals &refusals) {
  patterns.add<ConvertLiteral>(converter, patterns.getContext(), refusals);
}
