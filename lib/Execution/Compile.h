// SPDX-License-Identifier: Apache-2.0
// From the spike dialect to a program for this machine.
#ifndef SPIKE_LIB_EXECUTION_COMPILE_H
#define SPIKE_LIB_EXECUTION_COMPILE_H

#include "spike/Execution/Executable.h"
#include "llvm/Support/MemoryBuffer.h"

namespace mlir::spike {

/// A program whose weights are still in the module's context and whose code is in `object`.
struct CompiledModule {
  MachineProgram program;
  std::unique_ptr<llvm::MemoryBuffer> object;
  std::vector<StageTime> times;
  std::vector<TimedWork> work;
};

/// Lowers `module` (spike dialect, consumed). On failure emits diagnostics.
FailureOr<CompiledModule> compileModule(ModuleOp module, const ExecutableOptions &options);

} // namespace mlir::spike

#endif // SPIKE_LIB_EXECUTION_COMPILE_H
