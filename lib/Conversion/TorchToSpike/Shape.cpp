// SPDX-License-Identifier: Apache-2.0
// Shapes: reshapes, permutations, slices, and repetition along time.
#include "PopulatePatterns.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// Every operation that only gives the same elements another shape.
template <typename OpTy>
class ConvertReshape : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    if (!type)
      return failure();
    if (cast<RankedTensorType>(adaptor.getInput().getType()).getNumElements() != type.getNumElements())
      return this->refuse(op, "input and output differ in their number of elements");
    rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), adaptor.getInput(), type.getShape()));
    return success();
  }
};

/// Repeats `input` `steps` times along a new leading axis, then takes the shape of the result. An axis of one that the
/// source put there for the purpose is left out.
Value createRepeat(OpBuilder &builder, Location loc, Value input, int64_t steps, ArrayRef<int64_t> resultShape) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(input.getType()).getShape();
  if (shape.size() == resultShape.size() && !shape.empty() && shape.front() == 1)
    input = createReshape(builder, loc, input, shape.drop_front());
  auto type = cast<RankedTensorType>(input.getType());
  SmallVector<int64_t> repeated = {steps};
  llvm::append_range(repeated, type.getShape());
  Value result = RepeatTimeOp::create(builder, loc, RankedTensorType::get(repeated, type.getElementType()), input);
  return createReshape(builder, loc, result, resultShape);
}

/// x.repeat(n, 1, ..., 1): the leading axis repeats as a whole, every other one stays.
class ConvertRepeat : public TorchPattern<torch::AtenRepeatOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenRepeatOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    int64_t rank = cast<RankedTensorType>(adaptor.getInput().getType()).getRank();
    std::optional<SmallVector<int64_t>> repeats = torch::getConstantIntList(op.getRepeats());
    if (!repeats || repeats->empty())
      return refuse(op, "expected constant numbers of repetitions");
    auto rest = ArrayRef<int64_t>(*repeats).drop_front();
    if (static_cast<int64_t>(repeats->size()) > rank + 1 || !llvm::all_of(rest, [](int64_t n) { return n == 1; }))
      return refuse(op, "expected a repetition along the leading axis only");
    // A model of one time step repeats its input once: the new axis is time all the same, and no batch.
    auto unsqueeze = op.getInput().getDefiningOp<torch::AtenUnsqueezeOp>();
    bool newAxis =
        static_cast<int64_t>(repeats->size()) > rank || (unsqueeze && torch::getConstantInt(unsqueeze.getDim()) == 0);
    if (repeats->front() == 1 && !newAxis)
      rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), adaptor.getInput(), type.getShape()));
    else
      rewriter.replaceOp(op,
                         createRepeat(rewriter, op.getLoc(), adaptor.getInput(), repeats->front(), type.getShape()));
    return success();
  }
};

/// x.expand(n, ...): the leading axis, of one or missing, is stretched.
class ConvertExpand : public TorchPattern<torch::AtenExpandOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenExpandOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    ArrayRef<int64_t> from = cast<RankedTensorType>(adaptor.getInput().getType()).getShape(), to = type.getShape();
    if (from == to) {
      rewriter.replaceOp(op, adaptor.getInput());
      return success();
    }
    bool newAxis = to.size() == from.size() + 1 && to.drop_front() == from;
    bool stretched = to.size() == from.size() && from.front() == 1 && to.drop_front() == from.drop_front();
    if (!newAxis && !stretched)
      return refuse(op, "expected an expansion of the leading axis only");
    rewriter.replaceOp(op, createRepeat(rewriter, op.getLoc(), adaptor.getInput(), to.front(), to));
    return success();
  }
};

/// Permutes the axes, unless they stay where they are.
Value createTranspose(OpBuilder &builder, Location loc, Value input, RankedTensorType type,
                      ArrayRef<int64_t> permutation) {
  if (llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size())))
    return input;
  return TransposeOp::create(builder, loc, type, input, permutation);
}

