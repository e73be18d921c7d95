// SPDX-License-Identifier: Apache-2.0
// An axis followed through every op of a function, and given another size: for spike-set-batch, spike-set-time and
// spike-carry-state.
#ifndef SPIKE_LIB_TRANSFORMS_RESIZEAXIS_H
#define SPIKE_LIB_TRANSFORMS_RESIZEAXIS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

/// Where the followed axis lies in a value: axis `axis` has `outer * size * inner` elements, in this order.
struct AxisPlace {
  int64_t axis, outer = 1, inner = 1;
  bool operator==(const AxisPlace &other) const {
    return axis == other.axis && outer == other.outer && inner == other.inner;
  }
  AxisPlace moved(int64_t newAxis) const { return {newAxis, outer, inner}; }
};
using AxisPlaces = DenseMap<Value, AxisPlace>;

/// `step` is the time axis of a program that runs step by step: a reduction over it ends it, and neurons may have a
/// state to start from.
enum class AxisKind { batch, time, step };

/// Follows the axis that starts at `places`, `size` elements long, through a function of one block. Returns the op that
/// does not treat it as an axis of that kind, or null, with every place in `places`.
Operation *findAxis(func::FuncOp function, AxisKind kind, AxisPlaces &places, int64_t size);

/// Gives the axis at `places` the length `newSize`.
void applyAxis(func::FuncOp function, const AxisPlaces &places, int64_t newSize);

/// Both. Fails with an error, and without any change, at an op that does not treat it as an axis of that kind.
LogicalResult resizeAxis(func::FuncOp function, AxisKind kind, AxisPlaces places, int64_t size, int64_t newSize);

} // namespace mlir::spike

#endif // SPIKE_LIB_TRANSFORMS_RESIZEAXIS_H
