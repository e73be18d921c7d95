// SPDX-License-Identifier: Apache-2.0
// Ranges of messages and sums.
#include "Signal.h"

#include <algorithm>

using namespace mlir::spike::onchip;

int32_t Interval::payloadBits() const {
  if (isSpike())
    return 1;
  int32_t bits = 2;
  while (low < -(int64_t(1) << (bits - 1)) || high >= int64_t(1) << (bits - 1))
    ++bits;
  return bits;
}

Interval Interval::operator*(const Interval &other) const {
  auto [least, most] = std::minmax({low * other.low, low * other.high, high * other.low, high * other.high});
  return {least, most};
}

Interval Signal::range() const {
  Interval sum;
  for (const Part &part : parts)
    sum = sum + part.range;
  return sum;
}

std::vector<float> mlir::spike::onchip::evaluate(const Part &constant) {
  std::vector<int64_t> rows = {constant.axes.row};
  for (const Axis &axis : constant.axes.list)
    for (const Atom &atom : axis) {
      std::vector<int64_t> next;
      next.reserve(rows.size() * atom.size);
      for (int64_t row : rows)
        for (int64_t step = 0; step < atom.size; ++step)
          next.push_back(row + step * atom.row);
      rows = std::move(next);
    }
  std::vector<float> values;
  values.reserve(rows.size());
  for (int64_t row : rows)
    values.push_back((*constant.values)[row]);
  return values;
}
