// SPDX-License-Identifier: Apache-2.0
// What a module is, as a digest and as a copy that depends on nothing but its weights.
#include "Job.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"

using namespace mlir;

namespace spike_python {

std::string Module::digest() {
  llvm::BLAKE3 hasher;
  // Each piece with its size before it: no two modules read the same.
  auto add = [&](StringRef bytes) {
    uint64_t size = bytes.size();
    hasher.update(StringRef(reinterpret_cast<const char *>(&size), sizeof(size)));
    hasher.update(bytes);
  };
  add(print({/*elideWeights=*/true, /*debugInfo=*/false, /*generic=*/false, /*elideConstants=*/-1}));
  for (const auto &[name, blob] : blobs()) {
    add(name);
    add(StringRef(blob.data, blob.bytes));
  }
  return llvm::toHex(hasher.final(), /*LowerCase=*/true);
}

Result<std::shared_ptr<Module>> Module::detached() {
  std::map<std::string, Blob> shared = blobs();
  for (auto &[name, blob] : shared)
    blob.owner = job_;
  PrintOptions options;
  options.debugInfo = true;
  return parse(print(options), "", &shared);
}

} // namespace spike_python
