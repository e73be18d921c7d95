// SPDX-License-Identifier: Apache-2.0
// Range analysis: the fixed-point interval of every value, and which neurons compute without any rounding.
#ifndef SPIKE_ANALYSIS_RANGEANALYSIS_H
#define SPIKE_ANALYSIS_RANGEANALYSIS_H

#include "mlir/Analysis/DataFlowFramework.h"
#include "spike/Analysis/GridRange.h"
#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

/// What one neuron layer makes of its operands' ranges.
struct NeuronRanges {
  /// Whether current, every membrane and every intermediate of a step are exact in f32, in any source that computes the
  /// same step.
  bool exact = false;
  GridRange output = GridRange::real();
  SmallVector<GridRange> finalStates;
};

/// Runs the model's own step on intervals. `operands` holds one range for each operand of the op.
NeuronRanges computeNeuronRanges(NeuronOp op, ArrayRef<GridRange> operands);

/// The range of the result of `op`, an op of the spike dialect with one result that is no neuron.
GridRange computeRange(Operation *op, ArrayRef<GridRange> operands);

/// Solves the data flow of a module once; changes to it afterwards are not seen.
class RangeAnalysis {
public:
  explicit RangeAnalysis(Operation *root);

  /// Never unknown: a value that the analysis did not reach has what its type says.
  GridRange getRange(Value value) const;

  /// Whether current and membranes of a neuron layer are proved to be exact in f32.
  bool isExact(NeuronOp op) const;

private:
  DataFlowSolver solver;
};

} // namespace mlir::spike

#endif // SPIKE_ANALYSIS_RANGEANALYSIS_H
