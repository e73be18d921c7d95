// SPDX-License-Identifier: Apache-2.0
// Reshapes, transposes and slices change strides only; what strides cannot say goes through a population.
#include "Converter.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// A constant with all its elements in the order of its tensor.
static Part makeRowMajor(const Part &constant) {
  std::vector<float> values = evaluate(constant);
  Part part = constant;
  part.axes = Axes();
  int64_t stride = values.size();
  for (int64_t size : constant.axes.shape()) {
    stride /= size;
    part.axes.list.push_back(Axes::axis(size, 0, stride));
  }
  part.values = std::make_shared<const std::vector<float>>(std::move(values));
  return part;
}

LogicalResult Converter::changeView(Operation *op, function_ref<bool(Axes &)> change) {
  Signal signal = get(op->getOperand(0));
  auto changeAll = [&](MutableArrayRef<Part> parts) -> LogicalResult {
    for (Part &part : parts) {
      if (change(part.axes))
        continue;
      if (part.axes.hasTime() && !part.axes.isTimeFirst())
        return refuse(op) << "mixes time with another axis; time must stay the leading axis";
      if (part.kind == PartKind::constant) {
        part = makeRowMajor(part);
      } else if (part.source < 0) {
        return refuse(op) << "changes real input in a way that no strides express; quantise it first";
      } else {
        for (int attempt = 0; attempt < 2 && (attempt == 0 || part.kind != PartKind::copy); ++attempt) {
          FailureOr<Part> sent = relayAlone(op, part, layerOf(op) + "_view");
          if (failed(sent))
            return failure();
          part = *sent;
        }
      }
      if (!change(part.axes))
        return refuse(op) << "cuts or mixes the time axis; time must stay the leading axis";
    }
    return success();
  };
  if (failed(changeAll(signal.parts)) || failed(changeAll(signal.offsets)))
    return failure();
  return define(op->getResult(0), std::move(signal));
}

LogicalResult Converter::visit(ReshapeOp op) {
  return changeView(op, [&](Axes &axes) { return axes.reshape(op.getType().getShape()); });
}

LogicalResult Converter::visit(TransposeOp op) {
  return changeView(op, [&](Axes &axes) {
    axes.transpose(op.getPermutation());
    return true;
  });
}

LogicalResult Converter::visit(SliceOp op) {
  return changeView(
      op, [&](Axes &axes) { return axes.slice(op.getAxis(), op.getOffset(), op.getType().getShape()[op.getAxis()]); });
}

LogicalResult Converter::visit(CastOp op) {
  return changeView(op, [](Axes &) { return true; });
}

LogicalResult Converter::visit(ConcatOp op) {
  int64_t axis = op.getAxis();
  const Axes &first = get(op.getInputs().front()).parts.front().axes;
  if (first.hasTime() && (!first.isTimeFirst() || axis == 0))
    return refuse(op) << "joins time steps; time must stay the leading axis, with all steps in one tensor";
  Axes axes = Axes::rowMajor(op.getType().getShape());
  if (first.hasTime())
    axes.list.front() = first.list.front();
  Numbering numbering = Numbering::rowMajor(axes, axes.list.size() - 1);

  Interval range;
  for (Value input : op.getInputs()) {
    FailureOr<Part> part = readMessages(op, input);
    if (failed(part))
      return failure();
    range = {std::min(range.low, part->range.low), std::max(range.high, part->range.high)};
  }
  std::string name = layerOf(op) + "_concat";
  bool spikes = range.isSpike();
  FailureOr<int32_t> population = spikes ? addGate(op, Gate::any, name, numbering, range, -1)
                                         : addProgramPopulation(op, makeRelay(false), name, numbering, range, -1);
  if (failed(population))
    return failure();
  int64_t offset = 0;
  for (Value input : op.getInputs()) {
    int64_t size = shapeOf(input)[axis];
    Numbering piece = numbering;
    piece.axes.slice(axis, offset, size);
    if (failed(feed(op, get(input), piece, *population, 0, spikes ? kAnyWeight : 1)))
      return failure();
    offset += size;
  }
  return define(op.getResult(), Signal(builder.read(*population, numbering)));
}
