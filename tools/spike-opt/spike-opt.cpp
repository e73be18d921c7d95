// SPDX-License-Identifier: Apache-2.0
// Runs passes and pipelines over IR in text or bytecode form.
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "spike/InitAll.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::spike::registerAllDialects(registry);
  mlir::spike::registerAllPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Spike-Transformer-Compiler pass driver\n", registry));
}
