// SPDX-License-Identifier: Apache-2.0
// Limits from the worst input: sums, currents, membranes, thresholds, biases and gains.
#include "Limits.h"

#include <cmath>

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

static void forEachChannel(size_t count, ArrayRef<const Channels *> all, function_ref<void(size_t)> body) {
  for (const Channels *channels : all)
    count = std::max(count, channels->size());
  for (size_t c = 0; c < count; ++c)
    body(c);
}

std::vector<Limit> mlir::spike::quantize::getLimits(const ScaleGraph &graph, unsigned root, size_t channels,
                                                    int align) {
  std::vector<Limit> limits(channels);
  double largestCurrent = getLargestCurrent(align);
  for (auto &[use, shortcut] : graph.shortcuts)
    if (auto [group, gain] = graph.resolve(shortcut); group == root)
      limits.front().lower(kLargestGain / gain, use->getOwner(), "gain of a shortcut", kLargestGain);
  for (auto &[value, facts] : graph.values) {
    auto [group, factor] = graph.resolve(value);
    if (group != root)
      continue;
    Operation *op = value.getDefiningOp();
    forEachChannel(channels, {&facts.interval.low, &facts.interval.high}, [&, f = factor, &facts = facts](size_t c) {
      double magnitude = std::max(std::abs(facts.interval.low[c]), std::abs(facts.interval.high[c]));
      limits[channels == 1 ? 0 : c].lower(kLargestState / (magnitude * f), op, "sum", kLargestState);
    });
  }
  for (auto &[op, neuron] : graph.neurons) {
    auto [group, factor] = graph.resolve(op->getOperand(0));
    if (group != root)
      continue;
    ValueFacts in = graph.lookup(op->getOperand(0));
    Channels bias = in.bias.value_or(Channels(0.0));
    addTo(bias, neuron.shift);
    int64_t axis = std::max(bias.axis, neuron.threshold.axis);
    Interval current = alongAxis(in.interval, axis < 0 ? in.interval.low.axis : axis);
    SmallVector<const Channels *> each = {&current.low, &current.high, &bias, &neuron.threshold};
    forEachChannel(channels, each, [&, f = factor, op = op, &neuron = neuron](size_t c) {
      Limit &limit = limits[channels == 1 ? 0 : c];
      double low = current.low[c], high = current.high[c], threshold = neuron.threshold[c];
      double bound = neuron.boundMembrane(low + bias[c], high + bias[c], threshold, cast<NeuronOp>(op).getTimeSteps());
      limit.lower(largestCurrent / (std::max(std::abs(low), std::abs(high)) * f), op, "current", largestCurrent);
      limit.lower(largestCurrent / (bound * f), op, "membrane", largestCurrent);
      limit.lower(kLargestBias / (std::abs(bias[c]) * f * (1 << align)), op, "bias", kLargestBias);
      if (bound >= threshold) // else it never fires
        limit.lower(kLargestThreshold / (threshold * f), op, "threshold", kLargestThreshold);
    });
  }
  return limits;
}
