// SPDX-License-Identifier: Apache-2.0
// Writes what a pass changed in the structure back to the ops, which keep their locations and weights.
#include "Builder.h"

using namespace mlir;
using namespace mlir::spike::loihi;

LogicalResult mlir::spike::loihi::updateSchedule(NetworkOp op, const chip::Network &network) {
  Parts parts(op);
  OpBuilder builder(op.getContext());
  auto appendTo = [&](auto &ops, const auto &list, auto make) {
    for (size_t i = ops.size(); i < list.size(); ++i) {
      auto made = make(list[i]);
      if (failed(made))
        return false;
      ops.push_back(*made);
    }
    return true;
  };
  auto append = [&](Operation *after) {
    after ? builder.setInsertionPointAfter(after) : builder.setInsertionPointToStart(&op.getBody().front());
  };
  PartBuilder maker(builder, op.getLoc(), network);
  append(parts.programs.empty() ? nullptr : parts.programs.back().getOperation());
  if (!appendTo(parts.programs, network.programs,
                [&](const chip::Program &program) { return disassemble(builder, op.getLoc(), program); }))
    return failure();
  append(parts.populations.empty() ? nullptr : parts.populations.back().getOperation());
  if (!appendTo(parts.populations, network.populations,
                [&](const chip::Population &population) { return maker.make(population); }))
    return failure();
  append(parts.projections.empty() ? parts.populations.back() : parts.projections.back().getOperation());
  if (!appendTo(parts.projections, network.projections,
                [&](const chip::Projection &projection) { return maker.make(projection); }))
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
  OpBuilder builder = OpBuilder::atBlockEnd(&op.getBody().front());
  return PartBuilder(builder, op.getLoc(), network).makePlaces(phase);
}
