// SPDX-License-Identifier: Apache-2.0
// spike-expose-neurons: return the output of every neuron layer.
#include "NeuronSignature.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"

namespace mlir::spike {

#define GEN_PASS_DEF_EXPOSENEURONSPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

struct ExposeNeuronsPass : impl::ExposeNeuronsPassBase<ExposeNeuronsPass> {
  using ExposeNeuronsPassBase::ExposeNeuronsPassBase;

  void runOnOperation() override {
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      if (failed(exposeNeurons(function, membranes)))
        return signalPassFailure();
  }
};

} // namespace
} // namespace mlir::spike
