// SPDX-License-Identifier: Apache-2.0
// Stages and compiled code, as spike-run uses them.
#ifndef SPIKE_TOOLS_SPIKE_RUN_COMPILED_H
#define SPIKE_TOOLS_SPIKE_RUN_COMPILED_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "spike/Execution/Executable.h"
#include "spike/Interpreter/Tensor.h"

namespace mlir::spike {

/// Runs the stages up to and including `last`, from `import` if the module is a PyTorch program, else from behind it.
LogicalResult runStages(ModuleOp module, StringRef last, int level);

/// Whether the module still has to be imported.
bool isTorchProgram(ModuleOp module);

/// Compiles the module of `function`, which is consumed, and runs the function once.
FailureOr<SmallVector<Tensor>> runCompiled(func::FuncOp function, ArrayRef<Tensor> inputs,
                                           const ExecutableOptions &options);

} // namespace mlir::spike

#endif // SPIKE_TOOLS_SPIKE_RUN_COMPILED_H
