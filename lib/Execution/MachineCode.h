// SPDX-License-Identifier: Apache-2.0
// From the LLVM dialect to an object file, and from an object file to code that can be called.
#ifndef SPIKE_LIB_EXECUTION_MACHINECODE_H
#define SPIKE_LIB_EXECUTION_MACHINECODE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

namespace llvm::orc {
class LLJIT;
} // namespace llvm::orc

namespace mlir::spike {

/// An object file for this machine whose entry calls the function with the pointers of a table.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> compileToObject(ModuleOp module, StringRef function, int level);

/// Code in memory.
class MachineCode {
public:
  /// Links an object file of compileToObject with the runtime.
  static llvm::Expected<std::unique_ptr<MachineCode>> load(StringRef object);
  ~MachineCode();

  /// Calls the function; `table` holds its arguments.
  void run(const void *const *table) const { entry(table); }

private:
  using Entry = void (*)(const void *const *);
  MachineCode(std::unique_ptr<llvm::orc::LLJIT> jit, Entry entry);
  std::unique_ptr<llvm::orc::LLJIT> jit;
  Entry entry;
};

} // namespace mlir::spike

#endif // SPIKE_LIB_EXECUTION_MACHINECODE_H
