// SPDX-License-Identifier: Apache-2.0
// kernel-plan-arena: all buffers in one block of memory.
#include "spike/Dialect/Kernel/Transforms/Passes.h"

#include "mlir/Interfaces/ViewLikeInterface.h"
#include "spike/Support/ArenaPlanner.h"

namespace mlir::spike::kernel {
#define GEN_PASS_DEF_KERNELPLANARENAPASS
#include "spike/Dialect/Kernel/Transforms/Passes.h.inc"

namespace {

struct PlanArenaPass : impl::KernelPlanArenaPassBase<PlanArenaPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    if (!func.getBody().hasOneBlock()) {
      func.emitOpError() << "expected one block, got " << func.getBody().getBlocks().size();
      return signalPassFailure();
    }
    Block &body = func.getBody().front();
    DenseMap<Operation *, int64_t> steps;
    int64_t step = 0;
    for (Operation &op : body)
      steps[&op] = step++;

    SmallVector<memref::AllocOp> allocs;
    SmallVector<ArenaBuffer> buffers;
    for (auto op : body.getOps<memref::AllocOp>()) {
      MemRefType type = op.getType();
      if (!type.hasStaticShape() || !type.getLayout().isIdentity()) {
        op.emitOpError() << "expected a buffer of static shape and identity layout, got " << type;
        return signalPassFailure();
      }
      ArenaBuffer buffer;
      buffer.bytes = type.getNumElements() * ((type.getElementTypeBitWidth() + 7) / 8);
      buffer.first = buffer.last = steps[op];
      extendLife(op.getResult(), body, steps, buffer);
      allocs.push_back(op);
      buffers.push_back(buffer);
    }
    int64_t size = planArena(buffers);

    OpBuilder builder(func.getContext());
    unsigned index = func.getNumArguments();
    auto arenaType = MemRefType::get({size}, builder.getI8Type());
    DictionaryAttr attrs = builder.getDictionaryAttr(builder.getNamedAttr("kernel.arena", builder.getUnitAttr()));
    if (failed(func.insertArgument(index, arenaType, attrs, func.getLoc())))
      return signalPassFailure();
    for (auto [alloc, buffer] : llvm::zip_equal(allocs, buffers)) {
      builder.setInsertionPoint(alloc);
      Value offset = arith::ConstantIndexOp::create(builder, alloc.getLoc(), buffer.offset);
      Value view = memref::ViewOp::create(builder, alloc.getLoc(), alloc.getType(), func.getArgument(index), offset,
                                          ValueRange());
      alloc.getResult().replaceAllUsesWith(view);
      alloc.erase();
    }
  }

private:
  /// Extends a buffer's life to every use of `value` and of its views, counted in steps of the body.
  static void extendLife(Value value, Block &body, DenseMap<Operation *, int64_t> &steps, ArenaBuffer &buffer) {
    for (Operation *user : value.getUsers()) {
      buffer.last = std::max(buffer.last, steps[body.findAncestorOpInBlock(*user)]);
      if (isa<ViewLikeOpInterface>(user))
        for (Value view : user->getResults())
          extendLife(view, body, steps, buffer);
    }
  }
};

} // namespace
} // namespace mlir::spike::kernel
