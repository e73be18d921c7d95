// SPDX-License-Identifier: Apache-2.0
// The order in which attention multiplies its three factors, by what it takes of a chip.
#include "spike/Conversion/SpikeToLoihi.h"
#include "spike/Dialect/Spike/Transforms/Reassociation.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// What two products take, as f64: dimensions may be large.
struct ChipCost {
  double neurons = 0, synapses = 0;
  int64_t chipSteps = 0;

  /// A neuron for each pair and each sum between the products; each pair has two synapses, and one into its sum.
  static ChipCost of(const ProductChain &chain, int64_t timeAxes, bool left) {
    double batch = 1, m = chain.a.rows(), k = chain.b.rows(), n = chain.b.columns(), p = chain.c.columns();
    for (int64_t size : chain.a.shape().drop_back(2).drop_front(timeAxes))
      batch *= size;
    double inner = left ? m * k * n : k * n * p, sums = left ? m * n : k * p, outer = left ? m * n * p : m * k * p;
    // Pairs, sums, pairs: one step each, whatever the order.
    return {batch * (inner + sums + outer), batch * 3 * (inner + outer), 3};
  }

  bool operator<(const ChipCost &other) const {
    return std::tuple(neurons, synapses, chipSteps) < std::tuple(other.neurons, other.synapses, other.chipSteps);
  }
};

void print(Diagnostic &remark, const ChipCost &cost) {
  remark << static_cast<int64_t>(cost.neurons) << " neurons and " << static_cast<int64_t>(cost.synapses)
         << " synapses in " << cost.chipSteps << " chip steps";
}

} // namespace

void mlir::spike::chooseAssociation(func::FuncOp function) {
  SmallVector<MatmulOp> products;
  function.walk([&](MatmulOp op) { products.push_back(op); });
  if (products.empty())
    return;
  Reassociation reassociation(function);
  for (MatmulOp op : products)
    reassociation.run(op, [&](const ProductChain &chain) {
      // Time comes first, and takes no neurons.
      int64_t timeAxes = chain.a.shape().size() > 2;
      ChipCost left = ChipCost::of(chain, timeAxes, true), right = ChipCost::of(chain, timeAxes, false);
      bool isLeft = chain.leftFirst ? !(right < left) : left < right;
      InFlightDiagnostic remark = emitRemark(op.getLoc())
                                  << "attention is multiplied as " << (isLeft ? "(A B) C" : "A (B C)")
                                  << ", with a neuron for each pair of factors: ";
      print(*remark.getUnderlyingDiagnostic(), isLeft ? left : right);
      remark << "; " << (isLeft ? "A (B C)" : "(A B) C") << " takes ";
      print(*remark.getUnderlyingDiagnostic(), isLeft ? right : left);
      return isLeft;
    });
}
