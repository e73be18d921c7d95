// SPDX-License-Identifier: Apache-2.0
// Passes that follow from range analysis.
#ifndef SPIKE_RANGES
#define SPIKE_RANGES

include "spike/Dialect/Spike/Transforms/PassBase.td"

def NarrowTypesPass : Spike_Pass<"spike-narrow-types"> {
  let summary = "Hold spikes as i1 and sums of spikes as counts";
  let description = [{
    Range analysis tells which f32 values are integers between zero and 2^24. The outputs of neurons and binary codes
    become `i1`; sums, products and maxima of spikes become `!spike.count` with the largest value that can occur, and
    shape ops follow. Currents, membranes and weights stay f32, and so does everything that depends on a real value.

    Signatures do not change: a narrowed value is cast where it is returned, and where an op needs f32 (a state, a
    parameter). Casts from spikes to f32 that only stood between spikes and their readers go.

    ```mlir
    // before
    %a = spike.neuron #spike.lif (%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
    %b = spike.neuron #spike.lif (%y) : (tensor<4x8xf32>) -> tensor<4x8xf32>
    %r = spike.add %a, %b : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    // after
    %a = spike.neuron #spike.lif (%x) : (tensor<4x8xf32>) -> tensor<4x8xi1>
    %b = spike.neuron #spike.lif (%y) : (tensor<4x8xf32>) -> tensor<4x8xi1>
    %r = spike.add %a, %b : (tensor<4x8xi1>, tensor<4x8xi1>) -> tensor<4x8x!spike.count<max = 2>>
    ```
  }];
}

def MarkExactPass : Spike_Pass<"spike-mark-exact"> {
  let summary = "Mark the neuron layers that compute without rounding";
  let description = [{
    A layer gets the unit attribute `spike.exact` if range analysis proves that its current, each value the current was
    summed from, and every membrane over all time steps are exact in f32: integers of at most 2^24 in units of a power
    of two. Attention over binary queries, keys and values is the usual case. Such a layer may not differ from its
    source in any spike. A mark that no longer holds is removed.

    ```mlir
    // before
    %a = spike.matmul %q, %k transpose_rhs : (tensor<4x8x16xi1>, tensor<4x8x16xi1>) -> tensor<4x8x8x!spike.count<max = 16>>
    %s = spike.neuron #spike.lif (%a) : (tensor<4x8x8x!spike.count<max = 16>>) -> tensor<4x8x8xi1>
    // after
    %s = spike.neuron #spike.lif (%a) {spike.exact} : (tensor<4x8x8x!spike.count<max = 16>>) -> tensor<4x8x8xi1>
    ```
  }];
}

def AnnotateRangesPass : Spike_Pass<"spike-annotate-ranges"> {
  let summary = "Write what range analysis knows next to each op";
  let description = [{
    For reading and debugging: the attribute `spike.range` gives the interval of each result, `[low, high]` in units of
    a power of two, or `real`. The attribute is text; nothing reads it.

    ```mlir
    %y = spike.scale %a by 0.125 {spike.range = "[0, 16] * 2^-3"} : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
  }];
}

def ReassociateAttentionPass : Spike_Pass<"spike-reassociate-attention"> {
  let summary = "Multiply three matrices of spikes in the cheaper order";
  let description = [{
    `(Q K^T) V` becomes `Q (K^T V)`, or the other way round, where that takes fewer multiply-adds: with more tokens than
    features the second form is cheaper. It is done only where it changes nothing: all three factors are spikes or
    counts, every sum of both orders stays within 2^24, and a scale in between is a positive power of two, which moves
    behind the product. The inner product must have no other reader.

    ```mlir
    // before
    %a = spike.matmul %q, %k transpose_rhs : (tensor<4x64x8xi1>, tensor<4x64x8xi1>) -> tensor<4x64x64xf32>
    %b = spike.matmul %a, %v : (tensor<4x64x64xf32>, tensor<4x64x8xi1>) -> tensor<4x64x8xf32>
    // after
    %a = spike.matmul %k, %v transpose_lhs : (tensor<4x64x8xi1>, tensor<4x64x8xi1>) -> tensor<4x8x8x!spike.count<max = 64>>
    %b = spike.matmul %q, %a : (tensor<4x64x8xi1>, tensor<4x8x8x!spike.count<max = 64>>) -> tensor<4x64x8xf32>
    ```
  }];
}

#endif // SPIKE_RANGES
