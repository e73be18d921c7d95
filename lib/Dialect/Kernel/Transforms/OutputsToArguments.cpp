// SPDX-License-Identifier: Apache-2.0
// kernel-outputs-to-arguments: results are written to memory of the caller.
#include "spike/Dialect/Kernel/Transforms/Passes.h"

namespace mlir::spike::kernel {
#define GEN_PASS_DEF_KERNELOUTPUTSTOARGUMENTSPASS
#include "spike/Dialect/Kernel/Transforms/Passes.h.inc"

namespace {

struct OutputsToArgumentsPass : impl::KernelOutputsToArgumentsPassBase<OutputsToArgumentsPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    if (!func.getBody().hasOneBlock()) {
      func.emitOpError() << "expected one block, got " << func.getBody().getBlocks().size();
      return signalPassFailure();
    }
    OpBuilder builder(func.getContext());
    for (unsigned i = 0; i < func.getNumArguments(); ++i)
      if (isa<TensorType>(func.getArgument(i).getType()))
        func.setArgAttr(i, bufferization::BufferizationDialect::kWritableAttrName, builder.getBoolAttr(false));

    auto ret = cast<func::ReturnOp>(func.getBody().front().getTerminator());
    builder.setInsertionPoint(ret);
    for (unsigned i = 0, e = ret.getNumOperands(); i < e; ++i) {
      Value result = ret.getOperand(i);
      auto type = dyn_cast<RankedTensorType>(result.getType());
      if (!type) {
        func.emitOpError() << "expected tensor results, got " << result.getType();
        return signalPassFailure();
      }
      SmallVector<NamedAttribute> attrs = {builder.getNamedAttr("kernel.output", builder.getUnitAttr())};
      if (DictionaryAttr resultAttrs = func.getResultAttrDict(i))
        llvm::append_range(attrs, resultAttrs);
      unsigned index = func.getNumArguments();
      if (failed(func.insertArgument(index, MemRefType::get(type.getShape(), type.getElementType()),
                                     builder.getDictionaryAttr(attrs), func.getLoc())))
        return signalPassFailure();
      bufferization::MaterializeInDestinationOp::create(builder, ret.getLoc(), Type(), result, func.getArgument(index),
                                                        /*restrict=*/true, /*writable=*/true);
    }
    ret.getOperandsMutable().clear();
    if (failed(func.eraseResults(BitVector(func.getNumResults(), true))))
      signalPassFailure();
  }
};

} // namespace
} // namespace mlir::spike::kernel
