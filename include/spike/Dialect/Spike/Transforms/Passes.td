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

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

def LiftTimePass : Spike_Pass<"spike-lift-time"> {
  let summary = "Turn a program for one time step into one for all of them";
  let description = [{
    In a function with `single_step` neurons, every value that depends on an argument gets a leading axis of
    `time-steps`: arguments are repeated over time, results are trains, and the neurons lose `single_step`. With
    `always`, a function without neurons is lifted as well. A function that mixes both kinds of neurons is an error.

    In every other function the pass only says what it finds: an argument that carries the time axis of a neuron gets
    the attribute `spike.time_axis`.

    ```mlir
    // before
    func.func @main(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
      %s = spike.neuron #spike.lif single_step (%x) : (tensor<1x8xf32>) -> tensor<1x8xf32>
      return %s : tensor<1x8xf32>
    }
    // after, time-steps=4
    func.func @main(%x: tensor<1x8xf32>) -> tensor<4x1x8xf32> {
      %0 = spike.repeat_time %x : tensor<1x8xf32> -> tensor<4x1x8xf32>
      %s = spike.neuron #spike.lif (%0) : (tensor<4x1x8xf32>) -> tensor<4x1x8xf32>
      return %s : tensor<4x1x8xf32>
    }
    ```
  }];
  let options = [Option<"timeSteps", "time-steps", "int64_t", "0", "number of time steps">,
                 Option<"always", "always", "bool", "false", "lift functions without neurons, too">];
}

def EncodeInputPass : Spike_Pass<"spike-encode-input"> {
  let summary = "Feed the inputs through a code";
  let description = [{
    Where an argument is repeated over time, the code takes the repetition's place. An argument that carries the time
    axis itself (`spike.time_axis`) loses it and is encoded first. The delta code works the other way round: it reads
    an input with a time axis, so an argument that was repeated gets one. Run `spike-lift-time` before.

    An argument that is used before it is repeated cannot be encoded: that is an error.

    ```mlir
    // before
    %0 = spike.repeat_time %x : tensor<1x8xf32> -> tensor<4x1x8xf32>
    // after, code=#spike.rate
    %0 = spike.encode #spike.rate (%x) steps 4 : tensor<1x8xf32> -> tensor<4x1x8xf32>
    ```
  }];
  let options = [Option<"code", "code", "std::string", "", "the code's attribute, for example #spike.latency">];
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

def SetBatchPass : Spike_Pass<"spike-set-batch"> {
  let summary = "Give the batch another size";
  let description = [{
    Follows the batch axis from the inputs through every op, reshapes included, and changes its size everywhere. `axes`
    names the batch axis of each input, -1 for an input without one. A batch that is mixed with something else (reduced,
    sliced, multiplied by a weight, part of a constant) is an error, and the module is left as it was.

    ```mlir
    // before
    func.func @main(%x: tensor<4x1x8xf32>) -> tensor<4x1x2xf32> {
      %y = spike.linear %x, %w : (tensor<4x1x8xf32>, tensor<2x8xf32>) -> tensor<4x1x2xf32>
      ...
    // after spike-set-batch{size=16 axes=1}
    func.func @main(%x: tensor<4x16x8xf32>) -> tensor<4x16x2xf32> {
      %y = spike.linear %x, %w : (tensor<4x16x8xf32>, tensor<2x8xf32>) -> tensor<4x16x2xf32>
      ...
    ```
  }];
  let options = [
    Option<"size", "size", "int64_t", "1", "the new batch size">,
    ListOption<"axes", "axes", "int64_t", "batch axis of each input, -1 for none">];
}

def SetTimePass : Spike_Pass<"spike-set-time"> {
  let summary = "Repeat the inputs for another number of time steps";
  let description = [{
    For programs whose time comes from `spike.repeat_time` alone, as after `spike-lift-time`. The time axis is followed
    through every op; one that mixes time steps is an error, and the module is left as it was.

    ```mlir
    // before
    %0 = spike.repeat_time %x : tensor<1x8xf32> -> tensor<4x1x8xf32>
    %s = spike.neuron #spike.lif (%0) : (tensor<4x1x8xf32>) -> tensor<4x1x8xf32>
    // after spike-set-time{steps=6}
    %0 = spike.repeat_time %x : tensor<1x8xf32> -> tensor<6x1x8xf32>
    %s = spike.neuron #spike.lif (%0) : (tensor<6x1x8xf32>) -> tensor<6x1x8xf32>
    ```
  }];
  let options = [Option<"steps", "steps", "int64_t", "1", "the new number of time steps">];
}

//===----------------------------------------------------------------------===//
// Contracts
//===----------------------------------------------------------------------===//

def VerifySpikeContractPass : Spike_Pass<"verify-spike-contract"> {
  let summary = "Check what one stage hands to the next";
  let description = [{
    Ends the stages `import` and `optimize`. Beyond what each op verifies:
    1. a module holds functions only, each with a body of one block;
    2. a signature has statically shaped tensors of f32, i1, i8, i16, i32 or counts;
    3. a body has spike operations and `func.return`;
    4. no neuron is `single_step`, and no two neurons of a function have the same path;
    5. weights, statistics and neuron parameters are constants, and the data of each constant is there.

    Every violation is an error. Nothing is changed.

    ```mlir
    // refused: a neuron with single_step is left; run spike-lift-time
    %s = spike.neuron #spike.if single_step path "if" (%x) : (tensor<1x8xf32>) -> tensor<1x8xf32>
    ```
  }];
}

#endif // SPIKE_PASSES
