// SPDX-License-Identifier: Apache-2.0
// The values of several time steps as one value with a time axis.
#ifndef SPIKE_LIB_TRANSFORMS_GATHERSTEPS_H
#define SPIKE_LIB_TRANSFORMS_GATHERSTEPS_H

#include "mlir/IR/Builders.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include <map>

namespace mlir::spike {

/// `value` in another shape; looks through a reshape that made it.
Value reshapeTo(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape);

/// Gathers values of one type, one per time step, behind a leading time axis. Values that the same op computes from
/// other values are computed at once, from those values gathered. New ops are put where the builder stands, so that
/// operands of theirs may be defined behind them.
class StepGatherer {
public:
  explicit StepGatherer(OpBuilder &builder) : builder(builder) {}

  /// The gathered value; where nothing else is left, a concatenation.
  Value gather(ArrayRef<Value> values);

  /// The gathered value if no concatenation is needed, else null (ops that were made on the way have no users).
  Value gatherWithoutConcat(ArrayRef<Value> values);

private:
  Value find(ArrayRef<Value> values, bool concat);
  Value make(ArrayRef<Value> values, bool concat);
  Value makeFromSlices(ArrayRef<Value> values);
  Value makeFromOps(ArrayRef<Value> values, bool concat);
  Value makeConcat(ArrayRef<Value> values);

  OpBuilder &builder;
  /// What was gathered before; null where it takes a concatenation.
  std::map<std::vector<void *>, Value> known[2];
};

} // namespace mlir::spike

#endif // SPIKE_LIB_TRANSFORMS_GATHERSTEPS_H
