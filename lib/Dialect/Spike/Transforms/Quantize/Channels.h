// SPDX-License-Identifier: Apache-2.0
// Numbers that hold for a whole value, or one for each channel along an axis of it, and how that axis moves.
#ifndef SPIKE_LIB_TRANSFORMS_QUANTIZE_CHANNELS_H
#define SPIKE_LIB_TRANSFORMS_QUANTIZE_CHANNELS_H

#include "spike/Dialect/Spike/IR/Spike.h"
#include <vector>

namespace mlir::spike::quantize {

/// One number, or as many as axis `axis` of a value is long.
struct Channels {
  std::vector<double> values = {0.0};
  int64_t axis = -1;

  Channels() = default;
  explicit Channels(double value) : values{value} {}
  Channels(std::vector<double> values, int64_t axis) : values(std::move(values)), axis(axis) {}

  size_t size() const { return values.size(); }
  bool isUniform() const { return axis < 0; }
  double operator[](size_t channel) const { return isUniform() ? values[0] : values[channel]; }
  double least() const { return *std::min_element(values.begin(), values.end()); }
  double most() const { return *std::max_element(values.begin(), values.end()); }
};

/// Axis `axis` of operand `use` in the result of its op, if each of its elements stays apart from the others and every
/// element of the result belongs to one of them.
std::optional<int64_t> moveAxis(OpOperand &use, int64_t axis);

/// The same for numbers that do not depend on the channel.
std::optional<Channels> move(OpOperand &use, const Channels &channels);

/// The same for a reshape that joins the channels' axis with inner ones, of which each element gets its channel's
/// number.
std::optional<Channels> moveJoined(OpOperand &use, const Channels &channels);

/// Adds numbers to others, or multiplies them; false if they run along different axes.
bool addTo(Channels &sum, const Channels &other);
bool multiplyBy(Channels &product, const Channels &other);

} // namespace mlir::spike::quantize

#endif // SPIKE_LIB_TRANSFORMS_QUANTIZE_CHANNELS_H
