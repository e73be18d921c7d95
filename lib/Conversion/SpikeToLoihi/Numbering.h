// SPDX-License-Identifier: Apache-2.0
// How the neurons that read a signal are numbered.
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_NUMBERING_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_NUMBERING_H

#include "Signal.h"

namespace mlir::spike::onchip {

/// A new population for a tensor: its shape, and where the tensor's elements stand in it (places).
struct Numbering {
  llvm::SmallVector<int64_t> shape;
  Axes axes;

  int64_t channels() const { return shape.back(); }
  int64_t size() const;
  /// Neuron of each element, for `Population::tensor`.
  std::vector<chip::Dim> tensor() const;

  /// The numbering in which `part` needs no change: the order of a convolution's pixels, channels last. Nothing if the
  /// part leaves out some of what its synapses compute, or repeats it.
  static std::optional<Numbering> of(const Part &part, const chip::Network &network);
  /// Row-major, with axis `channelAxis` last; a leading time axis stays one.
  static Numbering rowMajor(const Axes &like, int64_t channelAxis);
};

/// For the neurons of `numbering` that share a channel, the row that `part` reads: of a part whose rows depend on the
/// channel only. Nothing otherwise.
std::optional<llvm::SmallVector<int64_t>> getRowOfChannel(const Axes &axes, const Numbering &numbering);

} // namespace mlir::spike::onchip

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_NUMBERING_H