class ConvertTranspose : public TorchPattern<torch::AtenTransposeOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenTransposeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    std::optional<int64_t> dim0 = normalizeDim(torch::getConstantInt(op.getDim0()), type.getRank());
    std::optional<int64_t> dim1 = normalizeDim(torch::getConstantInt(op.getDim1()), type.getRank());
    if (!dim0 || !dim1)
      return refuse(op, "expected two constant axes in range");
    auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
    std::swap(permutation[*dim0], permutation[*dim1]);
    rewriter.replaceOp(op, createTranspose(rewriter, op.getLoc(), adaptor.getInput(), type, permutation));
    return success();
  }
};

class ConvertPermute : public TorchPattern<torch::AtenPermuteOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenPermuteOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    std::optional<SmallVector<int64_t>> dims = torch::getConstantIntList(op.getDims());
    if (!dims || static_cast<int64_t>(dims->size()) != type.getRank())
      return refuse(op, "expected one constant axis for each axis of the input");
    for (int64_t &dim : *dims) {
      std::optional<int64_t> normal = normalizeDim(dim, type.getRank());
      if (!normal)
        return refuse(op, "axis " + Twine(dim) + " is out of range for " + Twine(type.getRank()) + " axes");
      dim = *normal;
    }
    rewriter.replaceOp(op, createTranspose(rewriter, op.getLoc(), adaptor.getInput(), type, *dims));
    return success();
  }
};

/// Elements [offset, offset + size) of one axis, in the given shape.
Value createSlice(OpBuilder &builder, Location loc, Value input, int64_t axis, int64_t offset, int64_t size,
                  ArrayRef<int64_t> resultShape) {
  auto type = cast<RankedTensorType>(input.getType());
  SmallVector<int64_t> shape(type.getShape());
  if (shape[axis] != size) {
    shape[axis] = size;
    input = SliceOp::create(builder, loc, RankedTensorType::get(shape, type.getElementType()), input, axis, offset);
  }
  return createReshape(builder, loc, input, resultShape);
}

class ConvertSlice : public TorchPattern<torch::AtenSliceOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenSliceOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    std::optional<int64_t> dim = normalizeDim(torch::getConstantInt(op.getDim()), type.getRank());
    std::optional<int64_t> start = torch::isNone(op.getStart()) ? 0 : torch::getConstantInt(op.getStart());
    if (!dim || !start)
      return refuse(op, "expected a constant axis and start");
    if (torch::getConstantInt(op.getStep()) != 1)
      return refuse(op, "expected a step of 1");
    int64_t length = cast<RankedTensorType>(adaptor.getInput().getType()).getDimSize(*dim);
    int64_t offset = std::clamp<int64_t>(*start < 0 ? *start + length : *start, 0, length);
    rewriter.replaceOp(op, createSlice(rewriter, op.getLoc(), adaptor.getInput(), *dim, offset, type.getDimSize(*dim),
                                       type.getShape()));
    return success();
  }
};

class ConvertSelect : public TorchPattern<torch::AtenSelectOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::AtenSelectOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getResult());
    if (!type)
      return failure();
    auto inputType = cast<RankedTensorType>(adaptor.getInput().getType());
    std::optional<int64_t> dim = normalizeDim(torch::getConstantInt(op.getDim()), inputType.getRank());
    std::optional<int64_t> index =
        dim ? normalizeDim(torch::getConstantInt(op.getIndex()), inputType.getDimSize(*dim)) : std::nullopt;
    if (!index)
      return refuse(op, "expected a constant axis and index in range");
    rewriter.replaceOp(op, createSlice(rewriter, op.getLoc(), adaptor.getInput(), *dim, *index, 1, type.getShape()));
    return success();
  }
};

/// The parts of a chunk, split or unbind, as slices one after the other.
class ConvertListUnpack : public TorchPattern<torch::ListUnpackOp> {
public:
  using TorchPattern::TorchPattern;

