// SPDX-License-Identifier: Apache-2.0
// The values of several time steps as one value with a time axis.
#include "GatherSteps.h"
#include "TimeAxis.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::spike;

static RankedTensorType tensorOf(Value value) { return cast<RankedTensorType>(value.getType()); }

Value mlir::spike::reshapeTo(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape) {
  if (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getInput();
  if (tensorOf(value).getShape() == shape)
    return value;
  return ReshapeOp::create(builder, loc, tensorOf(value).clone(shape), value);
}

Value StepGatherer::gather(ArrayRef<Value> values) { return find(values, /*concat=*/true); }
Value StepGatherer::gatherWithoutConcat(ArrayRef<Value> values) { return find(values, /*concat=*/false); }

Value StepGatherer::find(ArrayRef<Value> values, bool concat) {
  std::vector<void *> key;
  for (Value value : values)
    key.push_back(value.getAsOpaquePointer());
  auto found = known[concat].find(key);
  if (found != known[concat].end())
    return found->second;
  Value result = make(values, concat);
  known[concat][std::move(key)] = result;
  return result;
}

Value StepGatherer::make(ArrayRef<Value> values, bool concat) {
  Value first = values.front();
  int64_t steps = values.size();
  RankedTensorType type = withLeadingAxis(tensorOf(first), steps);
  if (steps == 1)
    return reshapeTo(builder, first.getLoc(), first, type.getShape());
  if (llvm::all_equal(values))
    return RepeatTimeOp::create(builder, first.getLoc(), type, first);
  if (Value result = makeFromSlices(values))
    return result;
  if (Value result = makeFromOps(values, concat))
    return result;
  return concat ? makeConcat(values) : Value();
}

/// The slice that `value` is; with `selects`, one element of an axis, which a reshape has then removed.
static SliceOp getSlice(Value value, bool &selects) {
  selects = false;
  auto reshape = value.getDefiningOp<ReshapeOp>();
  auto slice = (reshape ? reshape.getInput() : value).getDefiningOp<SliceOp>();
  if (!reshape || !slice)
    return slice;
  SmallVector<int64_t> rest(slice.getType().getShape());
  selects = rest[slice.getAxis()] == 1;
  rest.erase(rest.begin() + slice.getAxis());
  return selects && tensorOf(value).getShape() == ArrayRef(rest) ? slice : SliceOp();
}

/// Parts of one axis that follow each other: that axis, taken apart and moved to the front.
Value StepGatherer::makeFromSlices(ArrayRef<Value> values) {
  bool selects, same;
  SliceOp first = getSlice(values.front(), selects);
  if (!first)
    return {};
  RankedTensorType part = first.getType(), whole = tensorOf(first.getInput());
  int64_t steps = values.size(), axis = first.getAxis(), size = part.getDimSize(axis);
  for (auto [t, value] : llvm::enumerate(values)) {
    SliceOp slice = getSlice(value, same);
    if (!slice || same != selects || slice.getInput() != first.getInput() ||
        static_cast<int64_t>(slice.getAxis()) != axis || slice.getType() != part ||
        slice.getOffset() != first.getOffset() + t * size)
      return {};
  }
  Location loc = first.getLoc();
  Value result = first.getInput();
  if (whole.getDimSize(axis) != steps * size) {
    SmallVector<int64_t> shape(whole.getShape());
    shape[axis] = steps * size;
    result = SliceOp::create(builder, loc, whole.clone(shape), result, axis, first.getOffset());
  }
  SmallVector<int64_t> apart(tensorOf(values.front()).getShape());
  apart.insert(apart.begin() + axis, steps);
  result = reshapeTo(builder, loc, result, apart);
  if (axis == 0)
    return result;
  SmallVector<int64_t> permutation = {axis};
  for (int64_t i = 0, rank = apart.size(); i < rank; ++i)
    if (i != axis)
      permutation.push_back(i);
  return TransposeOp::create(builder, loc, withLeadingAxis(tensorOf(values.front()), steps), result, permutation);
}

/// Whether two ops compute the same from operands of the same types.
static bool isSameOp(Operation *a, Operation *b) {
  return b && a->getName() == b->getName() && a->getNumOperands() == b->getNumOperands() &&
         llvm::equal(a->getOperandTypes(), b->getOperandTypes()) &&
         llvm::equal(a->getResultTypes(), b->getResultTypes()) && a->getAttrDictionary() == b->getAttrDictionary();
}

Value StepGatherer::makeFromOps(ArrayRef<Value> values, bool concat) {
  Operation *first = values.front().getDefiningOp();
  unsigned numBatched;
  if (!first || !canAddTimeAxis(first, numBatched))
    return {};
  // Of neurons with state, only spike-roll-time may say that several are one.
  if (auto neuron = dyn_cast<NeuronOp>(first); neuron && !neuron.getModel().getStateNames().empty())
    return {};
  for (Value value : values)
    if (!isSameOp(first, value.getDefiningOp()))
      return {};
  SmallVector<SmallVector<Value>> operands(first->getNumOperands());
  for (Value value : values)
    for (auto [list, operand] : llvm::zip_equal(operands, value.getDefiningOp()->getOperands()))
      list.push_back(operand);
  for (ArrayRef<Value> weights : ArrayRef(operands).drop_front(numBatched))
    if (!llvm::all_equal(weights))
      return {};
  // An operand that is the same at every step is stretched by an addition and a product.
  bool stretches = isa<AddOp, MaskOp>(first);
  SmallVector<Value> gathered(numBatched);
  llvm::SmallDenseSet<Value> timed;
  for (bool same : {false, true})
    for (auto [list, value] : llvm::zip(operands, gathered)) {
      if (llvm::all_equal(list) != same)
        continue;
      if (same && stretches && !timed.contains(list.front())) {
        value = list.front();
        continue;
      }
      value = find(list, concat);
      if (!value)
        return {};
      timed.insert(value);
    }
  Location loc = first->getLoc();
  if (isa<ReshapeOp>(first))
    return reshapeTo(builder, loc, gathered.front(),
                     withLeadingAxis(tensorOf(values.front()), values.size()).getShape());
  Operation *copy = builder.clone(*first);
  copy->setOperands(0, numBatched, gathered);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(copy);
  FailureOr<Value> result =
      addTimeAxis(builder, copy, values.size(), [&](Value value) { return timed.contains(value); });
  assert(succeeded(result) && "canAddTimeAxis has said so");
  return *result;
}

Value StepGatherer::makeConcat(ArrayRef<Value> values) {
  Location loc = values.front().getLoc();
  SmallVector<int64_t> shape(withLeadingAxis(tensorOf(values.front()), 1).getShape());
  SmallVector<Value> parts;
  for (Value value : values)
    parts.push_back(reshapeTo(builder, loc, value, shape));
  return ConcatOp::create(builder, loc, withLeadingAxis(tensorOf(values.front()), values.size()), parts,
                          builder.getI64IntegerAttr(0));
}
