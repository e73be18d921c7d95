// SPDX-License-Identifier: Apache-2.0
// Rewrites that make a program cheaper, and the contract at the end of a stage.
#ifndef SPIKE_REWRITES
#define SPIKE_REWRITES

include "spike/Dialect/Spike/Transforms/PassBase.td"

//===----------------------------------------------------------------------===//
// Rewrites
//===----------------------------------------------------------------------===//

def FoldBatchNormPass : Spike_Pass<"spike-fold-batch-norm"> {
  let summary = "Fold batch normalisation into the synapses before it";
  let description = [{
    Where the channels of a `spike.batch_norm` are the output channels of a `spike.linear` or `spike.conv`, and nothing
    else reads them on the way, its gain goes into the weights and its shift into the bias. Reshapes, transposes and
    repetitions in time may lie between the two. Gain and shift are computed in f64 and each new weight is rounded once.

    The result is equal up to rounding.
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

def FoldBorderPass : Spike_Pass<"spike-fold-border"> {
  let summary = "Turn a border of batch norm's image of zero into zero padding";
  let description = [{
    RepConv pads a normalised image with what the normalisation makes of zero, by assignment to the rows and columns
    around it. A 1x1 convolution without bias makes zero of zero, so the same border comes from zero padding before the
    convolution, which `spike.conv` does itself.

    The border is taken for the image of zero if every number of it is within the rounding of the source's own f32
    expression. So values on the border change by a rounding, those inside do not change.

    ```mlir
    // before
    %n = spike.batch_norm (spike.conv %x, %w padding [0, 0, 0, 0] ...) ...
    %p = spike.pad %n padding [1, 1, 1, 1] : tensor<8x16x8x8xf32> -> tensor<8x16x10x10xf32>
    %b = spike.map select %rows, %zero_normalised, %p : ...
    %r = spike.map select %columns, %zero_normalised, %b : ...
    // after
    %r = spike.batch_norm (spike.conv %x, %w padding [1, 1, 1, 1] ...) ...
    ```
  }];
}

def FoldRepConvPass : Spike_Pass<"spike-fold-rep-conv"> {
  let summary = "Join two convolutions in a row, one of them 1x1, into one";
  let description = [{
    RepConv, a 1x1 convolution, a depthwise 3x3 and a 1x1 one, is in real arithmetic a single 3x3 convolution of spikes.
    A convolution of a convolution becomes one with the product of their weights, if one of the kernels is 1x1, the
    second has no padding of its own, and nothing else reads the value between them. Products are summed in f64 and each
    new weight is rounded once.

    The result is equal up to rounding. The joined kernel is dense: it reads spikes instead of real values, but multiplies
    more often. Where it would have more than ten times the weights of the two, they stay apart.

    ```mlir
    // before
    %a = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] channels_first : (tensor<1x4x8x8xi1>, tensor<4x4x1x1xf32>) -> tensor<1x4x10x10xf32>
    %b = spike.conv %a, %v strides [1, 1] padding [0, 0, 0, 0] groups 4 channels_first : (tensor<1x4x10x10xf32>, tensor<4x1x3x3xf32>) -> tensor<1x4x8x8xf32>
    // after
    %b = spike.conv %x, %composed strides [1, 1] padding [1, 1, 1, 1] channels_first : (tensor<1x4x8x8xi1>, tensor<4x4x3x3xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
}

def CancelReshapePass : Spike_Pass<"spike-cancel-reshape"> {
  let summary = "Work on [T, B, ...] where the source merges time and batch";
  let description = [{
    PyTorch code merges time and batch before a stateless layer and takes them apart behind it. Here such layers treat
    all leading axes as a batch, so the merge moves behind the layer, and the pair of reshapes vanishes. This holds for
    synapses, batch normalisation, pools, elementwise ops, reductions, slices and transposes that keep the merged axis
    in front. An op that runs over the merged axis (a neuron, a reduction) keeps its reshape.

    ```mlir
    // before
    %0 = spike.reshape %x : tensor<4x2x3x8x8xf32> -> tensor<8x3x8x8xf32>
    %1 = spike.conv %0, %w ... : (tensor<8x3x8x8xf32>, tensor<6x3x3x3xf32>) -> tensor<8x6x8x8xf32>
    %2 = spike.reshape %1 : tensor<8x6x8x8xf32> -> tensor<4x2x6x8x8xf32>
    // after
    %2 = spike.conv %x, %w ... : (tensor<4x2x3x8x8xf32>, tensor<6x3x3x3xf32>) -> tensor<4x2x6x8x8xf32>
    ```
  }];
}

def HoistTimeInvariantPass : Spike_Pass<"spike-hoist-time-invariant"> {
  let summary = "Compute once what is the same at every time step";
  let description = [{
    An image that is repeated over time stays the same up to the first neuron. `spike.repeat_time` moves towards the
    outputs, through every op without state, so that they work on one step instead of T; merges of time and batch on the
    way are removed as by `spike-cancel-reshape`. Two repeated operands become one repeated result. The direct code is a
    repetition.

    A repetition that reaches a neuron, a return, an op over time, or an op with another operand that changes over time
    stays there.

    ```mlir
    // before
    %0 = spike.repeat_time %x : tensor<1x8xf32> -> tensor<4x1x8xf32>
    %1 = spike.linear %0, %w : (tensor<4x1x8xf32>, tensor<3x8xf32>) -> tensor<4x1x3xf32>
    // after
    %0 = spike.linear %x, %w : (tensor<1x8xf32>, tensor<3x8xf32>) -> tensor<1x3xf32>
    %1 = spike.repeat_time %0 : tensor<1x3xf32> -> tensor<4x1x3xf32>
    ```
  }];
}

def RemoveDeadModulesPass : Spike_Pass<"spike-remove-dead-modules"> {
  let summary = "Remove what no result depends on";
  let description = [{
    Removes every op whose results nothing reads, from the outputs backwards. Where this takes away all that is left of
    a module of the source (a neuron's path, or the name in an op's location), a remark names it.

    ```mlir
    // before
    %s = spike.neuron #spike.lif path "aux.lif" (%x) : (tensor<4x1x8xf32>) -> tensor<4x1x8xf32>
    return %x : tensor<4x1x8xf32>
    // after, with the remark: removed dead module 'aux.lif'
    return %x : tensor<4x1x8xf32>
    ```
  }];
}

def FixWeightsPass : Spike_Pass<"spike-fix-weights"> {
  let summary = "Make sums of integer inputs exact";
  let description = [{
    The weights of a `spike.linear` or a `spike.conv` whose input holds integers of 0 to 255 are rounded, output by
    output, to 24-bit integers in units of a power of two; the op becomes `exact`. Sums in integer arithmetic
    are then the sums meant, on any machine, in any order.

    A weight may change by half a unit, about 2^-23 of the largest weight of its output. An op stays as it is if the
    changes of an output add up to more than 2^-18 of the smaller half of its absolute weights (a few are far above the
    others), if digit sums might not fit 32 bits, or if range analysis proves its sums exact and rounding would change a
    weight.

    ```mlir
    // before
    %y = spike.linear %s, %w : (tensor<4x1x8xi1>, tensor<2x8xf32>) -> tensor<4x1x2xf32>
    // after
    %y = spike.linear %s, %w_fixed exact : (tensor<4x1x8xi1>, tensor<2x8xf32>) -> tensor<4x1x2xf32>
    ```
  }];
}

def QuantizeWeightsPass : Spike_Pass<"spike-quantize-weights"> {
  let summary = "Round weights to integers of few bits";
  let description = [{
    The weights of each `spike.linear` and `spike.conv` become integers of `bits` bits (from -(2^(bits-1) - 1) to its opposite)
    in units of a power of two for each output: the one with the least squared error, which may cut the few largest weights.
    Weights that are no constants stay.

    This is a change of the model: its spikes are no longer the source's. In no level; it comes before `spike-fix-weights`,
    for which such weights are exact already. Sums over weights of 8 bits need one digit plane in place of three.

    ```mlir
    // before: w = [0.9, 0.1]
    %y = spike.linear %s, %w : (tensor<4x1x2xi1>, tensor<1x2xf32>) -> tensor<4x1x1xf32>
    // after spike-quantize-weights{bits=4}: w = [7, 1] * 2^-3
    %y = spike.linear %s, %w_4bit : (tensor<4x1x2xi1>, tensor<1x2xf32>) -> tensor<4x1x1xf32>
    ```
  }];
  let options = [Option<"bits", "bits", "int64_t", "8", "bits of a weight, its sign included: 2 to 16">];
}

def UnrollTimePass : Spike_Pass<"spike-unroll-time"> {
  let summary = "Cut the time loop of each neuron into pieces of `factor` steps";
  let description = [{
    A neuron over T steps becomes a chain of neurons over `factor` steps each (the last takes what is left). Each starts
    from the state in which the one before ended, and `spike.concat` joins their outputs. The paths of the pieces name
    their steps. The spikes are the same; the pieces can be scheduled on their own, and the state between them is visible.

    Neurons with no more than `factor` steps and single-step neurons stay.

    ```mlir
    // before
    %s = spike.neuron #spike.lif path "lif" (%x) : (tensor<4x1x8xf32>) -> tensor<4x1x8xi1>
    // after spike-unroll-time{factor=2}
    %0 = spike.slice %x axis 0 offset 0 : tensor<4x1x8xf32> -> tensor<2x1x8xf32>
    %s0, %v0 = spike.neuron #spike.lif path "lif[0:2]" (%0) : (tensor<2x1x8xf32>) -> (tensor<2x1x8xi1>, tensor<1x8xf32>)
    %1 = spike.slice %x axis 0 offset 2 : tensor<4x1x8xf32> -> tensor<2x1x8xf32>
    %s1 = spike.neuron #spike.lif path "lif[2:4]" (%1) init(%v0) : (tensor<2x1x8xf32>, tensor<1x8xf32>) -> tensor<2x1x8xi1>
    %s = spike.concat %s0, %s1 axis 0 : (tensor<2x1x8xi1>, tensor<2x1x8xi1>) -> tensor<4x1x8xi1>
    ```
  }];
  let options = [Option<"factor", "factor", "int64_t", "1", "time steps of each piece, at least 1">];
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

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

def ChannelsLastPass : Spike_Pass<"spike-channels-last"> {
  let summary = "Keep the channels of images innermost";
  let description = [{
    Convolutions and pools are done on channels-last images, which is how kernels read spikes. The transposes that this
    needs sink through neurons, elementwise ops, reshapes and reductions until they meet the next one and cancel. A
    convolution with one tap, unit stride and no padding becomes a `spike.linear` over the same weights.

    No result changes: sums keep their order, so a reduction whose axes would change order keeps its transpose before it. A
    transpose that meets an operand of another layout stays there.

    ```mlir
    // before
    %y = spike.conv %x, %w strides [1, 1] padding [1, 1, 1, 1] channels_first
        : (tensor<4x3x8x8xf32>, tensor<6x3x3x3xf32>) -> tensor<4x6x8x8xf32>
    %s = spike.neuron #spike.if (%y) : (tensor<4x6x8x8xf32>) -> tensor<4x6x8x8xf32>
    // after
    %0 = spike.transpose %x [0, 2, 3, 1] : tensor<4x3x8x8xf32> -> tensor<4x8x8x3xf32>
    %1 = spike.conv %0, %w strides [1, 1] padding [1, 1, 1, 1] channels_last
        : (tensor<4x8x8x3xf32>, tensor<6x3x3x3xf32>) -> tensor<4x8x8x6xf32>
    %2 = spike.neuron #spike.if (%1) : (tensor<4x8x8x6xf32>) -> tensor<4x8x8x6xf32>
    %s = spike.transpose %2 [0, 3, 1, 2] : tensor<4x8x8x6xf32> -> tensor<4x6x8x8xf32>
    ```
  }];
}

#endif // SPIKE_REWRITES
