// SPDX-License-Identifier: Apache-2.0
// What a tool does with the diagnostics of a file.
#ifndef SPIKE_SUPPORT_DIAGNOSTICS_H
#define SPIKE_SUPPORT_DIAGNOSTICS_H

#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/LLVM.h"
#include "llvm/Support/SourceMgr.h"

namespace mlir::spike {

/// Runs it. Diagnostics are printed with their lines; to `verify` them is to compare them with the file's
/// expected-error lines, and only that counts then.
LogicalResult runWithDiagnostics(llvm::SourceMgr &sources, MLIRContext &context, bool verify,
                                 function_ref<LogicalResult()> run);

} // namespace mlir::spike

#endif // SPIKE_SUPPORT_DIAGNOSTICS_H
