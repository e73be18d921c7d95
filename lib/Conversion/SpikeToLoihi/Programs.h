// SPDX-License-Identifier: Apache-2.0
// The neuron programs that a converted network uses (docs/loihi.md, "Programs").
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_PROGRAMS_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_PROGRAMS_H

#include "Chip.h"

namespace mlir::spike::onchip {

enum class Reset { hard, soft, none };

/// What a fixed-point LIF neuron is apart from thresholds and biases.
struct FixedNeuron {
  int32_t du = 4095, dv = 0, align = 6;
  Reset reset = Reset::hard;
  bool fireAtThreshold = false;
  int32_t levels = 1; ///< it sends how many multiples of the threshold are reached, up to this

  /// Whether it is the chip's own CUBA LIF.
  bool isChipNeuron() const { return reset == Reset::hard && !fireAtThreshold && align == 6 && levels == 1; }
};

/// Sends a0; with `biased`, a0 plus parameter 0.
chip::Program makeRelay(bool biased);
/// v += a0; sends v.
chip::Program makeIntegrate();
/// Sends the larger of a0 and a1.
chip::Program makeMax();
/// Sends a0 * a1.
chip::Program makeProduct();
/// a0 * a1, summed over as many steps as its parameter says, and sent in the last of them.
chip::Program makeAccumulate();
/// The neuron, bit for bit, as long as u + bias stays within 24 bits. States v and u; parameters: threshold << align,
/// bias.
chip::Program makeNeuron(const FixedNeuron &neuron);

} // namespace mlir::spike::onchip

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_PROGRAMS_H
