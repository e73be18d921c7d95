// SPDX-License-Identifier: Apache-2.0
// Sliding windows of convolutions and pools.
#ifndef SPIKE_SUPPORT_WINDOW_H
#define SPIKE_SUPPORT_WINDOW_H

#include <algorithm>
#include <cstdint>

namespace mlir::spike {

/// One axis of a window: tap `k` at output position `o` reads input position `o * stride - pad + k * dilation`.
struct WindowAxis {
  int64_t length, kernel, stride, pad, dilation;

  int64_t position(int64_t o, int64_t k) const { return o * stride - pad + k * dilation; }
  /// Taps [first, end) lie inside the image; there may be none.
  int64_t first(int64_t o) const { return std::max<int64_t>(0, divideUp(-position(o, 0))); }
  int64_t end(int64_t o) const { return std::min(kernel, divideUp(length - position(o, 0))); }
  int64_t countInside(int64_t o) const { return std::max<int64_t>(0, end(o) - first(o)); }

private:
  int64_t divideUp(int64_t distance) const { return distance <= 0 ? 0 : (distance - 1) / dilation + 1; }
};

} // namespace mlir::spike

#endif // SPIKE_SUPPORT_WINDOW_H
