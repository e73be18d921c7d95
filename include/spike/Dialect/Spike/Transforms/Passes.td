// SPDX-License-Identifier: Apache-2.0
// Passes from the spike dialect to the spike dialect. All of them run on a module.
#ifndef SPIKE_PASSES
#define SPIKE_PASSES

include "spike/Dialect/Spike/Transforms/PassBase.td"
include "spike/Dialect/Spike/Transforms/Quantization.td"
include "spike/Dialect/Spike/Transforms/Ranges.td"
include "spike/Dialect/Spike/Transforms/Rewrites.td"

//===----------------------------------------------------------------------===//
// Signatures
//===----------------------------------------------------------------------===//

def ExposeNeuronsPass : Spike_Pass<"spike-expose-neurons"> {
  let summary = "Return the output of every neuron layer";
  let description = [{
    Appends the output of each `spike.neuron` to the results of its function, in the order of the neurons. The result
    attribute `spike.path` names the layer. A neuron without a path, or with one that an earlier neuron has, is given a
    new one. A layer that is already returned under its path is left alone, so the pass may run twice.

    With `membranes` the membrane of each layer, as it is after every step, follows its output, under the same path
    and with the attribute `spike.name = "v"`. A neuron whose final state is read cannot give its membranes: that is an error.

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
  let options = [Option<"membranes", "membranes", "bool", "false", "also return membranes, as they are after every step">];
}

def ExposeActivityPass : Spike_Pass<"spike-expose-activity"> {
  let summary = "Return what every layer does: nonzero inputs, synaptic events and spikes";
  let description = [{
    Appends counts to the results of each function, so that compiled code measures activity without a tensor leaving it.
    Every `spike.linear`, `spike.conv`, `spike.matmul`, `spike.mask` and every neuron that fires is a layer. The function
    attribute `spike.layers` describes the layers in order; the result attribute `spike.activity` names the layer (its
    number there) and the quantity. A quantity has one element per step of the leading axis:

    | quantity | layers | meaning |
    |---|---|---|
    | `nonzero0`, `nonzero1` | all | nonzero elements of the first and second operand, of a neuron's output |
    | `sum0` | linear, conv, neuron | sum of the first operand, where it holds counts, in units of its grid |
    | `taps`, `tap_sum` | conv | the same, each element times the output positions that read it |
    | `pairs` | matmul, mask | products of two nonzero elements |

    A layer's `values` say what range analysis knows of each operand: `spike` (0 and 1 in some unit), `ternary` (-1, 0
    and 1), `count` (non-negative integers in some unit) or `real`, which a mean always is. `dense` is the number of
    products in all, `inside` without the taps in the padding; `fan_out` is what one active input costs (per output
    position that reads it, for a convolution; per operand, for a product). `steps` is the number of time steps, one
    behind a mean over time; `repeated` is how often a layer that is the same at every step repeats its work. `sources`
    names the layers that each operand comes from.

    Run it on what `import` gives, and the counts are those of the source's own program. A function that is called cannot
    get further results, and 32 bits must hold each count: else that is an error.

    ```mlir
    // before
    func.func @main(%x: tensor<4x1x8xi1>) -> tensor<4x1x2xf32> {
      %y = spike.linear %x, %w : (tensor<4x1x8xi1>, tensor<2x8xf32>) -> tensor<4x1x2xf32>
      return %y : tensor<4x1x2xf32>
    }
    // after
    func.func @main(%x: tensor<4x1x8xi1>) -> (tensor<4x1x2xf32>,
        tensor<4x!spike.count<max = 8>> {spike.activity = {layer = 0 : i64, quantity = "nonzero0"}})
        attributes {spike.layers = [{name = "fc", kind = "linear", values = ["spike"], dense = 64 : i64, ...} ] } {
      %y = spike.linear %x, %w : (tensor<4x1x8xi1>, tensor<2x8xf32>) -> tensor<4x1x2xf32>
      %n = spike.reduce nonzero %x dims [1, 2] : tensor<4x1x8xi1> -> tensor<4x!spike.count<max = 8>>
      return %y, %n : tensor<4x1x2xf32>, tensor<4x!spike.count<max = 8>>
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
// Time
//===----------------------------------------------------------------------===//

def RollTimePass : Spike_Pass<"spike-roll-time"> {
  let summary = "Turn a program that steps time itself into neurons over all steps";
  let description = [{
    A model that loops over time in its own code arrives as a chain of `single_step` neurons: each starts from the state
    in which the one before ended. The chain becomes one neuron over its T steps. Its T currents are gathered behind a
    time axis: T times the same value is a repetition, parts of one axis that follow each other are that axis, one op
    with equal weights on T values is that op on the gathered values, and anything else is a concatenation. Outputs per
    step become slices, and T of them stacked are the train itself. States that are read before the last step come from
    a `trace`.

    Where a current depends on what the chain has put out before (a recurrent layer), the steps stay apart, as neurons
    over one step each whose paths name it (`lif[3:4]`). A module that starts anew in the same inference has one chain
    for each start; the second is called `lif#1`.

    A function in which every chain has one step is left to `spike-lift-time`, unless `always` says that its one step is
    the whole inference. No result changes.

    ```mlir
    // before
    %s0, %v0 = spike.neuron #spike.lif single_step path "lif" (%x0) : (tensor<1x8xf32>) -> (tensor<1x8xf32>, tensor<1x8xf32>)
    %s1 = spike.neuron #spike.lif single_step path "lif" (%x1) init(%v0) : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    // after, if %x0 and %x1 are the two steps of %x
    %s = spike.neuron #spike.lif path "lif" (%x) : (tensor<2x1x8xf32>) -> tensor<2x1x8xf32>
    ```
  }];
  let options = [Option<"always", "always", "bool", "false", "roll chains of one step, too">];
}

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

def CarryStatePass : Spike_Pass<"spike-carry-state"> {
  let summary = "Turn a program over time into one for a single step that carries its state";
  let description = [{
    The time axis becomes one step long, wherever it lies: behind a repetition, or in an axis of an input (attribute
    `spike.step_axis`). Every neuron starts from an argument and returns its final state; both have the attribute
    `spike.state`, the argument also `spike.initial`, the value before the first step. A reduction over time becomes
    `#spike.running`, so that it is known after every step.

    Running the result once for each step, each time with the state that the last run returned, gives the same bits as
    running the whole program. An op that needs several steps at a time (an input code, a slice of time) is an error.

    ```mlir
    // before
    func.func @main(%x: tensor<4x1x8xf32> {spike.time_axis}) -> tensor<1x8xf32> {
      %s = spike.neuron #spike.lif path "lif" (%x) : (tensor<4x1x8xf32>) -> tensor<4x1x8xf32>
      %y = spike.reduce sum %s dims [0] : tensor<4x1x8xf32> -> tensor<1x8xf32>
      return %y : tensor<1x8xf32>
    }
    // after
    func.func @main(%x: tensor<1x1x8xf32> {spike.step_axis = 0, spike.time_axis},
                    %v: tensor<1x8xf32> {spike.initial = 0.0 : f32, spike.state = "lif.v"},
                    %n: tensor<1x8xf32> {spike.initial = 0.0 : f32, spike.state = "readout.total"})
        -> (tensor<1x8xf32>, tensor<1x8xf32> {spike.state = "lif.v"}, tensor<1x8xf32> {spike.state = "readout.total"}) {
      %s, %v1 = spike.neuron #spike.lif path "lif" (%x) init(%v) : ...
      %y, %n1 = spike.neuron #spike.running<kind = sum> path "readout" (%s) init(%n) : ...
      ...
    ```
  }];
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

#endif // SPIKE_PASSES
