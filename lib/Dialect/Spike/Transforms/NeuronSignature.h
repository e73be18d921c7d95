// SPDX-License-Identifier: Apache-2.0
// Layers in the signature of a function, shared by the passes that expose or replace them.
#ifndef SPIKE_LIB_TRANSFORMS_NEURONSIGNATURE_H
#define SPIKE_LIB_TRANSFORMS_NEURONSIGNATURE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

inline constexpr StringLiteral kPathAttr = "spike.path";
inline constexpr StringLiteral kNameAttr = "spike.name";

/// The neurons of a function in order; empty for a declaration. Neurons in nested regions do not count.
SmallVector<NeuronOp> getNeurons(func::FuncOp function);

/// Gives every neuron a path that no other neuron of the function has.
void makePathsUnique(ArrayRef<NeuronOp> neurons);

/// The source's module that `op` comes from: a neuron's path, or the name in its location; empty if there is none.
StringRef getModulePath(Operation *op);

/// The return of a function whose signature may get more results; an error, which names `what`, if it may not.
FailureOr<func::ReturnOp> getExtensibleReturn(func::FuncOp function, StringRef what);

/// Returns the output of every neuron under its path, and its `membranes` if asked for (see spike-expose-neurons).
/// Fails with an error if the signature of the function cannot change, or a neuron cannot give its membranes.
LogicalResult exposeNeurons(func::FuncOp function, bool membranes = false);

} // namespace mlir::spike

#endif // SPIKE_LIB_TRANSFORMS_NEURONSIGNATURE_H
