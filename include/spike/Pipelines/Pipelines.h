// SPDX-License-Identifier: Apache-2.0
// The stages of compilation, in order. spike-opt, spike-run and the Python package all read this one table.
#ifndef SPIKE_PIPELINES_PIPELINES_H
#define SPIKE_PIPELINES_PIPELINES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace mlir::spike {

constexpr int kMaxOptimizationLevel = 3;

struct Stage {
  llvm::StringRef name;
  llvm::StringRef reason;
  /// Pass pipeline for each optimisation level, to be anchored on builtin.module.
  std::string pipelines[kMaxOptimizationLevel + 1];
  /// Not on the way of every compilation.
  bool isAside = false;
};

/// All stages in the order in which they run.
llvm::ArrayRef<Stage> getStages();

/// The stage of that name, or null.
const Stage *findStage(llvm::StringRef name);

/// Registers every stage as a pass pipeline `spike-<name>` with the option `level`.
void registerPipelines();

} // namespace mlir::spike

#endif // SPIKE_PIPELINES_PIPELINES_H
