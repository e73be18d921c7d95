// SPDX-License-Identifier: Apache-2.0
// What all spike passes have in common.
#ifndef SPIKE_PASS_BASE
#define SPIKE_PASS_BASE

include "mlir/Pass/PassBase.td"

class Spike_Pass<string argument> : Pass<argument, "::mlir::ModuleOp"> {
  let dependentDialects = ["::mlir::spike::SpikeDialect", "::mlir::func::FuncDialect"];
}

#endif // SPIKE_PASS_BASE
