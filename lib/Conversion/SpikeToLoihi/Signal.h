// SPDX-License-Identifier: Apache-2.0
// What a value of the spike dialect is on a chip before it has neurons of its own: messages of populations, synapses
// that wait for the neurons that will read them, and numbers.
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_SIGNAL_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_SIGNAL_H

#include "Chip.h"
#include "Strides.h"
#include <memory>

namespace mlir::spike::onchip {

/// An interval of integers.
struct Interval {
  int64_t low = 0, high = 0;

  bool isSpike() const { return low >= 0 && high <= 1; }
  /// Bits of a message's payload: one for a spike, else those of a signed number.
  int32_t payloadBits() const;
  Interval operator+(const Interval &other) const { return {low + other.low, high + other.high}; }
  Interval operator*(const Interval &other) const;
  Interval times(int64_t n) const { return {low * n, high * n}; }
};

/// Constant synapses of one linear or conv.
struct Synapses {
  std::vector<int16_t> weights; ///< m of [outputs, depth]
  int64_t outputs = 0, depth = 0;
  int32_t bits = 8, exponent = 0;
  llvm::SmallVector<chip::Dim> channels; ///< of the source, `depth` per group
  // Of a convolution: its window, the source's pixels, and where they begin.
  chip::Window window;
  llvm::SmallVector<chip::Dim> pixels;
  int64_t offset = 0;
};

enum class PartKind {
  copy,     ///< messages of a population: `axes` and `sums` are places of its neurons
  dense,    ///< a linear: places of the source's neurons, rows of the weight
  conv,     ///< a conv: places are pixels of the result, rows are output channels
  constant, ///< numbers: rows of `values`
};

/// One term of a sum.
struct Part {
  PartKind kind = PartKind::copy;
  Axes axes;
  int32_t source = -1;
  llvm::SmallVector<chip::Dim> sums; ///< of copy: loops over neurons whose messages add up
  int64_t gain = 1;                  ///< of copy: what a message counts
  std::shared_ptr<const Synapses> synapses;
  std::shared_ptr<const std::vector<float>> values;
  Interval range;

  /// Whether an element is the message of one neuron as it is.
  bool isMessage() const { return kind == PartKind::copy && sums.empty() && gain == 1; }
};

/// A constant of these numbers, whose axes the caller says.
Part makeConstant(llvm::ArrayRef<float> values);

/// The elements of a constant, row-major.
std::vector<float> evaluate(const Part &constant);

/// A sum of parts of one shape. `factor`, and the constants in `offsets`, turn the integers of an output into real
/// numbers at the end of the program.
struct Signal {
  Signal() = default;
  explicit Signal(Part part, bool lastStep = false) : parts{std::move(part)}, lastStep(lastStep) {}

  llvm::SmallVector<Part, 2> parts;
  bool lastStep = false; ///< a sum over time, which the last time step completes
  std::optional<double> factor;
  llvm::SmallVector<Part, 1> offsets;

  /// Whether it is an argument of the function, for which there is no population.
  bool isRealInput() const { return parts.front().kind == PartKind::copy && parts.front().source < 0; }
  bool isMessage() const { return parts.size() == 1 && parts.front().isMessage() && !factor; }
  Interval range() const;
};

} // namespace mlir::spike::onchip

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_SIGNAL_H
