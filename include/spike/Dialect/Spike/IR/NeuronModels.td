// SPDX-License-Identifier: Apache-2.0
// Neuron models: those without a library, and SpikingJelly's.
#ifndef SPIKE_NEURON_MODELS
#define SPIKE_NEURON_MODELS

include "spike/Dialect/Spike/IR/NeuronModelBase.td"

//===----------------------------------------------------------------------===//
// Integrate-and-fire with one state
//===----------------------------------------------------------------------===//

/// A model whose membrane keeps to a binary grid and has a bound that the range analysis can use.
class Spike_BoundedNeuronModel<string cppName, string attrMnemonic> : Spike_NeuronModel<cppName, attrMnemonic,
    ["getStateResetParam", "getFractionBitsPerStep", "boundMembrane"]>;

def Spike_IFAttr : Spike_BoundedNeuronModel<"IF", "if"> {
  let summary = "integrate-and-fire";
  let description = [{
    `H = V + X`; a spike where `H` reaches `v_threshold`; then `V = v_reset` (hard), `V = H - v_threshold` (soft) or
    `V = H` (none). The membrane starts at `v_init`, or at `v_reset` if that is not given. With a `v_offset`,
    `H + v_offset` is what reaches the threshold. Source: SpikingJelly `IFNode`, `ActivationAwareIFNode`.

    ```mlir
    #spike.if<v_threshold = 0.5, reset = soft>
    ```
  }];
  let parameters = (ins Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    Spike_EnumParameter<Spike_ResetKind, "hard">:$reset, Spike_EnumParameter<Spike_FireRule, "ge">:$fire,
    Spike_OptionalDouble:$v_init, Spike_Double<"0.0">:$v_offset);
}

def Spike_LIFAttr : Spike_BoundedNeuronModel<"LIF", "lif"> {
  let summary = "leaky integrate-and-fire";
  let description = [{
    With `decay_input`, `H = V + (X - (V - v_reset)) / tau`; without, `H = V - (V - v_reset) / tau + X`. The form
    `simple` writes them `V + ((v_reset - V) + X) / tau` and `V + (v_reset - V) / tau + X`; as rounding to nearest is
    symmetric, the two forms differ in the sign of a zero at most. The form `keep` is `H = V * (1 - 1 / tau) + X`, its
    factor worked out in double precision.
    Then fire and reset as `#spike.if`. Source: SpikingJelly `LIFNode`, `SimpleLIFNode`.

    ```mlir
    #spike.lif<tau = 2.0, v_threshold = 0.5>
    ```
  }];
  let parameters = (ins Spike_Double<"2.0">:$tau, Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    DefaultValuedParameter<"bool", "true">:$decay_input, Spike_EnumParameter<Spike_ResetKind, "hard">:$reset,
    Spike_EnumParameter<Spike_FireRule, "ge">:$fire, Spike_EnumParameter<Spike_ChargeForm, "divide">:$charge,
    Spike_OptionalDouble:$v_init);
}

def Spike_PLIFAttr : Spike_BoundedNeuronModel<"PLIF", "plif"> {
  let summary = "leaky integrate-and-fire with a learned leak";
  let description = [{
    As `#spike.lif`, but the leak is multiplied: `H = V + (X - (V - v_reset)) * decay`, or
    `H = V - (V - v_reset) * decay + X` without `decay_input`; `decay` is the sigmoid of the learned parameter.
    The form `keep` is `H = V * (1 - decay) + X`.
    Source: SpikingJelly `ParametricLIFNode`.

    ```mlir
    #spike.plif<decay = 0.37754068>
    ```
  }];
  let parameters = (ins Spike_Double<"0.5">:$decay, Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    DefaultValuedParameter<"bool", "true">:$decay_input, Spike_EnumParameter<Spike_ResetKind, "hard">:$reset,
    Spike_EnumParameter<Spike_FireRule, "ge">:$fire, Spike_OptionalDouble:$v_init,
    Spike_EnumParameter<Spike_ChargeForm, "divide">:$charge);
}