  LogicalResult matchAndRewrite(torch::ListUnpackOp op, OpAdaptor, ConversionPatternRewriter &rewriter) const override {
    Operation *parts = op.getList().getDefiningOp();
    if (isa_and_nonnull<torch::OperatorOp>(parts))
      return failure(); // goes with its operator
    if (!isa_and_nonnull<torch::AtenChunkOp, torch::AtenSplitOp, torch::AtenSplitWithSizesOp, torch::AtenUnbindOp>(
            parts))
      return refuse(op, "expected a list that chunk, split or unbind has made");
    bool unbind = isa<torch::AtenUnbindOp>(parts);
    Value input = rewriter.getRemappedValue(parts->getOperand(0));
    auto inputType = dyn_cast_if_present<RankedTensorType>(input ? input.getType() : Type());
    if (!inputType)
      return failure();
    // The axis is the last operand of all four.
    std::optional<int64_t> dim = normalizeDim(torch::getConstantInt(parts->getOperands().back()), inputType.getRank());
    if (!dim)
      return refuse(op, "expected a constant axis in range");
    SmallVector<RankedTensorType> types;
    int64_t total = 0;
    for (Value element : op.getElements()) {
      types.push_back(getTensorType(element));
      if (!types.back())
        return failure();
      total += unbind ? 1 : types.back().getDimSize(*dim);
    }
    if (total != inputType.getDimSize(*dim))
      return refuse(op, "the parts have " + Twine(total) + " elements along the axis, expected " +
                            Twine(inputType.getDimSize(*dim)));
    SmallVector<Value> results;
    int64_t offset = 0;
    for (RankedTensorType type : types) {
      int64_t size = unbind ? 1 : type.getDimSize(*dim);
      results.push_back(createSlice(rewriter, op.getLoc(), input, *dim, offset, size, type.getShape()));
      offset += size;
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// Tensors one after the other along an axis, for stack along a new one.
template <typename OpTy>
class ConvertJoin : public TorchPattern<OpTy> {
public:
  using TorchPattern<OpTy>::TorchPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor, ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getTensorType(op.getResult());
    auto list = op.getTensors().template getDefiningOp<torch::ListConstructOp>();
    if (!type)
      return failure();
    std::optional<int64_t> dim = normalizeDim(torch::getConstantInt(op.getDim()), type.getRank());
    if (!list || list.getElements().empty() || !dim)
      return this->refuse(op, "expected at least one tensor and a constant axis in range");
    SmallVector<Value> parts;
    for (Value element : list.getElements()) {
      Value part = rewriter.getRemappedValue(element);
      auto partType = dyn_cast_if_present<RankedTensorType>(part ? part.getType() : Type());
      if (!partType)
        return failure();
      if constexpr (std::is_same_v<OpTy, torch::AtenStackOp>) {
        SmallVector<int64_t> shape(partType.getShape());
        shape.insert(shape.begin() + *dim, 1);
        part = createReshape(rewriter, op.getLoc(), part, shape);
      }
      parts.push_back(part);
    }
    rewriter.replaceOpWithNewOp<ConcatOp>(op, type, parts, rewriter.getI64IntegerAttr(*dim));
    return success();
  }
};

} // namespace

void mlir::spike::populateShapePatterns(RewritePatternSet &patterns, const TypeConverter &converter,
                                        Refusals &refusals) {
  patterns.add<ConvertReshape<torch::AtenUnsqueezeOp>, ConvertReshape<torch::AtenSqueezeOp>,
               ConvertReshape<torch::AtenSqueezeDimOp>, ConvertReshape<torch::AtenViewOp>,
               ConvertReshape<torch::AtenUnsafeViewOp>, ConvertReshape<torch::AtenReshapeOp>,
               ConvertReshape<torch::AtenFlattenOp>, ConvertReshape<torch::AtenUnflattenOp>, ConvertRepeat,
               ConvertExpand, ConvertTranspose, ConvertPermute, ConvertSlice, ConvertSelect, ConvertListUnpack,
               ConvertJoin<torch::AtenCatOp>, ConvertJoin<torch::AtenStackOp>>(converter, patterns.getContext(),
                                                                               refusals);
}
