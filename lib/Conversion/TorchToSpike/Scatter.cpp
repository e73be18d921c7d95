// SPDX-License-Identifier: Apache-2.0
// Padding, and assignment to parts of a tensor as functionalisation writes it: slice_scatter and select_scatter.
#include "PopulatePatterns.h"

#include "spike/Support/Weights.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

RankedTensorType tensorOf(Value value) { return cast<RankedTensorType>(value.getType()); }

Value createPart(OpBuilder &builder, Location loc, Value value, int64_t axis, int64_t offset, int64_t size) {
  SmallVector<int64_t> shape(tensorOf(value).getShape());
  if (shape[axis] == size)
    return value;
  shape[axis] = size;
  // Of parts that were put together, those that are asked for: what earlier assignments replaced is then unused.
  if (auto concat = value.getDefiningOp<ConcatOp>(); concat && static_cast<int64_t>(concat.getAxis()) == axis) {
    SmallVector<Value> parts;
    int64_t start = 0, found = 0;
    for (Value part : concat.getInputs()) {
      int64_t length = tensorOf(part).getDimSize(axis);
      if (start >= offset && start + length <= offset + size) {
        parts.push_back(part);
        found += length;
      }
      start += length;
    }
    if (found == size)
      return parts.size() == 1 ? parts.front()
                               : ConcatOp::create(builder, loc, tensorOf(value).clone(shape), parts, axis).getResult();
  }
  return SliceOp::create(builder, loc, tensorOf(value).clone(shape), value, axis, offset);
}

/// A parameter or buffer, behind the copy into the part that it is assigned to.
torch::ValueTensorLiteralOp findLiteral(Value value) {
  if (auto copy = value.getDefiningOp<torch::AtenCopyOp>())
    value = copy.getSrc();
  return value.getDefiningOp<torch::ValueTensorLiteralOp>();
}

/// The literal's values over its last axes only, without the axes in front along which they repeat; null if it has no
/// values here.
Value createCompact(OpBuilder &builder, torch::ValueTensorLiteralOp literal) {
  FailureOr<SmallVector<float>> values = readF32(literal.getValue());
  if (failed(values) || values->empty())
    return {};
  SmallVector<int64_t> shape(literal.getValue().getShapedType().getShape());
  // One axis after the other: if its parts are all alike, one of them says everything.
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    int64_t outer = 1, inner = 1, length = shape[axis];
    for (size_t i = 0; i < axis; ++i)
      outer *= shape[i];
    for (size_t i = axis + 1; i < shape.size(); ++i)
      inner *= shape[i];
    SmallVector<float> first;
    bool alike = true;
    for (int64_t o = 0; o < outer && alike; ++o) {
      ArrayRef<float> whole = ArrayRef<float>(*values).slice(o * length * inner, length * inner);
      for (int64_t k = 1; k < length && alike; ++k)
        alike = whole.slice(k * inner, inner) == whole.take_front(inner);
      llvm::append_range(first, whole.take_front(inner));
    }
    if (!alike)
      continue;
    *values = std::move(first);
    shape[axis] = 1;
  }
  while (shape.size() > 1 && shape.front() == 1)
    shape.erase(shape.begin());
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return ConstantOp::create(builder, literal.getLoc(), type, makeWeights(type, *values, "assigned"));
}

/// The part [start, end) of axis `dim` of `input` replaced: by a selection where the new values are parameters, which
/// then need no copy for each sample, else by the parts put together.
Value createAssignment(OpBuilder &builder, Location loc, Value input, Value source, Value original, int64_t dim,
                       int64_t start, int64_t end) {
  RankedTensorType type = tensorOf(input);
  int64_t length = type.getDimSize(dim), rank = type.getRank();
  if (torch::ValueTensorLiteralOp literal = findLiteral(original))
    if (Value compact = createCompact(builder, literal)) {
      ArrayRef<int64_t> shape = tensorOf(compact).getShape();
      int64_t behind = rank - dim; // of the axes from `dim` on
      bool stretched = static_cast<int64_t>(shape.size()) < behind || shape[shape.size() - behind] == 1;
      if (stretched) {
        SmallVector<int64_t> maskShape(behind, 1);
        maskShape[0] = length;
        SmallVector<float> mask(length, 0.0f);
        std::fill(mask.begin() + start, mask.begin() + end, 1.0f);
        auto maskType = RankedTensorType::get(maskShape, builder.getF32Type());
        Value chosen = ConstantOp::create(builder, loc, maskType, DenseElementsAttr::get(maskType, ArrayRef(mask)));
        return MapOp::create(builder, loc, type, MapKind::select, ValueRange{chosen, compact, input});
      }
    }
  SmallVector<Value> parts;
  if (start > 0)
    parts.push_back(createPart(builder, loc, input, dim, 0, start));
  parts.push_back(source);
  if (end < length)
    parts.push_back(createPart(builder, loc, input, dim, end, length - end));
  return parts.size() == 1 ? parts.front() : ConcatOp::create(builder, loc, type, parts, dim).getResult();
}

