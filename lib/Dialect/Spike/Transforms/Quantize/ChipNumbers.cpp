// SPDX-License-Identifier: Apache-2.0
// Rounding to a mantissa and an exponent.
#include "ChipNumbers.h"

#include <algorithm>
#include <cmath>

using namespace mlir::spike;

double mlir::spike::quantize::getLargestCurrent(int align) {
  return align == kAlign ? kLargestCurrent : std::ldexp(kLargestState - kLargestBias, -align);
}

double mlir::spike::quantize::roundBias(double value) {
  double unit = 1;
  for (; std::rint(std::abs(value) / unit) > 4095; unit *= 2)
    ;
  return std::rint(value / unit) * unit;
}

double mlir::spike::quantize::floorGain(double value) {
  value = std::clamp(value, 0.0, kLargestGain);
  double unit = 1;
  for (; std::floor(value / unit) > 127; unit *= 2)
    ;
  return std::floor(value / unit) * unit;
}

double mlir::spike::quantize::roundGain(double value) {
  value = std::clamp(value, 0.0, kLargestGain);
  double unit = 1;
  for (; std::rint(value / unit) > 127; unit *= 2)
    ;
  return std::rint(value / unit) * unit;
}
