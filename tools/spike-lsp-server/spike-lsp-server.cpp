// SPDX-License-Identifier: Apache-2.0
// Language server for editors: diagnostics, hover, definitions and completion in .mlir files with our dialects.
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "spike/InitAll.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::spike::registerAllDialects(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
