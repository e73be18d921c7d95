// SPDX-License-Identifier: Apache-2.0
// Ranges of messages and sums.
#include "Signal.h"

#include <algorithm>
#include <cmath>

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

Part mlir::spike::onchip::makeConstant(llvm::ArrayRef<float> values) {
  Part part;
  part.kind = PartKind::constant;
  part.values = std::make_shared<const std::vector<float>>(values.begin(), values.end());
  // A number of any size may come at the end of a program; what a chip adds is checked where it does.
  for (float value : values) {
    if (std::isnan(value))
      continue;
    part.range.low = std::min(part.range.low, static_cast<int64_t>(std::floor(std::max(value, -0x1p40f))));
    part.range.high = std::max(part.range.high, static_cast<int64_t>(std::ceil(std::min(value, 0x1p40f))));
  }
  return part;
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
