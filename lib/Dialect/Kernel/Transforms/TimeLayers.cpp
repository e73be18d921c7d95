// SPDX-License-Identifier: Apache-2.0
// kernel-time-layers: take the time before every piece of work.
#include "spike/Dialect/Kernel/Transforms/Passes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "spike/Dialect/Kernel/IR/Kernel.h"
#include "spike/Support/RuntimeCalls.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::spike::kernel {
#define GEN_PASS_DEF_KERNELTIMELAYERSPASS
#include "spike/Dialect/Kernel/Transforms/Passes.h.inc"

namespace {

int64_t product(ArrayRef<int64_t> numbers) {
  int64_t result = 1;
  for (int64_t number : numbers)
    result *= number;
  return result;
}

ArrayRef<int64_t> shapeOf(Value value) { return cast<ShapedType>(value.getType()).getShape(); }

/// The module of the source model that a location names first; of what was put together, the part that came last.
StringRef getLayer(Location loc) {
  StringRef found;
  loc->walk([&](Location inner) {
    auto name = dyn_cast<NameLoc>(inner);
    if (!name)
      return WalkResult::advance();
    found = name.getName().getValue();
    return WalkResult::interrupt();
  });
  return found;
}

int64_t countMultiplications(Operation *op) {
  return llvm::TypeSwitch<Operation *, int64_t>(op)
      .Case([](LinearOp op) { return product(shapeOf(op.getInit())) * shapeOf(op.getInput()).back(); })
      .Case([](ConvOp op) {
        int64_t inputs = shapeOf(op.getInput()).back() / op.getGroups().value_or(1);
        ArrayRef<int64_t> out = shapeOf(op.getInit());
        int64_t currents = product(out.drop_back(3)) * product(op.getCurrentsSize()) * out.back();
        return currents * product(op.getKernel()) * inputs;
      })
      .Case([](MatmulOp op) {
        return product(shapeOf(op.getInit())) * shapeOf(op.getLhs()).take_back(2)[op.getTransposeLhs() ? 0 : 1];
      })
      .Case([](linalg::LinalgOp op) { return product(op.getStaticLoopRanges()); })
      .Default([](Operation *) { return 0; });
}

/// Whether digit planes are multiplied.
bool usesPlanes(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<LinearOp, ConvOp>([](auto op) { return getElementTypeOrSelf(op.getWeight()).isInteger(8); })
      .Default([](Operation *) { return false; });
}

int64_t countBytes(Operation *op) {
  int64_t bytes = 0;
  for (Value operand : op->getOperands())
    if (auto type = dyn_cast<MemRefType>(operand.getType()); type && type.hasStaticShape())
      bytes += type.getNumElements() * std::max(1u, type.getElementTypeBitWidth() / 8);
  return bytes;
}

struct TimeLayersPass : impl::KernelTimeLayersPassBase<TimeLayersPass> {
  void runOnOperation() override {
    for (func::FuncOp function : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (!function.isExternal() && failed(time(function)))
        return signalPassFailure();
  }

private:
  LogicalResult time(func::FuncOp function) {
    if (!function.getBody().hasOneBlock())
      return function.emitOpError() << "expected one block, got " << function.getBody().getBlocks().size();
    OpBuilder builder(&getContext());
    SmallVector<Attribute> timed;
    for (Operation &op : function.front()) {
      if (!isa<linalg::LinalgOp, memref::CopyOp, scf::ForOp, func::ReturnOp>(op) &&
          !isa<KernelDialect>(op.getDialect()))
        continue;
      builder.setInsertionPoint(&op);
      Type i64 = builder.getI64Type();
      func::FuncOp stamp = getRuntimeFunction(getOperation(), "spike_rt_stamp", builder.getFunctionType(i64, {}));
      func::CallOp::create(builder, op.getLoc(), stamp, createI64(builder, op.getLoc(), timed.size()));
      timed.push_back(builder.getDictionaryAttr({
          builder.getNamedAttr("layer", builder.getStringAttr(getLayer(op.getLoc()))),
          builder.getNamedAttr("work", builder.getStringAttr(op.getName().getStringRef())),
          builder.getNamedAttr("multiplications", builder.getI64IntegerAttr(countMultiplications(&op))),
          builder.getNamedAttr("planes", builder.getBoolAttr(usesPlanes(&op))),
          builder.getNamedAttr("bytes", builder.getI64IntegerAttr(countBytes(&op))),
      }));
    }
    timed.pop_back(); // the end
    function->setAttr("kernel.timed", builder.getArrayAttr(timed));
    return success();
  }
};

} // namespace
} // namespace mlir::spike::kernel
