// SPDX-License-Identifier: Apache-2.0
// A neuron of the source as the chip's leaky integrate-and-fire, in real numbers.
#ifndef SPIKE_LIB_TRANSFORMS_QUANTIZE_SOURCENEURON_H
#define SPIKE_LIB_TRANSFORMS_QUANTIZE_SOURCENEURON_H

#include "Channels.h"

namespace mlir::spike::quantize {

/// `H = keep * U + X`, a spike where `H >= threshold` (or `>`), then `U = 0` or `U = H - threshold`; `U` starts at
/// zero; without state, `keep` is zero. It fires when the source does: `U` is the source's membrane less `v_reset`,
/// divided by the gain of `X`.
struct SourceNeuron {
  double keep = 1;
  Channels threshold;
  Channels shift; ///< added to `X`: where a neuron without state fires at zero or below, that is its threshold
  ResetKind reset = ResetKind::hard;
  FireRule fire = FireRule::ge;
  uint64_t levels = 1;  ///< the output counts the multiples of the threshold that are reached, up to this
  bool isExact = false; ///< range analysis proves that nothing is rounded in the source

  /// An error, which names the neuron and what of it is not supported, if there is no such form.
  static FailureOr<SourceNeuron> get(NeuronOp op);

  /// `keep` as the chip's decay, of 4096.
  uint64_t getDecay() const;
  /// Fraction digits that a step adds to a membrane; nothing if the chip's decay is not exactly that of the source.
  std::optional<unsigned> getFractionBits() const;
  /// The largest magnitude of a membrane before it fires, in `steps` steps with currents in [low, high].
  double boundMembrane(double low, double high, double threshold, int64_t steps) const;
};

/// How a layer is called in a message: its path, or what it is.
std::string describe(Operation *op);
/// A number as a message has it: up to six digits.
std::string number(double value);

} // namespace mlir::spike::quantize

#endif // SPIKE_LIB_TRANSFORMS_QUANTIZE_SOURCENEURON_H
