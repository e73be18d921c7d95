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

/// Checks that a function's results are tensors of the spike dialect.
LogicalResult checkResults(func::FuncOp function);

/// Runs once; `type` is what the function had before it was compiled.
FailureOr<SmallVector<Tensor>> runCompiled(Executable &executable, FunctionType type, ArrayRef<Tensor> inputs,
                                           Location loc);

} // namespace mlir::spike

#endif // SPIKE_TOOLS_SPIKE_RUN_COMPILED_H
