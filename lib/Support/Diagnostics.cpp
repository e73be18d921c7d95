// SPDX-License-Identifier: Apache-2.0
#include "spike/Support/Diagnostics.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;

LogicalResult mlir::spike::runWithDiagnostics(llvm::SourceMgr &sources, MLIRContext &context, bool verify,
                                              function_ref<LogicalResult()> run) {
  if (!verify) {
    SourceMgrDiagnosticHandler handler(sources, &context);
    return run();
  }
  SourceMgrDiagnosticVerifierHandler handler(sources, &context);
  (void)run();
  return handler.verify();
}
