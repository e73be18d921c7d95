// SPDX-License-Identifier: Apache-2.0
// Bufferisation of the kernel ops: the same op on memrefs, its result in the init.
#include "spike/Dialect/Kernel/IR/Kernel.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace mlir::spike::kernel;

namespace {

/// Kernels take bare pointers, so a buffer with strides of its own is copied to a contiguous one first.
FailureOr<Value> getContiguousBuffer(RewriterBase &rewriter, Location loc, Value value,
                                     const BufferizationOptions &options, const BufferizationState &state) {
  FailureOr<Value> buffer = getBuffer(rewriter, value, options, state);
  if (failed(buffer))
    return failure();
  auto type = cast<MemRefType>(buffer->getType());
  if (type.getLayout().isIdentity())
    return buffer;
  auto contiguous = MemRefType::get(type.getShape(), type.getElementType());
  Value copy = memref::AllocOp::create(rewriter, loc, contiguous);
  memref::CopyOp::create(rewriter, loc, *buffer, copy);
  return copy;
}

template <typename OpTy>
struct KernelModel : DstBufferizableOpInterfaceExternalModel<KernelModel<OpTy>, OpTy> {
  /// A kernel overwrites its destination without reading it.
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand, const AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter, const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto kernel = cast<OpTy>(op);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      FailureOr<Value> buffer = operand == kernel.getInit()
                                    ? getBuffer(rewriter, operand, options, state)
                                    : getContiguousBuffer(rewriter, op->getLoc(), operand, options, state);
      if (failed(buffer))
        return failure();
      operands.push_back(*buffer);
    }
    unsigned initIndex = kernel.getInitMutable().getOperandNumber();
    Value init = operands[initIndex];
    Value target = init;
    auto initType = cast<MemRefType>(init.getType());
    if (!initType.getLayout().isIdentity()) {
      target = memref::AllocOp::create(rewriter, op->getLoc(),
                                       MemRefType::get(initType.getShape(), initType.getElementType()));
      operands[initIndex] = target;
    }
    OperationState newOp(op->getLoc(), op->getName(), operands, TypeRange(),
                         op->getDiscardableAttrDictionary().getValue());
    Operation *created = rewriter.create(newOp);
    created->copyProperties(op->getPropertiesStorage());
    if (target != init)
      memref::CopyOp::create(rewriter, op->getLoc(), target, init);
    replaceOpWithBufferizedValues(rewriter, op, init);
    return success();
  }
};

} // namespace

void mlir::spike::kernel::registerBufferizableOpInterfaceExternalModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, KernelDialect *) {
    LinearOp::attachInterface<KernelModel<LinearOp>>(*context);
    ConvOp::attachInterface<KernelModel<ConvOp>>(*context);
    MatmulOp::attachInterface<KernelModel<MatmulOp>>(*context);
    PoolOp::attachInterface<KernelModel<PoolOp>>(*context);
    AttentionOp::attachInterface<KernelModel<AttentionOp>>(*context);
    context->loadDialect<memref::MemRefDialect, BufferizationDialect>();
  });
}
