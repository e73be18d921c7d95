// SPDX-License-Identifier: Apache-2.0
// Writes what a pass changed in the structure back to the ops, which keep their locations and weights.
#include "Builder.h"

using namespace mlir;
using namespace mlir::spike::loihi;

LogicalResult mlir::spike::loihi::updateSchedule(NetworkOp op, const chip::Network &network) {
  Parts parts(op);
  OpBuilder builder(op.getContext());
  PartBuilder maker(builder, op.getLoc(), network);
  // New parts stand behind the last of their kind, else in front.
  auto append = [&](auto &ops, const auto &list, auto make) {
    if (ops.empty())
      builder.setInsertionPointToStart(&op.getBody().front());
    else
      builder.setInsertionPointAfter(ops.back());
    for (size_t i = ops.size(); i < list.size(); ++i) {
      auto made = make(list[i]);
      if (failed(made))
        return failure();
      ops.push_back(*made);
    }
    return success();
  };
  auto makePart = [&](const auto &part) { return maker.make(part); };
  auto makeProgram = [&](const chip::Program &program) { return disassemble(builder, op.getLoc(), program); };
  if (failed(append(parts.programs, network.programs, makeProgram)) ||
      failed(append(parts.populations, network.populations, makePart)) ||
      failed(append(parts.projections, network.projections, makePart)))
    return failure();

  for (auto [part, population] : llvm::zip_equal(parts.populations, network.populations))
    part.setStart(population.start);
  for (auto [part, projection] : llvm::zip_equal(parts.projections, network.projections)) {
    part.setSource(network.populations[projection.source].name);
    part.setDelay(projection.delay);
  }
  return success();
}

LogicalResult mlir::spike::loihi::updateCores(NetworkOp op, const chip::Network &network, Phase phase) {
  Parts parts(op);
  for (ChipOp chip : parts.chips)
    chip.erase();
  for (CoreOp core : parts.cores)
    core.erase();
  op.setPhase(phase);
  op.setInterconnectAttr(getInterconnect(op.getContext(), network));
  OpBuilder builder = OpBuilder::atBlockEnd(&op.getBody().front());
  return PartBuilder(builder, op.getLoc(), network).makePlaces(phase);
}
