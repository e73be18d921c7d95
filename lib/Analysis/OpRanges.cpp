// SPDX-License-Identifier: Apache-2.0
// Range of every stateless op's result. A range that is kept covers every partial sum of the op, so the order of a sum
// does not matter and nothing is rounded.
#include "spike/Analysis/RangeAnalysis.h"

#include "spike/Support/Weights.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace mlir::spike;

namespace {

/// The mean of `count` elements: exact if the sum is and the count is a power of two.
GridRange meanOf(const GridRange &range, int64_t count) { return range.sumOf(count) / GridRange::get(count, count, 0); }

/// Sum over inputs in `x` with constant weights [outputs, ...], the widest of all outputs. A tap may be missing.
GridRange synapse(const GridRange &x, Value weight, const GridRange &w, std::optional<GridRange> bias) {
  std::optional<Weights> weights;
  if (!x.isGrid() || !w.isGrid() || !(weights = Weights::get(weight)))
    return GridRange::real();
  using Wide = GridRange::Wide;
  ArrayRef<float> values = weights->values();
  size_t depth = values.size() / cast<RankedTensorType>(weight.getType()).getDimSize(0);
  Wide low = 0, high = 0;
  for (; !values.empty(); values = values.drop_front(depth)) {
    Wide least = 0, most = 0;
    for (float value : values.take_front(depth)) {
      auto units = static_cast<int64_t>(std::ldexp(static_cast<double>(value), w.getFractionBits()));
      Wide a = Wide(units) * x.getLow(), b = Wide(units) * x.getHigh();
      least += std::min<Wide>({a, b, 0});
      most += std::max<Wide>({a, b, 0});
    }
    low = std::min(low, least);
    high = std::max(high, most);
  }
  GridRange sum = GridRange::get(low, high, x.getFractionBits() + w.getFractionBits());
  return bias ? sum + *bias : sum;
}

GridRange pool(PoolOp op, const GridRange &x) {
  if (op.getKind() == PoolKind::max)
    return x;
  // Without padding every tap is inside the image.
  bool padded = llvm::any_of(op.getPadding(), [](int64_t pad) { return pad != 0; });
  if (padded && !op.getCountIncludePad())
    return GridRange::real();
  return meanOf(x, op.getKernel()[0] * op.getKernel()[1]);
}

GridRange reduce(ReduceOp op, const GridRange &x) {
  if (op.getKind() == ReduceKind::max)
    return x;
  int64_t count = 1;
  for (int64_t dim : op.getDims())
    count *= op.getInput().getType().getDimSize(dim);
  if (op.getKind() == ReduceKind::nonzero)
    return GridRange::get(0, count, 0);
  return op.getKind() == ReduceKind::mean ? meanOf(x, count) : x.sumOf(count);
}

GridRange decode(DecodeOp op, const GridRange &x) {
  int64_t steps = op.getInput().getType().getDimSize(0);
  switch (op.getKind()) {
  case DecodeKind::mean:
    return meanOf(x, steps);
  case DecodeKind::count:
    return x.sumOf(steps);
  case DecodeKind::first_spike:
    // Whether a rounded value is zero is not exact.
    return x.isGrid() ? GridRange::get(0, steps, 0) : GridRange::real();
  case DecodeKind::last:
    return x;
  }
  llvm_unreachable("every kind is handled");
}

GridRange scale(ScaleOp op, const GridRange &x) {
  GridRange factor = GridRange::of(op.getFactor().convertToFloat());
  return op.getDivide() ? x / factor : x * factor;
}

/// A comparison of values that may be rounded may come out differently, so it is not exact either.
GridRange map(MapOp op, ArrayRef<GridRange> in) {
  if (!llvm::all_of(in, [](const GridRange &range) { return range.isGrid(); }))
    return GridRange::real();
  if (op.isComparison())
    return GridRange::get(0, 1, 0);
  const GridRange &x = in[0];
  switch (op.getKind()) {
  case MapKind::abs:
    return GridRange::join(x, GridRange::zero() - x).clampedTo(0.0, INFINITY);
  case MapKind::floor:
  case MapKind::ceil:
  case MapKind::round:
    return GridRange::get(std::floor(x.getLowValue()), std::ceil(x.getHighValue()), 0);
  case MapKind::max:
  case MapKind::min:
    return GridRange::join(x, in[1]);
  case MapKind::div:
    return x / in[1];
  case MapKind::select:
    return GridRange::join(in[1], in[2]);
  default:
    return GridRange::real();
  }
}

} // namespace

GridRange mlir::spike::computeRange(Operation *op, ArrayRef<GridRange> in) {
  auto optional = [&](Value value, size_t i) { return value ? std::optional<GridRange>(in[i]) : std::nullopt; };
  return llvm::TypeSwitch<Operation *, GridRange>(op)
      .Case([&](ConstantOp constant) { return GridRange::ofConstant(constant.getValue()); })
      .Case<CastOp, ReshapeOp, TransposeOp, SliceOp, RepeatTimeOp>([&](auto) { return in[0]; })
      .Case([&](ConcatOp) { return std::accumulate(in.begin() + 1, in.end(), in[0], GridRange::join); })
      .Case([&](EncodeOp encode) {
        return encode.getEncoding().isBinary()         ? GridRange::get(0, 1, 0)
               : isa<DirectAttr>(encode.getEncoding()) ? in[0]
                                                       : GridRange::real();
      })
      .Case([&](DecodeOp op) { return decode(op, in[0]); })
      .Case([&](LinearOp op) { return synapse(in[0], op.getWeight(), in[1], optional(op.getBias(), 2)); })
      .Case([&](ConvOp op) { return synapse(in[0], op.getWeight(), in[1], optional(op.getBias(), 2)); })
      .Case([&](MatmulOp op) {
        auto shape = op.getLhs().getType().getShape();
        return (in[0] * in[1]).sumOf(shape[shape.size() - (op.getTransposeLhs() ? 2 : 1)]);
      })
      .Case([&](AddOp) { return in[0] + in[1]; })
      .Case([&](MaskOp) { return in[0] * in[1]; })
      .Case([&](ScaleOp op) { return scale(op, in[0]); })
      // A product that is rounded may round to another integer, but to an integer of the interval.
      .Case([&](QuantizeOp op) {
        return GridRange::get(static_cast<int64_t>(op.getLow()), static_cast<int64_t>(op.getHigh()), 0);
      })
      .Case([&](MapOp op) { return map(op, in); })
      .Case([&](PadOp) { return GridRange::join(in[0], GridRange::zero()); })
      .Case([&](PoolOp op) { return pool(op, in[0]); })
      .Case([&](ReduceOp op) { return reduce(op, in[0]); })
      // The gain of a batch normalisation is a rounded quotient.
      .Default([](Operation *) { return GridRange::real(); });
}
