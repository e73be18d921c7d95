// SPDX-License-Identifier: Apache-2.0
// Neuron models and input codes.
#ifndef SPIKE_ATTRS
#define SPIKE_ATTRS

include "mlir/IR/AttrTypeBase.td"
include "spike/Dialect/Spike/IR/SpikeDialect.td"
include "spike/Dialect/Spike/IR/SpikeEnums.td"
include "spike/Dialect/Spike/IR/SpikeInterfaces.td"

class Spike_Attr<string cppName, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Spike_Dialect, cppName, traits> {
  let mnemonic = attrMnemonic;
}

/// A double written the short way (`0.25`), read back to the same bits.
class Spike_Double<string default> : APFloatParameter<""> {
  let parser = "::mlir::spike::parseDouble($_parser)";
  let printer = "::mlir::spike::printDouble($_printer, $_self)";
  let defaultValue = "::llvm::APFloat(" # default # ")";
}

class Spike_EnumParameter<EnumAttrInfo info, string default>
    : EnumParameter<info> {
  let defaultValue = info.cppNamespace # "::" # info.className # "::" # default;
}

//===----------------------------------------------------------------------===//
// Neuron models
//===----------------------------------------------------------------------===//

class Spike_NeuronModel<string cppName, string attrMnemonic> : Spike_Attr<cppName, attrMnemonic, [
    DeclareAttrInterfaceMethods<NeuronModelAttrInterface, ["getFractionBitsPerStep", "boundMembrane"]>]> {
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
  let genVerifyDecl = 1;
}

def Spike_IFAttr : Spike_NeuronModel<"IF", "if"> {
  let summary = "integrate-and-fire";
  let description = [{
    `H = V + X`; a spike where `H` reaches `v_threshold`; then `V = v_reset` (hard) or `V = H - v_threshold` (soft).
    Source: SpikingJelly `IFNode`.

    ```mlir
    #spike.if<v_threshold = 0.5, reset = soft>
    ```
  }];
  let parameters = (ins Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    Spike_EnumParameter<Spike_ResetKind, "hard">:$reset, Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

def Spike_LIFAttr : Spike_NeuronModel<"LIF", "lif"> {
  let summary = "leaky integrate-and-fire";
  let description = [{
    With `decay_input`, `H = V + (X - (V - v_reset)) / tau`; without, `H = V - (V - v_reset) / tau + X`. The form
    `simple` writes them `V + ((v_reset - V) + X) / tau` and `V + (v_reset - V) / tau + X`; as rounding to nearest is
    symmetric, the two forms differ in the sign of a zero at most.
    Then fire and reset as `#spike.if`. Source: SpikingJelly `LIFNode`, `SimpleLIFNode`.

    ```mlir
    #spike.lif<tau = 2.0, v_threshold = 0.5>
    ```
  }];
  let parameters = (ins Spike_Double<"2.0">:$tau, Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    DefaultValuedParameter<"bool", "true">:$decay_input, Spike_EnumParameter<Spike_ResetKind, "hard">:$reset,
    Spike_EnumParameter<Spike_FireRule, "ge">:$fire, Spike_EnumParameter<Spike_ChargeForm, "divide">:$charge);
}

def Spike_PLIFAttr : Spike_NeuronModel<"PLIF", "plif"> {
  let summary = "leaky integrate-and-fire with a learned leak";
  let description = [{
    As `#spike.lif`, but the leak is multiplied: `H = V + (X - (V - v_reset)) * decay`, or
    `H = V - (V - v_reset) * decay + X` without `decay_input`; `decay` is the sigmoid of the learned parameter.
    Source: SpikingJelly `ParametricLIFNode`.

    ```mlir
    #spike.plif<decay = 0.37754068>
    ```
  }];
  let parameters = (ins Spike_Double<"0.5">:$decay, Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    DefaultValuedParameter<"bool", "true">:$decay_input, Spike_EnumParameter<Spike_ResetKind, "hard">:$reset,
    Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

def Spike_LIAttr : Spike_NeuronModel<"LI", "li"> {
  let summary = "leaky integrator, a readout that never fires";
  let description = [{
    The output is the membrane `H` of `#spike.lif` at every step; there is no reset.
    Source: SpikingJelly `NonSpikingLIFNode`.

    ```mlir
    #spike.li<tau = 4.0>
    ```
  }];
  let parameters = (ins Spike_Double<"2.0">:$tau, Spike_Double<"0.0">:$v_reset,
    DefaultValuedParameter<"bool", "true">:$decay_input);
}

def Spike_RunningAttr : Spike_NeuronModel<"Running", "running"> {
  let summary = "a reduction over time, known at every step";
  let description = [{
    The output at step `t` is the sum, mean or maximum of the currents up to `t`, summed from zero in order: what
    `spike.reduce` gives for the first `t + 1` steps. `spike-carry-state` puts it in the place of a reduction over time.

    ```mlir
    #spike.running<kind = mean>
    ```
  }];
  let parameters = (ins Spike_EnumParameter<Spike_ReduceKind, "mean">:$kind);
  let genVerifyDecl = 0;
}

def Spike_MultiSpikeAttr : Spike_NeuronModel<"MultiSpike", "multi_spike"> {
  let summary = "a count of spikes without memory, as I-LIF is trained";
  let description = [{
    `S = round(clamp(X, 0, levels))` with halves to the even integer (`half_even`), or `floor(clamp(X, 0, levels) + 0.5)`
    (`half_up`). It has no state: a step depends on its current only. At inference a count of D stands for D spikes.
    Source: Spike-Driven Transformer V3, `MultiSpike` of the base and of the large model.

    ```mlir
    #spike.multi_spike<levels = 4, rounding = half_up>
    ```
  }];
  let parameters = (ins DefaultValuedParameter<"uint64_t", "4">:$levels,
    Spike_EnumParameter<Spike_RoundingRule, "half_even">:$rounding);
}

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
