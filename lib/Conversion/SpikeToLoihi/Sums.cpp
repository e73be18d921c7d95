// SPDX-License-Identifier: Apache-2.0
// Sums cost nothing where a neuron or a population reads them: every term has synapses of its own.
#include "Converter.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

/// Stretches the parts of one operand to the shape of the result; what does not change over time repeats.
static void stretch(MutableArrayRef<Part> parts, ArrayRef<int64_t> shape, const std::optional<Axis> &time) {
  for (Part &part : parts) {
    part.axes.broadcast(shape);
    bool changes = llvm::any_of(part.axes.list.front(), [](const Atom &atom) { return atom.time || atom.moves(); });
    if (time && !changes)
      part.axes.list.front() = *time;
  }
}

void Converter::stretchOperands(Signal &lhs, Signal &rhs, ArrayRef<int64_t> shape) const {
  std::optional<Axis> time;
  for (const Signal *signal : {&lhs, &rhs})
    for (const Part &part : signal->parts)
      if (part.axes.hasTime() && part.axes.list.size() == shape.size() && part.axes.isTimeFirst())
        time = part.axes.list.front();
  for (Signal *signal : {&lhs, &rhs}) {
    stretch(signal->parts, shape, time);
    stretch(signal->offsets, shape, time);
  }
}

LogicalResult Converter::visit(AddOp op) {
  Signal lhs = get(op.getLhs()), rhs = get(op.getRhs());
  stretchOperands(lhs, rhs, op.getType().getShape());
  if (rhs.factor)
    std::swap(lhs, rhs);
  lhs.lastStep |= rhs.lastStep;
  if (!lhs.factor) {
    lhs.parts.append(rhs.parts.begin(), rhs.parts.end());
    if (failed(checkConstants(op, lhs.parts)))
      return failure();
    return define(op.getResult(), std::move(lhs));
  }
  // Real numbers at the end of a program: an output adds constants only.
  if (rhs.factor || llvm::any_of(rhs.parts, [](const Part &part) { return part.kind != PartKind::constant; }))
    return refuse(op) << "adds two values after a factor of " << *lhs.factor
                      << "; only a constant may be added there, run spike-quantize first";
  lhs.offsets.append(rhs.parts.begin(), rhs.parts.end());
  if (lhs.offsets.size() > 1)
    return refuse(op) << "adds a second constant to an output; fold the constants into one";
  return define(op.getResult(), std::move(lhs));
}

LogicalResult Converter::checkIntegers(Operation *op, StringRef what, ArrayRef<float> values) const {
  for (float value : values)
    if (!(std::fabs(value) <= 0x1p24f) || value != std::floor(value))
      return refuse(op) << "has a " << what << " of " << value
                        << ", which is no integer up to 2^24; run spike-quantize first";
  return success();
}

LogicalResult Converter::checkConstants(Operation *op, ArrayRef<Part> parts) const {
  for (const Part &part : parts)
    if (part.kind == PartKind::constant && failed(checkIntegers(op, "constant", *part.values)))
      return failure();
  return success();
}

/// Whether products with `factor` are exact.
static bool isPowerOfTwo(double factor) {
  int exponent;
  return std::frexp(factor, &exponent) == 0.5;
}

LogicalResult Converter::visit(ScaleOp op) {
  Signal signal = get(op.getInput());
  double factor = op.getFactor().convertToFloat();
  // Rounded to f32, a product in f64 with the inverse of an f32 number is the quotient of f32.
  if (op.getDivide())
    factor = 1 / factor;
  if (signal.factor) {
    if (!isPowerOfTwo(factor) || !signal.offsets.empty())
      return refuse(op) << "is the second factor of an output; fold the factors into one";
    signal.factor = *signal.factor * factor;
    return define(op.getResult(), std::move(signal));
  }
  bool isWhole = factor >= 1 && factor == std::floor(factor) && factor <= 0x1p24;
  if (!isWhole || readsOnlyResults(op)) {
    signal.factor = factor;
    return define(op.getResult(), std::move(signal));
  }
  for (Part &part : signal.parts)
    if (failed(multiplyPart(op, part, static_cast<int64_t>(factor))))
      return failure();
  return define(op.getResult(), std::move(signal));
}

bool Converter::readsOnlyResults(Operation *op) const {
  return llvm::all_of(op->getResult(0).getUsers(),
                      [](Operation *user) { return user->hasTrait<OpTrait::IsTerminator>(); });
}

