// SPDX-License-Identifier: Apache-2.0
// convert-spike-to-linalg: the boundary between counted spikes and plain integers.
#include "Builders.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "spike/Conversion/Passes.h"
#include "spike/Dialect/Kernel/IR/Kernel.h"

namespace mlir::spike {
#define GEN_PASS_DEF_CONVERTSPIKETOLINALGPASS
#include "spike/Conversion/Passes.h.inc"

namespace {

struct ConvertSpikeToLinalgPass : impl::ConvertSpikeToLinalgPassBase<ConvertSpikeToLinalgPass> {
  using ConvertSpikeToLinalgPassBase::ConvertSpikeToLinalgPassBase;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    if (contractions != "kernel" && contractions != "generic") {
      getOperation()->emitError() << "expected contractions to be 'kernel' or 'generic', got '" << contractions << "'";
      return signalPassFailure();
    }
    // At the module's level values may form cycles, for which the patterns below have no end.
    for (Operation &op : getOperation().getOps())
      if (isa_and_present<SpikeDialect>(op.getDialect())) {
        op.emitOpError() << "cannot stand outside a function";
        return signalPassFailure();
      }
    TypeConverter converter;
    converter.addConversion([](Type type) { return type; });
    converter.addConversion([](RankedTensorType type) -> Type { return getStorageType(type); });

    FusedNeurons fused;
    RewritePatternSet patterns(context);
    populateElementwisePatterns(converter, patterns);
    populateShapePatterns(converter, patterns);
    populateWindowPatterns(converter, patterns);
    populateNeuronPatterns(converter, patterns, fused);
    populateContractionPatterns(converter, patterns,
                                contractions == "kernel" ? Contractions::kernel : Contractions::generic, fused);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);

    ConversionTarget target(*context);
    target.addIllegalDialect<SpikeDialect>();
    target.addLegalDialect<arith::ArithDialect, linalg::LinalgDialect, tensor::TensorDialect, math::MathDialect,
                           kernel::KernelDialect>();
    target.addLegalOp<ModuleOp>();
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
      return converter.isSignatureLegal(op.getFunctionType()) && converter.isLegal(&op.getBody());
    });
    target.addDynamicallyLegalOp<func::ReturnOp>([&](func::ReturnOp op) { return converter.isLegal(op); });
    if (failed(applyFullConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace mlir::spike
