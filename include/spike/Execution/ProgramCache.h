// SPDX-License-Identifier: Apache-2.0
// Compiled programs kept on this machine between processes.
#ifndef SPIKE_EXECUTION_PROGRAMCACHE_H
#define SPIKE_EXECUTION_PROGRAMCACHE_H

#include "spike/Execution/MachineProgram.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace mlir::spike {

/// What code depends on besides its source: this build of the compiler, LLVM's, and the CPU.
struct HostIdentity {
  std::vector<std::string> builds; ///< build identifiers of the binary with this code, of MLIR's and of LLVM's library
  std::string cpu, features, kernels;

  /// Nothing if a library does not say which build it is: then no program can be known to be this build's.
  static std::optional<HostIdentity> detect();
};

/// A folder with one file for each program. Files are written whole or not at all and never changed, so any number of
/// processes may use one folder. Whatever cannot be read is a miss.
class ProgramCache {
public:
  /// Opens the folder, which is made if need be. Refused if others own it or may write to it.
  static llvm::Expected<std::unique_ptr<ProgramCache>> open(llvm::StringRef folder, uint64_t maxBytes);
  ~ProgramCache();

  /// The key of a program that is made from `parts` here.
  std::string makeKey(llvm::ArrayRef<std::string> parts) const { return makeKey(host, parts); }
  static std::string makeKey(const HostIdentity &host, llvm::ArrayRef<std::string> parts);

  /// The program, mapped from its file after a look at every byte of it; nothing if there is none that is intact.
  std::optional<MachineProgram> read(llvm::StringRef key) const;
  /// Keeps the program, and removes those that were not used for the longest time until all fit. Returns whether it
  /// was written.
  bool write(llvm::StringRef key, const MachineProgram &program) const;

private:
  ProgramCache(int fd, std::string folder, uint64_t maxBytes, HostIdentity host)
      : fd(fd), folder(std::move(folder)), maxBytes(maxBytes), host(std::move(host)) {}
  int fd;
  std::string folder;
  uint64_t maxBytes;
  HostIdentity host;
};

} // namespace mlir::spike

#endif // SPIKE_EXECUTION_PROGRAMCACHE_H
