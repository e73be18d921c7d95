// SPDX-License-Identifier: Apache-2.0
// Interval arithmetic in f64. It need not be tight to the last place: range analysis proves the program that comes out.
#include "Intervals.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

namespace {

Interval uniform(double low, double high) { return {Channels(low), Channels(high)}; }
Interval uniform(const Interval &x) { return uniform(x.low.least(), x.high.most()); }

/// A sum of up to `count` elements.
Interval sumOf(const Interval &x, double count) {
  return uniform(std::min(0.0, x.low.least() * count), std::max(0.0, x.high.most() * count));
}

Interval product(const Interval &a, const Interval &b) {
  double ends[] = {a.low.least() * b.low.least(), a.low.least() * b.high.most(), a.high.most() * b.low.least(),
                   a.high.most() * b.high.most()};
  return uniform(*std::min_element(ends, ends + 4), *std::max_element(ends, ends + 4));
}

Interval joined(ArrayRef<Interval> in) {
  Interval result = uniform(in.front());
  for (const Interval &x : in.drop_front())
    result = uniform(std::min(result.low[0], x.low.least()), std::max(result.high[0], x.high.most()));
  return result;
}

/// Each channel keeps its interval where the op keeps channels apart.
Interval moved(Operation *op, const Interval &x) {
  std::optional<Channels> low = move(op->getOpOperand(0), x.low), high = move(op->getOpOperand(0), x.high);
  return low && high ? Interval{*low, *high} : uniform(x);
}

} // namespace

Interval mlir::spike::quantize::scaled(Interval x, double factor) {
  for (Channels *end : {&x.low, &x.high})
    for (double &value : end->values)
      value *= factor;
  return x;
}

Interval mlir::spike::quantize::alongAxis(const Interval &x, int64_t axis) {
  return x.low.axis == axis && x.high.axis == axis ? x : uniform(x);
}

Interval mlir::spike::quantize::boundSynapse(const SynapseNumbers &synapse, size_t outputs, const Interval &in,
                                             int64_t axis) {
  double inLow = in.low.least(), inHigh = in.high.most();
  // As range analysis, which has to prove it: the bias of any output may meet the sum of any other.
  double leastBias = 0, mostBias = 0;
  if (!synapse.bias.empty()) {
    leastBias = *std::min_element(synapse.bias.begin(), synapse.bias.end());
    mostBias = *std::max_element(synapse.bias.begin(), synapse.bias.end());
  }
  size_t depth = synapse.weights.size() / outputs;
  Interval result = {Channels(std::vector<double>(outputs), axis), Channels(std::vector<double>(outputs), axis)};
  for (size_t o = 0; o < outputs; ++o) {
    double least = 0, most = 0;
    for (size_t k = o * depth; k < (o + 1) * depth; ++k) {
      double a = synapse.weights[k] * inLow, b = synapse.weights[k] * inHigh;
      least += std::min({a, b, 0.0});
      most += std::max({a, b, 0.0});
    }
    result.low.values[o] = least + leastBias;
    result.high.values[o] = most + mostBias;
  }
  return result;
}

Interval mlir::spike::quantize::boundOp(Operation *op, ArrayRef<Interval> in, Numbers numbers) {
  bool real = numbers == Numbers::real;
  return llvm::TypeSwitch<Operation *, Interval>(op)
      .Case(
          [](NeuronOp neuron) { return uniform(0, static_cast<double>(neuron.getModel().getMaxOutput().value_or(1))); })
      .Case<AddOp>(
          [&](auto) { return uniform(in[0].low.least() + in[1].low.least(), in[0].high.most() + in[1].high.most()); })
      .Case<MaskOp>([&](auto) { return product(in[0], in[1]); })
      .Case([&](MatmulOp matmul) {
        ArrayRef<int64_t> shape = matmul.getLhs().getType().getShape();
        return sumOf(product(in[0], in[1]), shape[shape.size() - (matmul.getTransposeLhs() ? 2 : 1)]);
      })
      .Case([&](ScaleOp scale) {
        double factor = scale.getFactor().convertToDouble();
        return real ? scaled(in[0], scale.getDivide() ? 1 / factor : factor) : in[0];
      })
      .Case([&](ReduceOp reduce) {
        double count = 1;
        for (int64_t dim : reduce.getDims())
          count *= static_cast<double>(reduce.getInput().getType().getDimSize(dim));
        return reduce.getKind() == ReduceKind::max || (real && reduce.getKind() == ReduceKind::mean)
                   ? uniform(in[0])
                   : sumOf(in[0], count);
      })
      .Case([&](DecodeOp decode) {
        double steps = static_cast<double>(decode.getInput().getType().getDimSize(0));
        return real && decode.getKind() == DecodeKind::mean ? uniform(in[0]) : sumOf(in[0], steps);
      })
      .Case([&](PoolOp pool) {
        if (pool.getKind() == PoolKind::max)
          return moved(op, in[0]);
        double taps = static_cast<double>(pool.getKernel()[0] * pool.getKernel()[1]);
        return scaled(sumOf(in[0], taps), real ? 1 / taps : 1);
      })
      .Case<ConcatOp>([&](auto) { return joined(in); })
      .Case<ReshapeOp, TransposeOp, SliceOp>([&](auto) { return moved(op, in[0]); })
      .Default([&](Operation *) { return in[0]; });
}