LogicalResult Converter::multiplyPart(Operation *op, Part &part, int64_t factor) {
  part.range = part.range.times(factor);
  // Two gains whose product is no weight take a population in between.
  if (part.kind == PartKind::copy && (part.gain == 1 || isPowerOfTwo(factor))) {
    part.gain *= factor;
    return success();
  }
  if (part.kind == PartKind::constant) {
    std::vector<float> values = *part.values;
    for (float &value : values)
      value *= factor;
    part.values = std::make_shared<const std::vector<float>>(std::move(values));
    return checkConstants(op, part);
  }
  int shift = llvm::countr_zero(static_cast<uint64_t>(factor));
  if (part.synapses && factor == int64_t(1) << shift &&
      part.synapses->exponent + shift <= builder.getLimits().weightExponentHigh) {
    auto synapses = std::make_shared<Synapses>(*part.synapses);
    synapses->exponent += shift;
    part.synapses = std::move(synapses);
    return success();
  }
  Part once = part;
  once.range = {part.range.low / factor, part.range.high / factor};
  FailureOr<Part> sent = relay(op, Signal(once), layerOf(op) + "_in");
  if (failed(sent))
    return failure();
  part = *sent;
  part.gain = factor;
  part.range = part.range.times(factor);
  return success();
}

LogicalResult Converter::sumOverTime(Operation *op, Signal signal, const Twine &name, bool keepAxis) {
  FailureOr<Part> sum = relay(op, signal, name, /*overTime=*/true);
  if (failed(sum))
    return failure();
  signal.parts.assign(1, *sum);
  signal.lastStep = true;
  if (!keepAxis)
    signal.parts.front().axes.list.erase(signal.parts.front().axes.list.begin());
  return define(op->getResult(0), std::move(signal));
}

LogicalResult Converter::visit(ReduceOp op) {
  if (op.getKind() != ReduceKind::sum && op.getKind() != ReduceKind::mean)
    return refuse(op) << "takes the " << stringifyReduceKind(op.getKind())
                      << ", but sums only are placed; use a sum, or a pool for a maximum";
  Signal signal = get(op.getInput());
  bool overTime = signal.parts.front().axes.hasTime() && op.getDims().front() == 0;
  SmallVector<int64_t> dims(op.getDims());
  int64_t count = 1;
  for (int64_t dim : dims)
    count *= Axes::size(signal.parts.front().axes.list[dim]);
  if (overTime) {
    for (const Part &part : signal.parts)
      if (!part.axes.isTimeFirst())
        return refuse(op) << "sums over an axis that mixes time with another one; time must stay the leading axis";
    dims.erase(dims.begin());
  }
  bool mustSend = !dims.empty() && !llvm::all_of(signal.parts, [](const Part &p) { return p.kind == PartKind::copy; });
  if (mustSend) {
    FailureOr<Part> sent = relay(op, signal, layerOf(op) + "_in");
    if (failed(sent))
      return failure();
    signal.parts.assign(1, *sent);
  }
  for (Part &part : signal.parts)
    for (int64_t dim : llvm::reverse(dims)) {
      Axis &axis = part.axes.list[dim];
      for (const Atom &atom : axis) {
        if (atom.time)
          return refuse(op) << "sums over an axis that mixes time with another one; time must stay the leading axis";
        part.range = part.range.times(atom.size);
        if (atom.place == 0)
          part.gain *= atom.size;
        else
          part.sums.push_back({atom.size, atom.place});
      }
      axis.clear();
      if (!op.getKeepDims())
        part.axes.list.erase(part.axes.list.begin() + dim);
    }
  if (op.getKind() == ReduceKind::mean)
    signal.factor = 1.0 / static_cast<double>(count);
  if (overTime)
    return sumOverTime(op, std::move(signal), layerOf(op) + "_sum", op.getKeepDims());
  return define(op.getResult(), std::move(signal));
}

LogicalResult Converter::visit(DecodeOp op) {
  Signal signal = get(op.getInput());
  for (const Part &part : signal.parts)
    if (!part.axes.hasTime() || !part.axes.isTimeFirst())
      return refuse(op) << "reads a value without a leading time axis";
  switch (op.getKind()) {
  case DecodeKind::mean:
    signal.factor = 1.0 / static_cast<double>(timeSteps);
    [[fallthrough]];
  case DecodeKind::count:
    return sumOverTime(op, std::move(signal), layerOf(op) + "_sum", false);
  case DecodeKind::last:
    signal.lastStep = true;
    for (Part &part : signal.parts)
      part.axes.list.erase(part.axes.list.begin());
    return define(op.getResult(), std::move(signal));
  case DecodeKind::first_spike:
    return refuse(op) << "reads the time of the first spike, which no population sends; read a mean or a count";
  }
  return success();
}
