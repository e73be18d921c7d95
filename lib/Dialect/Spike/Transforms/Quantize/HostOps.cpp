// SPDX-License-Identifier: Apache-2.0
// Ops of the host. What it gives back are trains of spikes or counts, which are integers as they are; so an op that
// reads its real numbers is the host's, too.
#include "GraphBuilder.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

bool GraphBuilder::readsRealNumbers(Operation *op) const {
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    return graph.hosts.contains(operand.getDefiningOp()) && !graph.values.contains(operand);
  });
}

std::optional<Interval> GraphBuilder::boundTrain(Value value) const {
  Operation *op = value.getDefiningOp();
  auto neuron = dyn_cast<NeuronOp>(op);
  if (!(neuron ? value == neuron.getOutput() && !neuron.getSingleStep() : isa<EncodeOp>(op)))
    return std::nullopt;
  GridRange range = ranges.getRange(value);
  constexpr double kLargest = 0x1p23 - 1; // what a message of 24 bits holds
  if (!range.isGrid() || range.getFractionBits() > 0 || std::max(-range.getLowValue(), range.getHighValue()) > kLargest)
    return std::nullopt;
  return Interval{Channels(std::min(0.0, range.getLowValue())), Channels(std::max(1.0, range.getHighValue()))};
}

void GraphBuilder::visitHost(Operation *op) {
  auto found = refused.find(op);
  graph.hosts[op] = found == refused.end() ? "it reads real numbers of the host" : found->second;
  for (Value result : op->getResults())
    if (std::optional<Interval> range = boundTrain(result)) {
      ValueFacts facts;
      facts.interval = *range;
      graph.values[result] = facts;
    }
}
