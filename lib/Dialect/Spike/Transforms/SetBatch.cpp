// SPDX-License-Identifier: Apache-2.0
// spike-set-batch: follow the batch axis from the inputs through every op, and give it another size.
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "llvm/ADT/STLExtras.h"

namespace mlir::spike {

#define GEN_PASS_DEF_SETBATCHPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

/// Where a value's batch lies: axis `axis` has `outer * batch * inner` elements, in this order.
struct Batch {
  int64_t axis, outer = 1, inner = 1;
  bool operator==(const Batch &other) const {
    return axis == other.axis && outer == other.outer && inner == other.inner;
  }
  Batch moved(int64_t newAxis) const { return {newAxis, outer, inner}; }
};

using Places = DenseMap<Value, Batch>;

/// Finds the batch in every value of a function. A reshape of a batch of one may put it in several places; the first
/// choice under which every op treats it as a batch is taken. Each of them is right: the elements' order is the same.
class BatchFinder {
public:
  BatchFinder(func::FuncOp function, int64_t batch) : batch(batch) {
    for (Operation &op : function.getBody().front())
      ops.push_back(&op);
  }

  LogicalResult solve(Places &places) { return solve(0, places); }

  /// The op that the search got to and could not pass.
  Operation *getFurthest() const { return ops[std::min(furthest, ops.size() - 1)]; }

private:
  LogicalResult solve(size_t index, Places &places) {
    for (; index < ops.size(); ++index) {
      furthest = std::max(furthest, index);
      Operation *op = ops[index];
      if (--budget < 0)
        return failure();
      if (auto reshape = dyn_cast<ReshapeOp>(op)) {
        auto found = places.find(reshape.getInput());
        if (found == places.end())
          continue;
        SmallVector<Batch> choices = getReshaped(reshape, found->second);
        if (choices.empty())
          return failure();
        for (const Batch &choice : ArrayRef(choices).drop_back()) {
          Places attempt = places;
          attempt[reshape.getResult()] = choice;
          if (succeeded(solve(index + 1, attempt))) {
            places = std::move(attempt);
            return success();
          }
        }
        places[reshape.getResult()] = choices.back();
        continue;
      }
      if (failed(step(op, places)))
        return failure();
    }
    return success();
  }

  /// Possible places of the batch after a reshape: the same position in row-major order.
  SmallVector<Batch> getReshaped(ReshapeOp reshape, const Batch &from) {
    int64_t position = product(shapeOf(reshape.getInput()).take_front(from.axis)) * from.outer;
    SmallVector<Batch> whole, parts;
    int64_t before = 1;
    for (auto [axis, size] : llvm::enumerate(shapeOf(reshape.getResult()))) {
      if (position % before == 0 && before * size >= position * batch) {
        int64_t outer = position / before;
        if (size % (outer * batch) == 0) {
          Batch place{static_cast<int64_t>(axis), outer, size / (outer * batch)};
          (size == batch ? whole : parts).push_back(place);
        }
      }
      before *= size;
    }
    llvm::append_range(whole, parts);
    return whole;
  }

  LogicalResult step(Operation *op, Places &places) {
    SmallVector<std::optional<Batch>> in;
    bool any = false;
    for (Value operand : op->getOperands()) {
      auto found = places.find(operand);
      in.push_back(found == places.end() ? std::nullopt : std::optional<Batch>(found->second));
      any |= in.back().has_value();
    }
    if (!any)
      return success();
    if (isa<func::ReturnOp>(op)) // a batch that is an axis of its own, behind time at most
      return success(llvm::all_of(
          in, [&](auto &place) { return place && place->axis <= 1 && place->outer == 1 && place->inner == 1; }));
    if (op->getNumResults() != 1)
      return failure();
    std::optional<Batch> out = getOutput(op, in);
    if (!out)
      return failure();
    places[op->getResult(0)] = *out;
    return success();
  }