/// x[..., start:end, ...] = y
class ConvertSliceScatter : public TorchPattern<torch::AtenSliceScatterOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenSliceScatterOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    std::optional<int64_t> dim = normalizeDim(torch::getConstantInt(op.getDim()), type.getRank());
    std::optional<int64_t> start = torch::isNone(op.getStart()) ? 0 : torch::getConstantInt(op.getStart());
    std::optional<int64_t> end = torch::isNone(op.getEnd()) ? INT64_MAX : torch::getConstantInt(op.getEnd());
    if (!dim || !start || !end || torch::getConstantInt(op.getStep()) != 1)
      return refuse(op, "expected a constant axis and range, and a step of 1");
    int64_t length = type.getDimSize(*dim);
    int64_t from = std::clamp<int64_t>(*start < 0 ? *start + length : *start, 0, length);
    int64_t to = std::clamp<int64_t>(*end < 0 ? *end + length : *end, 0, length);
    if (to <= from || tensorOf(adaptor.getSrc()).getDimSize(*dim) != to - from)
      return refuse(op, "expected a range as long as the assigned part");
    rewriter.replaceOp(
        op, createAssignment(rewriter, op.getLoc(), adaptor.getInput(), adaptor.getSrc(), op.getSrc(), *dim, from, to));
    return success();
  }
};

/// x[..., i, ...] = y
class ConvertSelectScatter : public TorchPattern<torch::AtenSelectScatterOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenSelectScatterOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    std::optional<int64_t> dim = normalizeDim(torch::getConstantInt(op.getDim()), type.getRank());
    std::optional<int64_t> index =
        dim ? normalizeDim(torch::getConstantInt(op.getIndex()), type.getDimSize(*dim)) : std::nullopt;
    if (!index)
      return refuse(op, "expected a constant axis and index in range");
    SmallVector<int64_t> shape(type.getShape());
    shape[*dim] = 1;
    Value source = createReshape(rewriter, op.getLoc(), adaptor.getSrc(), shape);
    rewriter.replaceOp(
        op, createAssignment(rewriter, op.getLoc(), adaptor.getInput(), source, Value(), *dim, *index, *index + 1));
    return success();
  }
};

/// The source of a copy, stretched to the shape that it is copied into.
class ConvertCopy : public TorchPattern<torch::AtenCopyOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenCopyOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    Value source = adaptor.getSrc();
    if (source.getType() != type) {
      // A selection stretches its operands, and never takes the target's values.
      Value always = createNumber(rewriter, op.getLoc(), 1.0);
      source =
          MapOp::create(rewriter, op.getLoc(), type, MapKind::select, ValueRange{always, source, adaptor.getInput()});
    }
    rewriter.replaceOp(op, source);
    return success();
  }
};

/// Zeros around the last axes; where the padding is negative, a part.
template <typename OpTy>
class ConvertPad : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    if constexpr (std::is_same_v<OpTy, torch::AtenPadOp>)
      if (torch::getConstantString(op.getMode()) != StringRef("constant"))
        return this->refuse(op, "expected the mode 'constant'");
    if (!torch::isNone(op.getValue()) && torch::getConstantNumber(op.getValue()) != 0.0)
      return this->refuse(op, "expected padding with zeros");
    std::optional<SmallVector<int64_t>> pads = torch::getConstantIntList(op.getPad());
    if (!pads || pads->size() % 2 || static_cast<int64_t>(pads->size()) > 2 * type.getRank())
      return this->refuse(op, "expected a constant padding of two numbers for each axis");
    // PyTorch lists the last axis first.
    Value value = adaptor.getInput();
    SmallVector<int64_t> padding, shape(tensorOf(value).getShape());
    int64_t axes = pads->size() / 2;
    for (int64_t i = axes - 1; i >= 0; --i) {
      int64_t axis = type.getRank() - 1 - i, low = (*pads)[2 * i], high = (*pads)[2 * i + 1];
      int64_t cutLow = std::max<int64_t>(-low, 0), cutHigh = std::max<int64_t>(-high, 0);
      int64_t kept = shape[axis] - cutLow - cutHigh;
      if (kept < 1)
        return this->refuse(op, "the negative padding leaves nothing of axis " + Twine(axis));
      value = createPart(rewriter, op.getLoc(), value, axis, cutLow, kept);
      padding.append({std::max<int64_t>(low, 0), std::max<int64_t>(high, 0)});
    }
    if (llvm::any_of(padding, [](int64_t pad) { return pad != 0; }))
      value = PadOp::create(rewriter, op.getLoc(), type, value, padding);
    rewriter.replaceOp(op, value);
    return success();
  }
};

} // namespace

void mlir::spike::populateScatterPatterns(RewritePatternSet &patterns, const TypeConverter &converter,
                                          Refusals &refusals) {
  patterns.add<ConvertSliceScatter, ConvertSelectScatter, ConvertCopy, ConvertPad<torch::AtenPadOp>,
               ConvertPad<torch::AtenConstantPadOp>>(converter, patterns.getContext(), refusals);
}
