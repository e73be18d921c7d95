// SPDX-License-Identifier: Apache-2.0
// The data flow of range analysis.
#include "spike/Analysis/RangeAnalysis.h"

#include "mlir/Analysis/DataFlow/SparseAnalysis.h"
#include "mlir/Analysis/DataFlow/Utils.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

using RangeLattice = dataflow::Lattice<GridRange>;

/// What the type of a value says, for arguments and where nothing better is known.
GridRange getTypeRange(Value value) { return GridRange::ofElementType(getElementTypeOrSelf(value.getType())); }

class RangeFlow : public dataflow::SparseForwardDataFlowAnalysis<RangeLattice> {
public:
  using SparseForwardDataFlowAnalysis::SparseForwardDataFlowAnalysis;

  void setToEntryState(RangeLattice *lattice) override {
    propagateIfChanged(lattice, lattice->join(getTypeRange(lattice->getAnchor())));
  }

  LogicalResult visitOperation(Operation *op, ArrayRef<const RangeLattice *> operands,
                               ArrayRef<RangeLattice *> results) override {
    SmallVector<GridRange> ranges;
    for (const RangeLattice *operand : operands) {
      if (operand->getValue().isUnknown())
        return success(); // visited again once it is known
      ranges.push_back(operand->getValue());
    }
    if (auto neuron = dyn_cast<NeuronOp>(op)) {
      NeuronRanges computed = computeNeuronRanges(neuron, ranges);
      set(results.front(), computed.output);
      for (auto [result, range] : llvm::zip_equal(results.drop_front(), computed.finalStates))
        set(result, range);
    } else if (isa_and_nonnull<SpikeDialect>(op->getDialect()) && results.size() == 1) {
      set(results.front(), computeRange(op, ranges));
    } else {
      setAllToEntryStates(results);
    }
    return success();
  }

private:
  void set(RangeLattice *lattice, const GridRange &range) {
    if (range.isGrid())
      propagateIfChanged(lattice, lattice->join(range));
    else
      setToEntryState(lattice);
  }
};

} // namespace

RangeAnalysis::RangeAnalysis(Operation *root) {
  dataflow::loadBaselineAnalyses(solver);
  solver.load<RangeFlow>();
  // Without a solution every value has what its type says.
  if (failed(solver.initializeAndRun(root)))
    solver.eraseAllStates();
}

GridRange RangeAnalysis::getRange(Value value) const {
  const auto *lattice = solver.lookupState<RangeLattice>(value);
  return lattice && !lattice->getValue().isUnknown() ? lattice->getValue() : getTypeRange(value);
}

bool RangeAnalysis::isExact(NeuronOp op) const {
  SmallVector<GridRange> operands;
  for (Value operand : op->getOperands())
    operands.push_back(getRange(operand));
  return computeNeuronRanges(op, operands).exact;
}
