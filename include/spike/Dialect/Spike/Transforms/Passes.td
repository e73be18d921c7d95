// SPDX-License-Identifier: Apache-2.0
// Passes from the spike dialect to the spike dialect. All of them run on a module.
#ifndef SPIKE_PASSES
#define SPIKE_PASSES

include "mlir/Pass/PassBase.td"

class Spike_Pass<string argument> : Pass<argument, "::mlir::ModuleOp"> {
  let dependentDialects = ["::mlir::spike::SpikeDialect", "::mlir::func::FuncDialect"];
}

//===----------------------------------------------------------------------===//
// Signatures
//===----------------------------------------------------------------------===//

def ExposeNeuronsPass : Spike_Pass<"spike-expose-neurons"> {
  let summary = "Return the output of every neuron layer";
  let description = [{
    Appends the output of each `spike.neuron` to the results of its function, in the order of the neurons. The result
    attribute `spike.path` names the layer. A neuron without a path, or with one that an earlier neuron has, is given a
    new one. A layer that is already returned under its path is left alone, so the pass may run twice.

    A function that is called cannot get further results: that is an error.

    ```mlir
    // before
    func.func @main(%x: tensor<4x1x8xf32>) -> tensor<4x1x2xf32> {
      %s = spike.neuron #spike.lif path "lif" (%x) : (tensor<4x1x8xf32>) -> tensor<4x1x8xf32>
      ...
      return %y : tensor<4x1x2xf32>
    }
    // after
    func.func @main(%x: tensor<4x1x8xf32>) -> (tensor<4x1x2xf32>, tensor<4x1x8xf32> {spike.path = "lif"}) {
      ...
      return %y, %s : tensor<4x1x2xf32>, tensor<4x1x8xf32>
    }
    ```
  }];
}

def TeacherForcePass : Spike_Pass<"spike-teacher-force"> {
  let summary = "Feed given spikes to everything behind a neuron layer";
  let description = [{
    Exposes the neurons as `spike-expose-neurons` does, and adds one spike argument for each layer (argument attributes
    `spike.path` and `spike.name`). Everything that read the neuron's output reads the argument, so that each layer can
    be compared with a reference that had the same input. The exposed result remains the layer's own output.

    Layers whose output is not binary are exposed, but not replaced.

    ```mlir
    // before
    func.func @main(%x: tensor<4x1x8xf32>) -> tensor<4x1x2xf32> {
      %s = spike.neuron #spike.lif path "lif" (%x) : (tensor<4x1x8xf32>) -> tensor<4x1x8xf32>
      %y = spike.linear %s, %w : ...
      return %y : tensor<4x1x2xf32>
    }
    // after
    func.func @main(%x: tensor<4x1x8xf32>, %given: tensor<4x1x8xi1> {spike.name = "lif", spike.path = "lif"})
        -> (tensor<4x1x2xf32>, tensor<4x1x8xf32> {spike.path = "lif"}) {
      %s = spike.neuron #spike.lif path "lif" (%x) : (tensor<4x1x8xf32>) -> tensor<4x1x8xf32>
      %f = spike.cast %given : tensor<4x1x8xi1> -> tensor<4x1x8xf32>
      %y = spike.linear %f, %w : ...
      return %y, %s : tensor<4x1x2xf32>, tensor<4x1x8xf32>
    }
    ```
  }];
}

//===----------------------------------------------------------------------===//
// Rewrites
//===----------------------------------------------------------------------===//

def FoldBatchNormPass : Spike_Pass<"spike-fold-batch-norm"> {
  let summary = "Fold batch normalisation into the synapses before it";
  let description = [{
    Where the channels of a `spike.batch_norm` are the output channels of a `spike.linear` or `spike.conv`, and nothing
    else reads them on the way, its gain goes into the weights and its shift into the bias. Reshapes, transposes and
    repetitions in time may lie between the two. Gain and shift are computed in f64 and each new weight is rounded once.

    The result is equal up to rounding: this is the only pass besides `spike-reassociate-attention` with new roundings.
    A batch normalisation behind anything else stays.

    ```mlir
    // before
    %y = spike.linear %x, %w : (tensor<4x8xf32>, tensor<3x8xf32>) -> tensor<4x3xf32>
    %z = spike.batch_norm %y mean %m var %v gamma %g beta %b eps 1.0e-05 axis 1 : ...
    // after
    %z = spike.linear %x, %folded, %bias : (tensor<4x8xf32>, tensor<3x8xf32>, tensor<3xf32>) -> tensor<4x3xf32>
    ```
  }];
}

#endif // SPIKE_PASSES
