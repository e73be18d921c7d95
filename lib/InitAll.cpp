// SPDX-License-Identifier: Apache-2.0
// The one list of dialects, passes and pipelines.
#include "spike/InitAll.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "spike/Conversion/Passes.h"
#include "spike/Dialect/Check/IR/Check.h"
#include "spike/Dialect/Kernel/IR/Kernel.h"
#include "spike/Dialect/Kernel/Transforms/Passes.h"
#include "spike/Dialect/Loihi/IR/Loihi.h"
#include "spike/Dialect/Loihi/Transforms/Passes.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "spike/Dialect/Torch/IR/Torch.h"
#include "spike/Pipelines/Pipelines.h"

void mlir::spike::registerAllDialects(DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<check::CheckDialect, kernel::KernelDialect, loihi::LoihiDialect, SpikeDialect, torch::TorchDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  kernel::registerBufferizableOpInterfaceExternalModels(registry);
}

void mlir::spike::registerAllPasses() {
  mlir::registerAllPasses();
  registerSpikeConversionPasses();
  registerSpikePasses();
  kernel::registerSpikeKernelPasses();
  loihi::registerSpikeLoihiPasses();
  registerPipelines();
}
