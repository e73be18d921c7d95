// SPDX-License-Identifier: Apache-2.0
// Input codes; the other attributes are neuron models.
#ifndef SPIKE_ATTRS
#define SPIKE_ATTRS

include "spike/Dialect/Spike/IR/LibraryNeuronModels.td"
include "spike/Dialect/Spike/IR/NeuronModels.td"

//===----------------------------------------------------------------------===//
// Input codes
//===----------------------------------------------------------------------===//

class Spike_Encoding<string cppName, string attrMnemonic, list<string> also = []> : Spike_Attr<cppName, attrMnemonic, [
    DeclareAttrInterfaceMethods<EncodingAttrInterface, also>]>;

def Spike_DirectAttr : Spike_Encoding<"Direct", "direct", ["isBinary"]> {
  let summary = "direct code: the same real input at every step";
  let description = [{`out[t] = x`.}];
}

def Spike_RateAttr : Spike_Encoding<"Rate", "rate"> {
  let summary = "rate code: a spike with probability x";
  let description = [{
    `out[t] = u(seed, t, index) < x` where `u` is a counter-based uniform number in `[0, 1)` (SplitMix64, 24 bits), so
    a train depends on the seed only.

    ```mlir
    #spike.rate<seed = 7>
    ```
  }];
  let parameters = (ins DefaultValuedParameter<"uint64_t", "0">:$seed);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def Spike_LatencyAttr : Spike_Encoding<"Latency", "latency"> {
  let summary = "latency code: one spike, earlier for larger x";
  let description = [{
    One spike at `t = roundeven((T - 1) * (1 - clamp(x, 0, 1)))`. Source: SpikingJelly `LatencyEncoder`, linear.
  }];
}

def Spike_PhaseAttr : Spike_Encoding<"Phase", "phase"> {
  let summary = "phase code: the binary digits of x";
  let description = [{
    `out[t]` is digit `t + 1` after the binary point of `clamp(x, 0, 1 - 2^-T)`.
    Source: SpikingJelly `WeightedPhaseEncoder`.
  }];
}

def Spike_DeltaAttr : Spike_Encoding<"Delta", "delta", ["readsTime"]> {
  let summary = "delta code: a spike where the input rises";
  let description = [{
    `out[t] = x[t] - x[t-1] >= threshold`, with `x[-1] = 0`. The input has a time axis.

    ```mlir
    #spike.delta<threshold = 0.1>
    ```
  }];
  let parameters = (ins Spike_Double<"0.1">:$threshold);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
  let genVerifyDecl = 1;
}

#endif // SPIKE_ATTRS
