// SPDX-License-Identifier: Apache-2.0
// The file of a compiled program: a header with a digest of all that follows, a description in JSON, the object file
// and the weights, each part at a multiple of a cache line. It is read where it is mapped.
#ifndef SPIKE_LIB_EXECUTION_PROGRAMFILE_H
#define SPIKE_LIB_EXECUTION_PROGRAMFILE_H

#include "spike/Execution/MachineProgram.h"
#include "llvm/Support/Error.h"
#include <functional>

namespace mlir::spike {

/// The pieces of the file in order. They point into `program` and into the strings they come with.
struct ProgramFile {
  std::string header, description;
  std::vector<llvm::ArrayRef<char>> pieces;
  uint64_t numBytes = 0;

  ProgramFile(llvm::StringRef key, const MachineProgram &program);
  ProgramFile(const ProgramFile &) = delete;
};

/// The program in a file's bytes, into which it points; an error if they are not exactly the file of this key.
llvm::Expected<MachineProgram> readProgramFile(llvm::StringRef key, llvm::ArrayRef<char> bytes);

} // namespace mlir::spike

#endif // SPIKE_LIB_EXECUTION_PROGRAMFILE_H
