// SPDX-License-Identifier: Apache-2.0
// spike-run on an image: the chip simulator.
#ifndef SPIKE_TOOLS_SPIKE_RUN_CHIPIMAGE_H
#define SPIKE_TOOLS_SPIKE_RUN_CHIPIMAGE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace mlir::spike {

struct ChipRunOptions {
  llvm::ArrayRef<std::string> inputs; ///< .npy files: the arrays of the image's inputs, or a batch of them
  std::string output;                 ///< prefix of result files; empty: print
  std::string profile, target;        ///< energy profile, and a target in place of the image's own; may be empty
  int64_t threads = 1;
};

/// Whether a file is an image, by its first bytes.
bool isChipImage(llvm::StringRef bytes);

/// Runs an image and writes its results, what its cores did and, with a profile, what that costs.
llvm::Error runChipImage(llvm::StringRef bytes, const ChipRunOptions &options);

} // namespace mlir::spike

#endif // SPIKE_TOOLS_SPIKE_RUN_CHIPIMAGE_H
