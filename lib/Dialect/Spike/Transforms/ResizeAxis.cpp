// SPDX-License-Identifier: Apache-2.0
// An axis followed through every op of a function.
#include "ResizeAxis.h"
#include "llvm/ADT/STLExtras.h"

namespace mlir::spike {
namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

/// Finds the axis in every value of a function. A reshape of an axis of one may put it in several places; the first
/// choice under which every op accepts it is taken. Each of them is right: the elements' order is the same.
class AxisFinder {
public:
  AxisFinder(func::FuncOp function, AxisKind kind, int64_t length) : kind(kind), length(length) {
    for (Operation &op : function.getBody().front())
      ops.push_back(&op);
  }

  LogicalResult solve(AxisPlaces &places) { return solve(0, places); }

  /// The op that the search got to and could not pass.
  Operation *getFurthest() const { return ops[std::min(furthest, ops.size() - 1)]; }

private:
  LogicalResult solve(size_t index, AxisPlaces &places) {
    for (; index < ops.size(); ++index) {
      furthest = std::max(furthest, index);
      Operation *op = ops[index];
      if (--budget < 0)
        return failure();
      if (auto reshape = dyn_cast<ReshapeOp>(op)) {
        auto found = places.find(reshape.getInput());
        if (found == places.end())
          continue;
        SmallVector<AxisPlace> choices = getReshaped(reshape, found->second);
        if (choices.empty())
          return failure();
        for (const AxisPlace &choice : ArrayRef(choices).drop_back()) {
          AxisPlaces attempt = places;
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

  /// Possible places of the axis after a reshape: the same position in row-major order.
  SmallVector<AxisPlace> getReshaped(ReshapeOp reshape, const AxisPlace &from) {
    int64_t position = product(shapeOf(reshape.getInput()).take_front(from.axis)) * from.outer;
    SmallVector<AxisPlace> whole, parts;
    int64_t before = 1;
    for (auto [axis, size] : llvm::enumerate(shapeOf(reshape.getResult()))) {
      if (position % before == 0 && before * size >= position * length) {
        int64_t outer = position / before;
        if (size % (outer * length) == 0) {
          AxisPlace place{static_cast<int64_t>(axis), outer, size / (outer * length)};
          (size == length ? whole : parts).push_back(place);
        }
      }
      before *= size;
    }
    llvm::append_range(whole, parts);
    return whole;
  }

  LogicalResult step(Operation *op, AxisPlaces &places) {
    SmallVector<std::optional<AxisPlace>> in;
    bool any = false;
    for (Value operand : op->getOperands()) {
      auto found = places.find(operand);
      in.push_back(found == places.end() ? std::nullopt : std::optional<AxisPlace>(found->second));
      any |= in.back().has_value();
    }
    if (!any)
      return success();
    if (isa<func::ReturnOp>(op)) // an axis of its own: time first, the batch first or behind it
      return success(llvm::all_of(in, [&](auto &place) {
        if (!place)
          return kind == AxisKind::step;
        return place->axis <= (kind == AxisKind::batch) && place->outer == 1 && place->inner == 1;
      }));
    if (kind == AxisKind::step && reducesTime(op, in[0]))
      return success();
    auto neuron = dyn_cast<NeuronOp>(op);
    if (op->getNumResults() != 1 && !neuron)
      return failure();
    std::optional<AxisPlace> out = getOutput(op, in);
    if (!out)
      return failure();
    places[op->getResult(0)] = *out;
    if (neuron)
      for (Value state : neuron.getFinalState()) {
        if (neuron.getTrace() || neuron.getSingleStep())
          places[state] = *out;
        else if (kind == AxisKind::batch) // the last state has no time
          places[state] = out->moved(out->axis - 1);
      }
    return success();
  }

  /// The axis in the op's result, or nothing where the op mixes its elements.
  std::optional<AxisPlace> getOutput(Operation *op, ArrayRef<std::optional<AxisPlace>> in) {
    if (isa<AddOp, MaskOp, MapOp>(op))
      return getBroadcast(op, in);
    if (auto matmul = dyn_cast<MatmulOp>(op)) {
      bool leading = in[0] && in[1] && *in[0] == *in[1] && in[0]->axis + 2 < matmul.getType().getRank();
      return leading ? in[0] : std::nullopt;
    }
    if (auto concat = dyn_cast<ConcatOp>(op))
      return getJoined(concat, in);
    if (!in[0] || llvm::any_of(in.drop_front(), [](auto &place) { return place.has_value(); }))
      return std::nullopt;
    AxisPlace place = *in[0];
    int64_t axis = place.axis, rank = shapeOf(op->getOperand(0)).size();
    auto keep = [&](bool allowed) { return allowed ? std::optional<AxisPlace>(place) : std::nullopt; };
    if (isa<CastOp, ScaleOp, QuantizeOp>(op))
      return place;
    if (auto neuron = dyn_cast<NeuronOp>(op))
      return keep(isNeuronAxis(neuron, place) && (kind == AxisKind::step || neuron.getInit().empty()) &&
                  neuron.getAxis() != axis);
    if (isa<RepeatTimeOp>(op))
      return place.moved(axis + 1);
    if (auto encode = dyn_cast<EncodeOp>(op)) {
      if (encode.getEncoding().readsTime())
        return keep(axis > 0);
      return place.moved(axis + 1);
    }
    if (isa<DecodeOp>(op)) {
      place.axis -= 1;
      return keep(axis > 0);
    }
    if (isa<LinearOp>(op))
      return keep(axis + 1 < rank);
    if (auto conv = dyn_cast<ConvOp>(op))
      return keep(axis < std::min(conv.getChannelAxis(), conv.getFirstSpatialAxis()));
    if (auto pool = dyn_cast<PoolOp>(op))
      return keep(axis < std::min(pool.getChannelAxis(), pool.getFirstSpatialAxis()));
    if (auto norm = dyn_cast<BatchNormOp>(op))
      return keep(static_cast<int64_t>(norm.getAxis()) != axis);
    if (auto pad = dyn_cast<PadOp>(op))
      return keep(axis < pad.getFirstAxis());
    if (auto slice = dyn_cast<SliceOp>(op))
      return keep(static_cast<int64_t>(slice.getAxis()) != axis);
    if (auto transpose = dyn_cast<TransposeOp>(op))
      return place.moved(llvm::find(transpose.getPermutation(), axis) - transpose.getPermutation().begin());
    if (auto reduce = dyn_cast<ReduceOp>(op)) {
      if (llvm::is_contained(reduce.getDims(), axis))
        return std::nullopt;
      int64_t gone =
          reduce.getKeepDims() ? 0 : llvm::count_if(reduce.getDims(), [&](int64_t dim) { return dim < axis; });
      return place.moved(axis - gone);
    }
    return std::nullopt;
  }

  /// Parts that all have the axis: apart from the joined one it stays, along it the parts lie around it.
  std::optional<AxisPlace> getJoined(ConcatOp concat, ArrayRef<std::optional<AxisPlace>> in) {
    bool along = in[0] && in[0]->axis == static_cast<int64_t>(concat.getAxis());
    auto agrees = [&](const std::optional<AxisPlace> &place) {
      return place && place->axis == in[0]->axis && place->inner == in[0]->inner &&
             (along || place->outer == in[0]->outer);
    };
    if (!in[0] || !llvm::all_of(in, agrees))
      return std::nullopt;
    AxisPlace place = *in[0];
    if (along)
      for (auto &part : in.drop_front())
        place.outer += part->outer;
    return place;
  }

  /// A reduction over the time axis, first and by itself, and over nothing else: its result has no time.
  static bool reducesTime(Operation *op, const std::optional<AxisPlace> &place) {
    if (!place || !(*place == AxisPlace{0}))
      return false;
    if (auto reduce = dyn_cast<ReduceOp>(op))
      return reduce.getDims() == ArrayRef<int64_t>{0};
    auto decode = dyn_cast<DecodeOp>(op);
    return decode && decode.getKind() != DecodeKind::first_spike;
  }

  /// A neuron has its time first and by itself; the batch is any other axis. Without memory all axes are the same to
  /// it.
  bool isNeuronAxis(NeuronOp neuron, const AxisPlace &place) {
    if (neuron.getModel().getStateNames().empty() && neuron.getParams().empty())
      return true;
    if (kind != AxisKind::batch)
      return !neuron.getSingleStep() && place == AxisPlace{0};
    return neuron.getSingleStep() || place.axis > 0;
  }

  std::optional<AxisPlace> getBroadcast(Operation *op, ArrayRef<std::optional<AxisPlace>> in) {
    int64_t rank = shapeOf(op->getResult(0)).size();
    std::optional<AxisPlace> out;
    for (auto [operand, place] : llvm::zip_equal(op->getOperands(), in)) {
      if (!place)
        continue;
      AxisPlace aligned = place->moved(place->axis + rank - shapeOf(operand).size());
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

  AxisKind kind;
  int64_t length;
  SmallVector<Operation *> ops;
  size_t furthest = 0;
  int64_t budget = 1 << 18;
};

} // namespace

Operation *findAxis(func::FuncOp function, AxisKind kind, AxisPlaces &places, int64_t size) {
  AxisFinder finder(function, kind, size);
  return succeeded(finder.solve(places)) ? nullptr : finder.getFurthest();
}

void applyAxis(func::FuncOp function, const AxisPlaces &places, int64_t newSize) {
  for (auto [value, place] : places) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape[place.axis] = place.outer * newSize * place.inner;
    value.setType(type.clone(shape));
  }
  function.setType(FunctionType::get(function.getContext(), function.getBody().getArgumentTypes(),
                                     function.getBody().front().getTerminator()->getOperandTypes()));
}

LogicalResult resizeAxis(func::FuncOp function, AxisKind kind, AxisPlaces places, int64_t size, int64_t newSize) {
  if (Operation *op = findAxis(function, kind, places, size))
    return op->emitError()
           << (kind == AxisKind::batch
                   ? "the batch cannot be changed: this operation does not treat it as a batch"
                   : "the number of time steps cannot be changed: this operation does not treat them as time steps");
  applyAxis(function, places, newSize);
  return success();
}

} // namespace mlir::spike
