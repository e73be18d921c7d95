// SPDX-License-Identifier: Apache-2.0
// Fixed-point weights: every output's weights as 24-bit integers in units of a power of two of its own, and these
// integers as three signed bytes each, "digit planes". Integer inputs then give exact sums in any order. No MLIR here:
// the runtime's tests build where there is none.
#ifndef SPIKE_SUPPORT_FIXEDPOINT_H
#define SPIKE_SUPPORT_FIXEDPOINT_H

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace mlir::spike {

/// The largest integer of three balanced digits: 127 * 65536 + 127 * 256 + 127.
constexpr int64_t kMaxFixed = 0x7F7F7F;
/// Inputs that kernels of digit planes take are at most this.
constexpr int64_t kMaxPlaneInput = 255;

/// The smallest power of two in whose units `largest` (finite, not negative) is at most kMaxFixed; at least the
/// smallest number of f32, so that every such value is one of f32.
double getFixedUnit(float largest);

/// Weights of one output, rounded to its unit.
struct FixedRow {
  double unit = 0;
  double error = 0; ///< sum of the absolute changes
  double size = 0;  ///< sum of the smaller half of the absolute weights other than zero
};
FixedRow roundToFixed(const float *weights, int64_t count, float *rounded);

/// Rounds the weights of one output to integers of `bits` bits, symmetric around zero, in units of the power of two
/// that gives the least squared error: the smallest in which the largest weight fits, or a smaller one, which cuts it
/// off.
void roundToBits(const float *weights, int64_t count, int64_t bits, float *rounded);

/// Units of 1.0 in which weights become integers of `bits` bits, symmetric around zero, with the least squared error:
/// the largest weight fits, or is cut off. Zero if all weights are.
double chooseScale(const double *weights, int64_t count, int64_t bits);

/// The integer of `bits` bits, symmetric around zero, nearest to `weight * scale`.
double roundToScale(double weight, double scale, int64_t bits);

/// Whether sums of `depth` products of any digit and any input stay below 2^31, and those of weights below 2^53.
bool fitsDigitSums(int64_t depth, int64_t maxInput);

struct DigitPlanes {
  int64_t count = 1;          ///< of planes: as many as the weights need, at most SPIKE_RT_PLANES
  std::vector<int8_t> planes; ///< packed as the runtime's interface says
  std::vector<float> scales;  ///< the unit of each output, one for those that only fill the last block
  int64_t largestSum = 0;     ///< the largest absolute sum of integers that inputs of 0 and 1 can make
};

/// Calls `body` with 0 to `count` - 1, on as many threads as it likes; false if a call gave that.
using ForEach = std::function<bool(int64_t count, const std::function<bool(int64_t)> &body)>;
bool forEachInTurn(int64_t count, const std::function<bool(int64_t)> &body);

/// Packs a weight matrix, output by output; `at(output, k)` is its element. Nothing if a weight is no multiple of its
/// output's fixed unit; where all are multiples of more than that, as in models of 8-bit weights, the unit is as large
/// as can be and fewer planes do.
std::optional<DigitPlanes> packDigitPlanes(int64_t outputs, int64_t depth,
                                           const std::function<float(int64_t, int64_t)> &at,
                                           const ForEach &forEach = forEachInTurn);

} // namespace mlir::spike

#endif // SPIKE_SUPPORT_FIXEDPOINT_H
