// SPDX-License-Identifier: Apache-2.0
// Intervals of every value for the worst input: of real numbers in the source, or of the integers that stand for them.
#ifndef SPIKE_LIB_TRANSFORMS_QUANTIZE_INTERVALS_H
#define SPIKE_LIB_TRANSFORMS_QUANTIZE_INTERVALS_H

#include "Channels.h"

namespace mlir::spike::quantize {

struct Interval {
  Channels low, high;
  double magnitude() const { return std::max(std::abs(low.least()), std::abs(high.most())); }
};

Interval scaled(Interval x, double factor);

/// An interval beside numbers along `axis`: each channel its own if it runs along that axis, too, else one for all.
Interval alongAxis(const Interval &x, int64_t axis);

/// Whether values are the source's, or integers: then means are sums and constant factors are left out, because
/// both become part of a scale.
enum class Numbers { real, integer };

/// Weights of a synapse and the bias that stays with it; a bias that is empty is none.
struct SynapseNumbers {
  std::vector<double> weights, bias;
};

/// Sums of inputs in `in` with weights [outputs, ...], one interval for each output, along `axis`. Taps may be missing.
Interval boundSynapse(const SynapseNumbers &synapse, size_t outputs, const Interval &in, int64_t axis);

/// The interval of the result of an op without weights; `in` holds those of its operands.
Interval boundOp(Operation *op, ArrayRef<Interval> in, Numbers numbers);

} // namespace mlir::spike::quantize

#endif // SPIKE_LIB_TRANSFORMS_QUANTIZE_INTERVALS_H