  /// The batch of the op's result, or nothing where the op does not treat it as a batch.
  std::optional<Batch> getOutput(Operation *op, ArrayRef<std::optional<Batch>> in) {
    if (isa<AddOp, MaskOp>(op))
      return getBroadcast(op, in);
    if (auto matmul = dyn_cast<MatmulOp>(op)) {
      bool leading = in[0] && in[1] && *in[0] == *in[1] && in[0]->axis + 2 < matmul.getType().getRank();
      return leading ? in[0] : std::nullopt;
    }
    if (!in[0] || llvm::any_of(in.drop_front(), [](auto &place) { return place.has_value(); }))
      return std::nullopt;
    Batch place = *in[0];
    int64_t axis = place.axis, rank = shapeOf(op->getOperand(0)).size();
    auto keep = [&](bool allowed) { return allowed ? std::optional<Batch>(place) : std::nullopt; };
    if (isa<CastOp, ScaleOp>(op))
      return place;
    if (auto neuron = dyn_cast<NeuronOp>(op))
      return keep((axis > 0 || neuron.getSingleStep()) && neuron.getInit().empty() && neuron.getAxis() != axis);
    if (isa<RepeatTimeOp>(op))
      return place.moved(axis + 1);
    if (auto encode = dyn_cast<EncodeOp>(op)) {
      if (encode.getEncoding().readsTime())
        return keep(axis > 0);
      return place.moved(axis + 1);
    }
    if (isa<DecodeOp>(op))
      return axis > 0 ? std::optional<Batch>(place.moved(axis - 1)) : std::nullopt;
    if (isa<LinearOp>(op))
      return keep(axis + 1 < rank);
    if (auto conv = dyn_cast<ConvOp>(op))
      return keep(axis < std::min(conv.getChannelAxis(), conv.getFirstSpatialAxis()));
    if (auto pool = dyn_cast<PoolOp>(op))
      return keep(axis < std::min(pool.getChannelAxis(), pool.getFirstSpatialAxis()));
    if (auto norm = dyn_cast<BatchNormOp>(op))
      return keep(static_cast<int64_t>(norm.getAxis()) != axis);
    if (auto slice = dyn_cast<SliceOp>(op))
      return keep(static_cast<int64_t>(slice.getAxis()) != axis);
    if (auto transpose = dyn_cast<TransposeOp>(op))
      return place.moved(llvm::find(transpose.getPermutation(), axis) - transpose.getPermutation().begin());
    if (auto reduce = dyn_cast<ReduceOp>(op)) {
      if (llvm::is_contained(reduce.getDims(), axis))
        return std::nullopt;
      int64_t gone = reduce.getKeepDims() ? 0 : llvm::count_if(reduce.getDims(), [&](int64_t dim) { return dim < axis; });
      return place.moved(axis - gone);
    }
    return std::nullopt;
  }

  std::optional<Batch> getBroadcast(Operation *op, ArrayRef<std::optional<Batch>> in) {
    int64_t rank = shapeOf(op->getResult(0)).size();
    std::optional<Batch> out;
    for (auto [operand, place] : llvm::zip_equal(op->getOperands(), in)) {
      if (!place)
        continue;
      Batch aligned = place->moved(place->axis + rank - shapeOf(operand).size());
      if (out && !(*out == aligned))
        return std::nullopt;
      out = aligned;
    }
    for (auto [operand, place] : llvm::zip_equal(op->getOperands(), in)) {
      int64_t axis = out->axis - rank + shapeOf(operand).size();
      if (!place && axis >= 0 && shapeOf(operand)[axis] != 1)
        return std::nullopt;
    }
    return out;
  }

  int64_t batch;
  SmallVector<Operation *> ops;
  size_t furthest = 0;
  int64_t budget = 1 << 18;
};

struct SetBatchPass : impl::SetBatchPassBase<SetBatchPass> {
  using SetBatchPassBase::SetBatchPassBase;

  void runOnOperation() override {
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && failed(setBatch(function)))
        return signalPassFailure();
  }

  LogicalResult setBatch(func::FuncOp function) {
    if (size < 1)
      return function.emitError() << "expected a batch of at least 1, got " << size;
    if (axes.size() != function.getNumArguments() || !function.getBody().hasOneBlock())
      return function.emitError() << "expected one batch axis for each of " << function.getNumArguments()
                                  << " inputs of a function of one block, got " << axes.size();
    Places places;
    std::optional<int64_t> batch;
    for (auto [argument, axis] : llvm::zip_equal(function.getArguments(), axes)) {
      if (axis < 0)
        continue;
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      if (!type || axis >= type.getRank())
        return function.emitError() << "input " << argument.getArgNumber() << " has no axis " << axis;
      if (batch && *batch != type.getDimSize(axis))
        return function.emitError() << "expected one batch size for all inputs, got " << *batch << " and "
                                    << type.getDimSize(axis);
      batch = type.getDimSize(axis);
      places[argument] = {axis};
    }
    if (!batch)
      return function.emitError() << "no input has a batch axis";
    BatchFinder finder(function, *batch);
    if (failed(finder.solve(places)))
      return finder.getFurthest()->emitError()
             << "the batch cannot be changed: this operation does not treat it as a batch";
    for (auto &[value, place] : places) {
      auto type = cast<RankedTensorType>(value.getType());
      SmallVector<int64_t> shape(type.getShape());
      shape[place.axis] = place.outer * size * place.inner;
      value.setType(type.clone(shape));
    }
    function.setType(FunctionType::get(function.getContext(), function.getBody().getArgumentTypes(),
                                       function.getBody().front().getTerminator()->getOperandTypes()));
    return success();
  }
};

} // namespace
} // namespace mlir::spike
