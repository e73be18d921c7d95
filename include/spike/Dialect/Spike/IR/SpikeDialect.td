// SPDX-License-Identifier: Apache-2.0
// The `spike` dialect: spiking networks as value-semantic tensor programs with a leading time axis.
#ifndef SPIKE_DIALECT
#define SPIKE_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/DialectBase.td"

def Spike_Dialect : Dialect {
  let name = "spike";
  let cppNamespace = "::mlir::spike";
  let summary = "Spiking neural networks over tensors with time";
  let description = [{
    Values are statically shaped tensors. The element type says what flows: `i1` a spike, `!spike.count<max = N>` a
    bounded count of spikes, `f32` a current, a membrane or an image, `i8`/`i16`/`i32` quantised values. Time is the
    leading axis; only `spike.neuron`, `spike.encode`, `spike.decode` and `spike.repeat_time` know about it, every other
    op treats its leading axes as a batch.

    The meaning of every op, with its order of evaluation in f32, is given by numbered constraints in `docs/spec.md`
    and executed by the reference interpreter (`spike-run --interpret`).
  }];
  // Neuron models and codes build their steps from these.
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let hasConstantMaterializer = 1;
}

#endif // SPIKE_DIALECT
