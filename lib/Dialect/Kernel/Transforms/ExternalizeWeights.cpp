// SPDX-License-Identifier: Apache-2.0
// kernel-externalize-weights: constant tensors become arguments.
#include "spike/Dialect/Kernel/Transforms/Passes.h"
#include "spike/Support/Weights.h"

namespace mlir::spike::kernel {
#define GEN_PASS_DEF_KERNELEXTERNALIZEWEIGHTSPASS
#include "spike/Dialect/Kernel/Transforms/Passes.h.inc"

namespace {

struct ExternalizeWeightsPass : impl::KernelExternalizeWeightsPassBase<ExternalizeWeightsPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    SmallVector<arith::ConstantOp> constants;
    func.walk([&](arith::ConstantOp op) {
      if (isa<RankedTensorType>(op.getType()))
        constants.push_back(op);
    });
    for (arith::ConstantOp op : constants)
      if (failed(externalize(func, op)))
        return signalPassFailure();
  }

private:
  static LogicalResult externalize(func::FuncOp func, arith::ConstantOp op) {
    OpBuilder builder(op);
    auto value = cast<ElementsAttr>(op.getValue());
    auto type = cast<RankedTensorType>(op.getType());
    if (auto dense = dyn_cast<DenseElementsAttr>(value); dense && dense.isSplat()) {
      Value scalar = arith::ConstantOp::create(builder, op.getLoc(), cast<TypedAttr>(dense.getSplatValue<Attribute>()));
      Value empty = tensor::EmptyOp::create(builder, op.getLoc(), type.getShape(), type.getElementType());
      op.replaceAllUsesWith(linalg::FillOp::create(builder, op.getLoc(), scalar, empty).getResult(0));
      op.erase();
      return success();
    }
    if (!getRawData(value))
      return op.emitOpError() << "has no data of the size of " << type << "; attach the weight before lowering";
    unsigned index = func.getNumArguments();
    DictionaryAttr attrs = builder.getDictionaryAttr(builder.getNamedAttr("kernel.weight", value));
    if (failed(func.insertArgument(index, type, attrs, op.getLoc())))
      return failure();
    op.replaceAllUsesWith(func.getArgument(index));
    op.erase();
    return success();
  }
};

} // namespace
} // namespace mlir::spike::kernel
