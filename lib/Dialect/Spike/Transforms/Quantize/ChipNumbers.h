// SPDX-License-Identifier: Apache-2.0
// The numbers that a chip holds: their limits, and the nearest of them.
#ifndef SPIKE_LIB_TRANSFORMS_QUANTIZE_CHIPNUMBERS_H
#define SPIKE_LIB_TRANSFORMS_QUANTIZE_CHIPNUMBERS_H

namespace mlir::spike::quantize {

constexpr double kLargestState = 0x1p23 - 1, kLargestCurrent = 0x1p17 - 1, kLargestThreshold = 0x1p17 - 1;
constexpr double kLargestBias = 4095 << 7; // a mantissa of 13 bits and an exponent of 3
constexpr int kMaxExponent = 7;
/// The bits by which the chip's own neuron aligns currents and thresholds.
constexpr int kAlign = 6;
/// A gain is a weight of 8 bits, whatever the bits of other weights.
constexpr double kLargestGain = 127 << kMaxExponent;

/// The largest magnitude of a current and of a membrane that are aligned by `align` bits. The chip's own neuron clips;
/// a program, as which others run, needs room for the bias.
double getLargestCurrent(int align);

/// The bias nearest to `value` that a mantissa and an exponent express.
double roundBias(double value);

/// The largest gain that is at most `value`, and the one nearest to it; at least zero, at most kLargestGain.
double floorGain(double value);
double roundGain(double value);

} // namespace mlir::spike::quantize

#endif // SPIKE_LIB_TRANSFORMS_QUANTIZE_CHIPNUMBERS_H
