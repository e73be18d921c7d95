// SPDX-License-Identifier: Apache-2.0
// Thresholds, biases and gains of neurons.
#include "NeuronNumbers.h"

#include <cmath>

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

/// Bits by which a current of known integers is multiplied where no number of bits makes membranes exact.
static constexpr int kInexactGain = 3;

double NeuronNumbers::choose(int align) {
  Value input = op.getInput();
  ValueFacts facts = graph.lookup(input);
  int64_t steps = op.getTimeSteps();
  bool known = graph.resolve(input).first == 0;
  result = NeuronPlan();
  result.align = align;
  if (known)
    chooseGain(ofCurrent.magnitude());
  Channels bias = facts.bias.value_or(Channels(0.0));
  addTo(bias, neuron.shift);
  // One channel axis at most, which all that is not uniform runs along.
  int64_t axis = std::max({bias.axis, neuron.threshold.axis, scales.size() > 1 ? ofCurrent.low.axis : int64_t(-1)});
  size_t count = std::max({bias.size(), neuron.threshold.size(), scales.size()});
  // With one number for all, each channel of the current meets it.
  Interval current = count > 1 ? alongAxis(ofCurrent, axis) : ofCurrent;
  size_t ends = count > 1 ? 1 : std::max(current.low.size(), current.high.size());
  for (Channels *channels : {&result.scale, &result.threshold, &result.bias})
    *channels = Channels(std::vector<double>(count), count > 1 ? axis : -1);
  bool soft = neuron.reset == ResetKind::soft;
  bool counts = neuron.levels > 1;
  result.fire = soft || counts ? neuron.fire : FireRule::gt;
  std::optional<unsigned> digits = neuron.getFractionBits();
  bool hasDigits = digits && result.gain >= *digits * (steps - 1);
  double chipKeep = 1 - static_cast<double>(neuron.getDecay()) / 4096, ratio = 1, aligned = 1 << align;
  double largestCurrent = getLargestCurrent(align), unit = std::ldexp(1.0, result.gain);
  for (size_t c = 0; c < count; ++c) {
    double scale = scales[scales.size() == 1 ? 0 : c] * unit, exact = neuron.threshold[c] * scale;
    double added = bias[c] * scale * aligned, threshold = std::rint(exact);
    // "At least zero" is "above zero" of one more.
    added = roundBias(neuron.threshold[c] == 0 && neuron.fire == FireRule::ge ? std::rint(added) + 1 : added);
    // Where membranes are whole units, "at least n" is "above n - 1", and nearly so where spikes are added to currents
    // and alone may reach the threshold; elsewhere equality has no weight.
    if (!soft && !counts && added == 0 && (known ? hasDigits || result.gain > 0 : graph.hasShortcut(input)))
      threshold = neuron.fire == FireRule::ge ? std::ceil(exact) - 1 : std::floor(exact);
    SourceNeuron chip = neuron;
    chip.keep = chipKeep;
    double membrane = 0;
    for (size_t k = c; k < c + ends; ++k) {
      double low = current.low[k] * unit, high = current.high[k] * unit, constant = added / aligned;
      membrane = std::max(membrane, chip.boundMembrane(low + constant, high + constant, threshold, steps));
      result.worstCurrent = std::max({result.worstCurrent, -low, high});
    }
    if (membrane < threshold)
      threshold = std::min(threshold, kLargestThreshold); // it never fires, whatever the threshold
    result.scale.values[c] = scale;
    result.threshold.values[c] = std::max(0.0, threshold);
    result.bias.values[c] = added;
    result.worstMembrane = std::max(result.worstMembrane, membrane);
    ratio = std::min({ratio, largestCurrent / membrane, kLargestThreshold / threshold, kLargestBias / std::abs(added)});
    result.exact = known && (c == 0 || result.exact) && (!soft || threshold == exact);
  }
  result.exact &= neuron.isExact && hasDigits && !counts && bias.least() == 0 && bias.most() == 0;
  return std::min(ratio, largestCurrent / result.worstCurrent);
}

/// The power of two that makes membranes of known integers exact, as far as it fits.
void NeuronNumbers::chooseGain(double magnitude) {
  int64_t steps = op.getTimeSteps();
  std::optional<unsigned> digits = neuron.getFractionBits();
  int64_t wanted = digits ? static_cast<int64_t>(*digits) * (steps - 1) : kInexactGain;
  double membrane = neuron.boundMembrane(-magnitude, magnitude, magnitude, steps);
  double room = kLargestCurrent / std::max({membrane, neuron.threshold.most(), 1e-30});
  double most = std::min(std::floor(std::log2(room)), std::floor(std::log2(kLargestGain)));
  result.gain = static_cast<int>(std::clamp<double>(most, 0.0, static_cast<double>(wanted)));
}
