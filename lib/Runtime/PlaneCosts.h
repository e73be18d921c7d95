// SPDX-License-Identifier: Apache-2.0
// What products of digit planes cost on this machine, and the way to them that costs least.
#ifndef SPIKE_LIB_RUNTIME_PLANECOSTS_H
#define SPIKE_LIB_RUNTIME_PLANECOSTS_H

#include <cstdint>

namespace spike_rt {

/// Ways to the same sums: all inputs are multiplied, or those listed that are not silent, or tables are looked up.
enum class ProductForm { dense, lists, tables };

/// What rows hold at a step.
struct Activity {
  double active = 0;   ///< share of the groups that are not silent
  int64_t largest = 0; ///< input
};

/// What shares the cost of preparing a group of rows or its weights.
struct ProductSize {
  int64_t planes, outputBlocks, rows;
};

/// The cheapest form by costs that are measured when it is first called; see spike_rt_planes_isa for what overrides
/// them. It is a matter of time only: all compute the same integers.
ProductForm chooseForm(const Activity &activity, const ProductSize &size);

/// The layout of table kernels for inputs up to `largest`; as many as there are if there is none.
int64_t findTableLayout(int64_t largest);

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_PLANECOSTS_H
