// SPDX-License-Identifier: Apache-2.0
// The one list of dialects, passes and pipelines.
#include "spike/InitAll.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "spike/Dialect/Spike/IR/Spike.h"

void mlir::spike::registerAllDialects(DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<SpikeDialect>();
}

void mlir::spike::registerAllPasses() { mlir::registerAllPasses(); }
