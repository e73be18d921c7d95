// SPDX-License-Identifier: Apache-2.0
// What products of digit planes cost on this machine, and the way to them that costs least.
#ifndef SPIKE_LIB_RUNTIME_PLANECOSTS_H
#define SPIKE_LIB_RUNTIME_PLANECOSTS_H

#include <cstdint>

namespace spike_rt {

/// Ways to the same sums: all inputs are multiplied, or each event adds its weights, or tables are looked up.
enum class ProductForm { dense, events, tables };

struct ProductSize {
  int64_t blocks;       ///< of a row
  int64_t outputBlocks; ///< that share the preparation of rows
  int64_t rows;         ///< that share the preparation of weights
  int64_t planes;       ///< of weights
  bool binary;          ///< inputs
};

/// What rows hold.
struct Activity {
  double events;   ///< sum of all inputs over their number
  uint8_t largest; ///< input
  int64_t countBits() const { return largest < 2 ? 1 : 32 - __builtin_clz(largest); }
};

/// The cheapest form, by costs that are measured when it is first called; see
/// spike_rt_planes_isa for what overrides them. It is a matter of time only: all compute the same integers.
ProductForm chooseForm(const Activity &activity, const ProductSize &size);

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_PLANECOSTS_H
