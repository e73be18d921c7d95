// SPDX-License-Identifier: Apache-2.0
// spike-remove-dead-modules: remove what no result depends on, and say which modules that were.
#include "NeuronSignature.h"
#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::spike {

#define GEN_PASS_DEF_REMOVEDEADMODULESPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

struct RemoveDeadModulesPass : impl::RemoveDeadModulesPassBase<RemoveDeadModulesPass> {
  using RemoveDeadModulesPassBase::RemoveDeadModulesPassBase;

  void runOnOperation() override {
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>()) {
      llvm::MapVector<StringRef, Location> removed;
      function.walk<WalkOrder::PostOrder, ReverseIterator>([&](Operation *op) {
        if (!isa<SpikeDialect>(op->getDialect()) || !isOpTriviallyDead(op))
          return;
        if (StringRef path = getModulePath(op); !path.empty())
          removed.insert({path, op->getLoc()});
        op->erase();
      });
      llvm::StringSet<> alive;
      function.walk([&](Operation *op) { alive.insert(getModulePath(op)); });
      for (auto [path, loc] : llvm::reverse(removed))
        if (!alive.contains(path))
          emitRemark(loc) << "removed dead module '" << path << "'";
    }
  }
};

} // namespace
} // namespace mlir::spike