def Spike_LIAttr : Spike_BoundedNeuronModel<"LI", "li"> {
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

//===----------------------------------------------------------------------===//
// Without leak, without state
//===----------------------------------------------------------------------===//

def Spike_IntegratorAttr : Spike_NeuronModel<"Integrator", "integrator", ["getStateResetParam", "getFractionBitsPerStep",
    "boundMembrane"]> {
  let summary = "integrator that never fires";
  let description = [{
    `V = V + X`, and the output is `V`. The membrane starts at `v_init`.
    Source: SpikingJelly `NonSpikingIFNode`, NIR `I`.

    ```mlir
    #spike.integrator
    ```
  }];
  let parameters = (ins Spike_Double<"0.0">:$v_init);
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

def Spike_ThresholdAttr : Spike_NeuronModel<"Threshold", "threshold"> {
  let summary = "a spike wherever the current reaches a threshold; no state";
  let description = [{
    `S = X >= v_threshold`, or `X > v_threshold` with `fire = gt`. Source: NIR `Threshold`, the end of SpikingJelly
    `PSN`.

    ```mlir
    #spike.threshold<v_threshold = 0.5, fire = gt>
    ```
  }];
  let parameters = (ins Spike_Double<"1.0">:$v_threshold, Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

//===----------------------------------------------------------------------===//
// SpikingJelly's other neurons
//===----------------------------------------------------------------------===//

def Spike_QIFAttr : Spike_NeuronModel<"QIF", "qif", ["getStateResetParam"]> {
  let summary = "quadratic integrate-and-fire";
  let description = [{
    `H = V + (X + a0 * (V - v_rest) * (V - v_c)) / tau`, then fire and reset as `#spike.if`.
    Source: SpikingJelly `QIFNode`.

    ```mlir
    #spike.qif<v_reset = -0.1>
    ```
  }];
  let parameters = (ins Spike_Double<"2.0">:$tau, Spike_Double<"1.0">:$a0, Spike_Double<"0.0">:$v_rest,
    Spike_Double<"0.8">:$v_c, Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    Spike_EnumParameter<Spike_ResetKind, "hard">:$reset, Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

def Spike_EIFAttr : Spike_NeuronModel<"EIF", "eif", ["getStateResetParam"]> {
  let summary = "exponential integrate-and-fire";
  let description = [{
    `H = V + (((X + v_rest) - V) + delta_t * exp((V - theta_rh) / delta_t)) / tau`, then fire and reset as `#spike.if`.
    `exp` is that of the C library, in the interpreter as in compiled code; PyTorch's own differs from it in the last
    place at times. Source: SpikingJelly `EIFNode`.

    ```mlir
    #spike.eif<v_reset = -0.1>
    ```
  }];
  let parameters = (ins Spike_Double<"2.0">:$tau, Spike_Double<"1.0">:$delta_t, Spike_Double<"0.8">:$theta_rh,
    Spike_Double<"0.0">:$v_rest, Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    Spike_EnumParameter<Spike_ResetKind, "hard">:$reset, Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

def Spike_IzhikevichAttr : Spike_NeuronModel<"Izhikevich", "izhikevich", ["getStateResetParam"]> {
  let summary = "a quadratic neuron with an adaptation current";
  let description = [{
    `H = V + ((X + a0 * (V - v_rest) * (V - v_c)) - W) / tau`; fire as `#spike.if`;
    `W = (W + (a * (H - v_rest) - W) / tau_w) + b * S`; reset as `#spike.if`. The states are `v` and `w`, which starts at
    `w_init`. Source: SpikingJelly `IzhikevichNode`.

    ```mlir
    #spike.izhikevich<v_rest = -0.1, a = 0.1, b = 0.2>
    ```
  }];
  let parameters = (ins Spike_Double<"2.0">:$tau, Spike_Double<"1.0">:$a0, Spike_Double<"0.0">:$v_rest,
    Spike_Double<"0.8">:$v_c, Spike_Double<"2.0">:$tau_w, Spike_Double<"0.0">:$a, Spike_Double<"0.0">:$b,
    Spike_Double<"0.0">:$w_init, Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    Spike_EnumParameter<Spike_ResetKind, "hard">:$reset, Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

def Spike_KLIFAttr : Spike_NeuronModel<"KLIF", "klif", ["getStateResetParam"]> {
  let summary = "leaky integrate-and-fire with a scaled, rectified membrane";
  let description = [{
    With the charge `C` of `#spike.lif`, `H = maximum(k * C, 0)`, then fire and reset as `#spike.if`. With `scale_reset`
    the reset sees `H / k` in place of `H`, and a soft one subtracts `unit`, which is `v_threshold / k` in the source.
    Source: SpikingJelly `KLIFNode`.

    ```mlir
    #spike.klif<k = 1.25>
    ```
  }];
  let parameters = (ins Spike_Double<"2.0">:$tau, Spike_Double<"1.0">:$k, Spike_Double<"1.0">:$v_threshold,
    Spike_Double<"0.0">:$v_reset, Spike_Double<"1.0">:$unit, DefaultValuedParameter<"bool", "true">:$decay_input,
    DefaultValuedParameter<"bool", "false">:$scale_reset, Spike_EnumParameter<Spike_ResetKind, "hard">:$reset,
    Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

def Spike_CLIFAttr : Spike_NeuronModel<"CLIF", "clif"> {
  let summary = "leaky integrate-and-fire with a complementary membrane";
  let description = [{
    `H = (V - V / tau) + X`, `S = H >= v_threshold`, `M = M * sigmoid(H / tau) + S`,
    `V = H - S * (v_threshold + sigmoid(M))`, with `sigmoid(z) = 1 / (1 + exp(-z))` and `exp` as in `#spike.eif`. The
    states are `v` and `m`. Source: SpikingJelly `ComplementaryLIFNode` in evaluation mode.

    ```mlir
    #spike.clif<tau = 2.0>
    ```
  }];
  let parameters = (ins Spike_Double<"2.0">:$tau, Spike_Double<"1.0">:$v_threshold);
}

def Spike_GLIFAttr : Spike_NeuronModel<"GLIF", "glif"> {
  let summary = "leaky integrate-and-fire with learned gates";
  let description = [{
    With `K = keep * V` and `S'` the spike of the step before, kept in the state `s`:
    `H = (((K - drift) + X) - (K * gamma) * S') - subtract * S'`, `S = H >= v_threshold`, `V = H`. The gates of the
    source become `keep = 1 - alpha * (1 - tau)`, `drift = (1 - alpha) * linear_decay` and
    `subtract = (1 - gamma) * v_subreset`; the conductance scales the current before it arrives.
    Source: SpikingJelly `GatedLIFNode`.

    ```mlir
    #spike.glif<keep = 0.6, drift = 0.1, gamma = 0.5, subtract = 0.25, v_threshold = 0.5>
    ```
  }];
  let parameters = (ins Spike_Double<"0.5">:$keep, Spike_Double<"0.0">:$drift, Spike_Double<"0.5">:$gamma,
    Spike_Double<"0.5">:$subtract, Spike_Double<"0.5">:$v_threshold, Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

def Spike_LIAFAttr : Spike_NeuronModel<"LIAF", "liaf", ["getStateResetParam"]> {
  let summary = "a neuron that is reset like LIF but gives its membrane";
  let description = [{
    Charge, fire and reset of `#spike.lif`; the output is `H`, or `H - v_threshold` with `threshold_related`, for an
    activation function behind it. Source: SpikingJelly `LIAFNode`.

    ```mlir
    #spike.liaf<threshold_related = true>
    ```
  }];
  let parameters = (ins Spike_Double<"2.0">:$tau, Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    DefaultValuedParameter<"bool", "true">:$decay_input, DefaultValuedParameter<"bool", "false">:$threshold_related,
    Spike_EnumParameter<Spike_ResetKind, "hard">:$reset, Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

def Spike_RAFAttr : Spike_NeuronModel<"RAF", "raf", ["getStateResetParam"]> {
  let summary = "resonate-and-fire: a membrane that swings";
  let description = [{
    `U = decay * (U * cosine - V * sine) + X` and `H = decay * (U * sine + V * cosine)` with the `U` of the step before,
    then fire and reset of the membrane as `#spike.if`. The states are `v` and `u`. Source: SpikingJelly `RAFNode`, with
    `decay = exp(b * dt)`, `cosine = cos(omega * dt)` and `sine = sin(omega * dt)`.

    ```mlir
    #spike.raf<decay = 0.8187307530779818>
    ```
  }];
  let parameters = (ins Spike_Double<"0.8187307530779818">:$decay, Spike_Double<"0.5403023058681398">:$cosine,
    Spike_Double<"0.8414709848078965">:$sine, Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    Spike_EnumParameter<Spike_ResetKind, "hard">:$reset, Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

def Spike_ILIFAttr : Spike_NeuronModel<"ILIF", "ilif"> {
  let summary = "leaky integrate-and-fire that gives a count";
  let description = [{
    `H = (1 - 1 / tau) * V + X`, the factor worked out in double precision;
    `S = roundeven(minimum(maximum(H / v_threshold, 0), max))`, a count up to `max`; `V = H - S * v_threshold`.
    Source: SpikingJelly `ILIFNode`.

    ```mlir
    #spike.ilif<max = 8>
    ```
  }];
  let parameters = (ins Spike_Double<"2.0">:$tau, Spike_Double<"1.0">:$v_threshold,
    DefaultValuedParameter<"uint64_t", "4">:$max);
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

def Spike_TernaryIFAttr : Spike_NeuronModel<"TernaryIF", "ternary_if", ["getStateResetParam", "getMinOutput"]> {
  let summary = "integrate-and-fire at a positive and a negative threshold";
  let description = [{
    `H = V + X`; the output is 1 where `H >= v_threshold`, -1 where `-H >= v_threshold`, else 0. A soft reset is
    `V = H - S * v_threshold`. The output is f32 or a signed integer. Source: SpikingJelly `TernaryIFNode`.

    ```mlir
    #spike.ternary_if<v_threshold = 0.5>
    ```
  }];
  let parameters = (ins Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    Spike_EnumParameter<Spike_ResetKind, "hard">:$reset, Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

def Spike_TernaryLIFAttr : Spike_NeuronModel<"TernaryLIF", "ternary_lif", ["getStateResetParam", "getMinOutput"]> {
  let summary = "leaky integrate-and-fire at a positive and a negative threshold";
  let description = [{
    The charge of `#spike.lif`, then fire and reset as `#spike.ternary_if`. Source: SpikingJelly `TernaryLIFNode`.

    ```mlir
    #spike.ternary_lif<tau = 4.0>
    ```
  }];
  let parameters = (ins Spike_Double<"2.0">:$tau, Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    DefaultValuedParameter<"bool", "true">:$decay_input, Spike_EnumParameter<Spike_ResetKind, "hard">:$reset,
    Spike_EnumParameter<Spike_FireRule, "ge">:$fire);
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

def Spike_FixedLIFAttr : Spike_NeuronModel<"FixedLIF", "fixed_lif", ["boundMembrane", "getStateBits"]> {
  let summary = "leaky integrate-and-fire of a neuromorphic chip, in integers";
  let description = [{
    One step for an integer current `X`:
    `U = wrap24(decay(U, du + 1) + X * 2^align)`, `H = clip24(decay(V, dv) + U + bias)`,
    `S = H > threshold * 2^align` (or `>=` with `fire = ge`), and `V = S ? 0 : H` (`hard`) or
    `V = S ? H - threshold * 2^align : H` (`soft`), where `decay(x, d) = sign(x) * floor(|x| * (4096 - d) / 4096)`,
    `wrap24` is two's complement of 24 bits and `clip24` limits to +-(2^23 - 1). The states are `v` and `u`, integers in
    f32. With `du = 4095` nothing of `U` is kept, with `dv = 4096` nothing of `V`. `spike-quantize` makes such neurons;
    docs/loihi.md has their sources. With `levels` above one, `S` counts the `k` of `1 .. levels` with
    `H > k * threshold * 2^align` (or `>=`), and the reset is `hard`: zero where `S` is not.

    ```mlir
    #spike.fixed_lif<dv = 2048, threshold = 64>
    #spike.fixed_lif<dv = 4096, threshold = 100, bias = 3200, fire = ge, levels = 4>
    ```
  }];
  let parameters = (ins DefaultValuedParameter<"uint64_t", "4095">:$du, DefaultValuedParameter<"uint64_t", "0">:$dv,
    DefaultValuedParameter<"uint64_t", "1">:$threshold, DefaultValuedParameter<"int64_t", "0">:$bias,
    Spike_EnumParameter<Spike_ResetKind, "hard">:$reset, Spike_EnumParameter<Spike_FireRule, "gt">:$fire,
    DefaultValuedParameter<"uint64_t", "6">:$align, DefaultValuedParameter<"uint64_t", "1">:$levels);
}

#endif // SPIKE_NEURON_MODELS
