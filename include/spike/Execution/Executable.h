// SPDX-License-Identifier: Apache-2.0
// In-process compilation of a spike module to machine code, and running it. The only JIT entry.
#ifndef SPIKE_EXECUTION_EXECUTABLE_H
#define SPIKE_EXECUTION_EXECUTABLE_H

#include "mlir/IR/BuiltinOps.h"
#include "spike/Execution/ProgramCache.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>
#include <string>
#include <vector>

namespace mlir::spike {

struct ExecutableOptions {
  int64_t numThreads = 1;
  int optimizationLevel = 2;
  /// "kernel" or "generic", see convert-spike-to-linalg.
  std::string contractions = "kernel";
  /// Time every piece of work of a run, see Executable::run.
  bool timed = false;
  /// Function to compile; empty means the only public one.
  std::string entry;
  /// Where the program is kept, under which key and with which note; null: nowhere. Not for timed code.
  const ProgramCache *cache = nullptr;
  std::string key, note;
};

struct MemoryReport {
  int64_t arenaBytes = 0;  ///< of one run in flight
  int64_t weightBytes = 0; ///< packed weights and other constants
  int64_t numWeights = 0;
};

struct StageTime {
  std::string stage;
  double seconds;
};

/// A piece of work of compiled code.
struct TimedWork {
  std::string layer;           ///< module of the source model, may be empty
  std::string work;            ///< the op that was compiled
  int64_t multiplications = 0; ///< iterations for loops
  bool planes = false;         ///< whether those are of digit planes
  int64_t bytes = 0;           ///< of all memory that it names
};

class Executable {
public:
  /// Lowers `module` (spike dialect, consumed) to machine code. On failure emits diagnostics and returns null. Nothing
  /// of the module's context is kept.
  static std::unique_ptr<Executable> create(ModuleOp module, const ExecutableOptions &options);
  /// Code of a program that was compiled before, which needs no context.
  static llvm::Expected<std::unique_ptr<Executable>> load(MachineProgram program, int64_t numThreads);
  ~Executable();

  const std::vector<TensorSpec> &getInputs() const;
  const std::vector<TensorSpec> &getOutputs() const;
  MemoryReport getMemory() const;
  const std::vector<StageTime> &getTimes() const;
  const std::string &getNote() const;

  /// With the option `timed`, what a run does, in order.
  const std::vector<TimedWork> &getWork() const;

  /// Runs once. `inputs` and `outputs` are contiguous buffers in the order and of the size of the specs. May be called
  /// from several threads at a time. Returns false if no memory was left for the arena. `stamps` gets the nanoseconds
  /// at which each piece of work began, and at which the last one ended: one more than getWork() has.
  bool run(llvm::ArrayRef<const void *> inputs, llvm::ArrayRef<void *> outputs,
           llvm::MutableArrayRef<int64_t> stamps = {});

private:
  struct Impl;
  explicit Executable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace mlir::spike

#endif // SPIKE_EXECUTION_EXECUTABLE_H
