// SPDX-License-Identifier: Apache-2.0
// A compiled program as plain data: everything that running it takes, and nothing of MLIR.
#ifndef SPIKE_EXECUTION_MACHINEPROGRAM_H
#define SPIKE_EXECUTION_MACHINEPROGRAM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <memory>
#include <string>
#include <vector>

namespace mlir::spike {

/// An input or output of a compiled function.
struct TensorSpec {
  std::string name;  ///< `spike.name` of the argument or result, may be empty
  std::string path;  ///< `spike.path`: the module whose spikes these are, may be empty
  std::string dtype; ///< NumPy name: float32, bool, uint8, uint16, int8, int16, int32
  llvm::SmallVector<int64_t> shape;
  int64_t getNumBytes() const;
};

struct MachineProgram {
  std::vector<TensorSpec> inputs, outputs;
  int64_t arenaBytes = 0; ///< of one run in flight
  std::string note;       ///< whatever its maker wants to know of it later
  llvm::StringRef object; ///< an object file whose entry takes inputs, weights, outputs and the arena
  std::vector<llvm::ArrayRef<char>> weights; ///< packed, in the order of the entry's arguments
  std::shared_ptr<const void> memory;        ///< holds what `object` and `weights` point to
};

} // namespace mlir::spike

#endif // SPIKE_EXECUTION_MACHINEPROGRAM_H
