// SPDX-License-Identifier: Apache-2.0
// What products of digit planes cost on this machine, and the way to them that costs least.
#ifndef SPIKE_LIB_RUNTIME_PLANECOSTS_H
#define SPIKE_LIB_RUNTIME_PLANECOSTS_H

#include <cstdint>

namespace spike_rt {

/// Ways to the same sums: all inputs are multiplied, or those listed that are not silent, or tables are looked up.
enum class ProductForm { dense, lists, tables };

/// What shares the cost of preparing rows, and that of preparing weights.
struct ProductSize {
  int64_t outputBlocks, rows;
};

/// The cheapest form for weights of so many planes, if the share `active` of the groups of rows is not silent; by costs
/// that are measured when it is first called. Tables only take spikes. See spike_rt_planes_isa for what overrides it.
/// It is a matter of time only: all compute the same integers.
ProductForm chooseForm(int64_t planes, bool spikes, double active, const ProductSize &size);

} // namespace spike_rt

#endif // SPIKE_LIB_RUNTIME_PLANECOSTS_H
