// SPDX-License-Identifier: Apache-2.0
// How a channel axis moves through the ops that keep channels apart.
#include "Channels.h"

#include "llvm/ADT/TypeSwitch.h"
#include <numeric>

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// The axis of `out` with the elements of axis `axis` of `in`, two shapes of the same elements.
static std::optional<int64_t> findAxis(ArrayRef<int64_t> in, ArrayRef<int64_t> out, int64_t axis) {
  auto inner = [](ArrayRef<int64_t> shape, int64_t from) {
    ArrayRef<int64_t> rest = shape.drop_front(from + 1);
    return std::accumulate(rest.begin(), rest.end(), int64_t(1), std::multiplies<int64_t>());
  };
  for (int64_t i = 0, e = out.size(); i < e; ++i)
    if (out[i] == in[axis] && inner(out, i) == inner(in, axis))
      return i;
  return std::nullopt;
}

std::optional<int64_t> mlir::spike::quantize::moveAxis(OpOperand &use, int64_t axis) {
  using Axis = std::optional<int64_t>;
  ArrayRef<int64_t> in = shapeOf(use.get());
  return llvm::TypeSwitch<Operation *, Axis>(use.getOwner())
      .Case<ScaleOp>([&](auto) { return Axis(axis); })
      .Case([&](ReshapeOp op) { return findAxis(in, shapeOf(op), axis); })
      .Case([&](TransposeOp op) { return Axis(llvm::find(op.getPermutation(), axis) - op.getPermutation().begin()); })
      .Case([&](PoolOp op) { return axis == op.getChannelAxis() ? Axis(axis) : std::nullopt; })
      .Case([&](SliceOp op) { return static_cast<int64_t>(op.getAxis()) == axis ? std::nullopt : Axis(axis); })
      .Case([&](DecodeOp) { return axis > 0 ? Axis(axis - 1) : std::nullopt; })
      .Case([&](ReduceOp op) {
        if (llvm::is_contained(op.getDims(), axis))
          return Axis();
        int64_t before = llvm::count_if(op.getDims(), [&](int64_t dim) { return dim < axis; });
        return Axis(op.getKeepDims() ? axis : axis - before);
      })
      .Case([&](AddOp op) {
        int64_t moved = axis + static_cast<int64_t>(shapeOf(op).size() - in.size());
        return shapeOf(op)[moved] == in[axis] ? Axis(moved) : std::nullopt;
      })
      .Default([](Operation *) { return Axis(); });
}

std::optional<Channels> mlir::spike::quantize::move(OpOperand &use, const Channels &channels) {
  if (channels.isUniform())
    return channels;
  std::optional<int64_t> axis = moveAxis(use, channels.axis);
  return axis ? std::optional<Channels>(Channels(channels.values, *axis)) : std::nullopt;
}

/// Joins two lists of numbers into the first; false if they run along different axes.
static bool combine(Channels &into, const Channels &other, function_ref<double(double, double)> join) {
  if (!into.isUniform() && !other.isUniform() && into.axis != other.axis)
    return false;
  Channels result(std::vector<double>(std::max(into.size(), other.size())), into.isUniform() ? other.axis : into.axis);
  for (size_t c = 0; c < result.size(); ++c)
    result.values[c] = join(into[c], other[c]);
  into = result;
  return true;
}

bool mlir::spike::quantize::addTo(Channels &sum, const Channels &other) {
  return combine(sum, other, std::plus<double>());
}

bool mlir::spike::quantize::multiplyBy(Channels &product, const Channels &other) {
  return combine(product, other, std::multiplies<double>());
}

std::optional<Channels> mlir::spike::quantize::moveJoined(OpOperand &use, const Channels &channels) {
  if (std::optional<Channels> moved = move(use, channels))
    return moved;
  auto reshape = dyn_cast<ReshapeOp>(use.getOwner());
  if (!reshape)
    return std::nullopt;
  ArrayRef<int64_t> in = shapeOf(use.get()), out = shapeOf(reshape);
  int64_t inner = 1, outer = 1, end = in.size();
  for (int64_t i = channels.axis + 1; i < end; ++i)
    inner *= in[i];
  for (int64_t i = 0; i < channels.axis; ++i)
    outer *= in[i];
  for (auto [axis, size] : llvm::enumerate(out)) {
    int64_t copies = size / in[channels.axis];
    if (outer == 1 && copies * in[channels.axis] == size && copies <= inner && inner % copies == 0) {
      Channels result(std::vector<double>(size), static_cast<int64_t>(axis));
      for (int64_t i = 0; i < size; ++i)
        result.values[i] = channels.values[i / copies];
      return result;
    }
    if (outer % size != 0)
      return std::nullopt;
    outer /= size;
  }
  return std::nullopt;
}
