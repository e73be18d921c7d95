// SPDX-License-Identifier: Apache-2.0
// Neuron models.
#ifndef SPIKE_NEURON_MODELS
#define SPIKE_NEURON_MODELS

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

/// A double that may be left out.
def Spike_OptionalDouble : OptionalParameter<"::std::optional<::llvm::APFloat>"> {
  let parser = "::mlir::spike::parseOptionalDouble($_parser)";
  let printer = "::mlir::spike::printDouble($_printer, *$_self)";
  let comparator = "::mlir::spike::isSameDouble($_lhs, $_rhs)";
}

class Spike_EnumParameter<EnumAttrInfo info, string default>
    : EnumParameter<info> {
  let defaultValue = info.cppNamespace # "::" # info.className # "::" # default;
}

/// `also` names the interface methods with a default that the model implements itself.
class Spike_NeuronModel<string cppName, string attrMnemonic, list<string> also = []> : Spike_Attr<cppName, attrMnemonic,
    [DeclareAttrInterfaceMethods<NeuronModelAttrInterface, also>]> {
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
  let genVerifyDecl = 1;
}

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
    `V = H` (none). The membrane starts at `v_init`, or at `v_reset` if that is not given.
    Source: SpikingJelly `IFNode`.

    ```mlir
    #spike.if<v_threshold = 0.5, reset = soft>
    ```
  }];
  let parameters = (ins Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    Spike_EnumParameter<Spike_ResetKind, "hard">:$reset, Spike_EnumParameter<Spike_FireRule, "ge">:$fire,
    Spike_OptionalDouble:$v_init);
}

def Spike_LIFAttr : Spike_BoundedNeuronModel<"LIF", "lif"> {
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
    Spike_EnumParameter<Spike_FireRule, "ge">:$fire, Spike_EnumParameter<Spike_ChargeForm, "divide">:$charge,
    Spike_OptionalDouble:$v_init);
}

def Spike_PLIFAttr : Spike_BoundedNeuronModel<"PLIF", "plif"> {
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
    Spike_EnumParameter<Spike_FireRule, "ge">:$fire, Spike_OptionalDouble:$v_init);
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
// Neurons with a reset one step later (snnTorch)
//===----------------------------------------------------------------------===//

def Spike_LeakyAttr : Spike_NeuronModel<"Leaky", "leaky"> {
  let summary = "leaky integrate-and-fire whose reset follows the membrane of the step before";
  let description = [{
    `R = V > v_threshold` on the membrane of the step before. With reset `soft`, `H = beta * V + X`, less `v_threshold`
    where `R`; with `hard`, `H = beta * V + X` with zero for `V` where `R`; with `hard` and `reset_charged`, zero for
    `H` where `R`. `S = H > v_threshold`, and `V = H`. Without `reset_delay` the membrane is reset at once, by what `R`
    has not reset yet: with `D = S - R`, `V = H - D * v_threshold` (soft) or `V = H - D * H` (hard).
    Source: snnTorch `Leaky`; `Lapicque` with `reset_charged` and a scaled current.

    ```mlir
    #spike.leaky<beta = 0.9, reset = soft>
    ```
  }];
  let parameters = (ins Spike_Double<"0.5">:$beta, Spike_Double<"1.0">:$v_threshold,
    Spike_EnumParameter<Spike_ResetKind, "soft">:$reset, DefaultValuedParameter<"bool", "true">:$reset_delay,
    DefaultValuedParameter<"bool", "false">:$reset_charged, Spike_EnumParameter<Spike_FireRule, "gt">:$fire);
}

def Spike_RecurrentLeakyAttr : Spike_NeuronModel<"RecurrentLeaky", "recurrent_leaky"> {
  let summary = "a leaky neuron that also sees its own last spike";
  let description = [{
    As `#spike.leaky` with `reset_charged`, but `H = (beta * V + X) + S' * recurrent`, where the state `s` holds `S'`,
    the spike of the step before. Source: snnTorch `RLeaky` without `all_to_all`.

    ```mlir
    #spike.recurrent_leaky<beta = 0.9, recurrent = 0.5>
    ```
  }];
  let parameters = (ins Spike_Double<"0.5">:$beta, Spike_Double<"1.0">:$recurrent, Spike_Double<"1.0">:$v_threshold,
    Spike_EnumParameter<Spike_ResetKind, "soft">:$reset, DefaultValuedParameter<"bool", "true">:$reset_delay,
    Spike_EnumParameter<Spike_FireRule, "gt">:$fire);
}

def Spike_SynapticAttr : Spike_NeuronModel<"Synaptic", "synaptic"> {
  let summary = "a leaky neuron behind a decaying synaptic current";
  let description = [{
    `I = alpha * I + X`, `H = beta * V + I`; reset and fire as `#spike.leaky` with `reset_charged`. The states are the
    membrane `v` and the current `i`. Source: snnTorch `Synaptic`.

    ```mlir
    #spike.synaptic<alpha = 0.9, beta = 0.8>
    ```
  }];
  let parameters = (ins Spike_Double<"0.9">:$alpha, Spike_Double<"0.5">:$beta, Spike_Double<"1.0">:$v_threshold,
    Spike_EnumParameter<Spike_ResetKind, "soft">:$reset, DefaultValuedParameter<"bool", "true">:$reset_delay,
    Spike_EnumParameter<Spike_FireRule, "gt">:$fire);
}

def Spike_RecurrentSynapticAttr : Spike_NeuronModel<"RecurrentSynaptic", "recurrent_synaptic"> {
  let summary = "a synaptic neuron that also sees its own last spike";
  let description = [{
    As `#spike.synaptic`, but `I = (alpha * I + X) + S' * recurrent`, where the state `s` holds `S'`, the spike of the
    step before. The states are `v`, `i` and `s`. Without `reset_delay`, `D` is `S' - R`. Source: snnTorch `RSynaptic` without `all_to_all`.

    ```mlir
    #spike.recurrent_synaptic<alpha = 0.9, beta = 0.8, recurrent = 0.5>
    ```
  }];
  let parameters = (ins Spike_Double<"0.9">:$alpha, Spike_Double<"0.5">:$beta, Spike_Double<"1.0">:$recurrent,
    Spike_Double<"1.0">:$v_threshold, Spike_EnumParameter<Spike_ResetKind, "soft">:$reset,
    DefaultValuedParameter<"bool", "true">:$reset_delay, Spike_EnumParameter<Spike_FireRule, "gt">:$fire);
}

def Spike_AlphaAttr : Spike_NeuronModel<"Alpha", "alpha"> {
  let summary = "a neuron whose membrane is the difference of two decaying currents";
  let description = [{
    `E = alpha * E + X`, `N = beta * N - X`, `H = tau_alpha * (E + N)`. Where `R` (see `#spike.leaky`), a `hard` reset
    clears `E`, `N` and `H`; a `soft` one subtracts `v_threshold` from `E`, the new `N` from itself, and adds the `N` of
    the step before to `H`. The states are the membrane `v`, `i_exc` and `i_inh`. Source: snnTorch `Alpha`, with
    `tau_alpha = log(alpha) / (log(beta) - log(alpha)) + 1`.

    ```mlir
    #spike.alpha<alpha = 0.9, beta = 0.8, tau_alpha = 1.895>
    ```
  }];
  let parameters = (ins Spike_Double<"0.9">:$alpha, Spike_Double<"0.5">:$beta, Spike_Double<"1.0">:$tau_alpha,
    Spike_Double<"1.0">:$v_threshold, Spike_EnumParameter<Spike_ResetKind, "hard">:$reset,
    Spike_EnumParameter<Spike_FireRule, "gt">:$fire);
}

//===----------------------------------------------------------------------===//
// Neurons given by differential equations (Norse, NIR, Lava)
//===----------------------------------------------------------------------===//

def Spike_CubaLIFAttr : Spike_NeuronModel<"CubaLIF", "cuba_lif", ["getStateResetParam"]> {
  let summary = "leaky integrate-and-fire behind a decaying synaptic current";
  let description = [{
    The synaptic current `I` and the membrane, in the form that the source library uses:

    - `jump` (Norse `LIF`): `J = I + w_in * X`, `H = V + v_factor * ((v_leak - V) + r * J)`, `I = J - i_factor * J`;
    - `euler` (NIR `CubaLIF`): `I = I + i_factor * (w_in * X - I)`, `H = V + v_factor * ((v_leak - V) + r * I)`;
    - `decay` (SpikingJelly `CUBALIFNode`, Lava `LIF`): `I = I * i_factor + w_in * X`, `H = V * v_factor + r * I`.

    In the first two the factors are `dt / tau`, in the last what is kept of a value. Then fire and reset as `#spike.if`.
    The states are the membrane `v`, which starts at `v_init`, and the current `i`, which starts at zero.

    ```mlir
    #spike.cuba_lif<i_factor = 0.2, v_factor = 0.1, form = jump>
    ```
  }];
  let parameters = (ins Spike_Double<"0.5">:$i_factor, Spike_Double<"0.5">:$v_factor, Spike_Double<"0.0">:$v_leak,
    Spike_Double<"1.0">:$w_in, Spike_Double<"1.0">:$r, Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset,
    Spike_Double<"0.0">:$v_init, Spike_EnumParameter<Spike_CubaForm, "jump">:$form,
    Spike_EnumParameter<Spike_ResetKind, "hard">:$reset, Spike_EnumParameter<Spike_FireRule, "gt">:$fire);
}

def Spike_CubaLIAttr : Spike_NeuronModel<"CubaLI", "cuba_li", ["getStateResetParam"]> {
  let summary = "leaky integrator behind a decaying synaptic current, which never fires";
  let description = [{
    The output is the membrane `H` of `#spike.cuba_lif` at every step; there is no reset.
    Source: Norse `LI`, NIR `CubaLI`.

    ```mlir
    #spike.cuba_li<i_factor = 0.2, v_factor = 0.1, form = jump>
    ```
  }];
  let parameters = (ins Spike_Double<"0.5">:$i_factor, Spike_Double<"0.5">:$v_factor, Spike_Double<"0.0">:$v_leak,
    Spike_Double<"1.0">:$w_in, Spike_Double<"1.0">:$r, Spike_Double<"0.0">:$v_init,
    Spike_EnumParameter<Spike_CubaForm, "jump">:$form);
}

def Spike_CubaLIFRefracAttr : Spike_NeuronModel<"CubaLIFRefrac", "cuba_lif_refrac", ["getStateResetParam"]> {
  let summary = "a neuron as cuba_lif that pauses after a spike";
  let description = [{
    One step of `#spike.cuba_lif` in the form `jump` gives `S'`, `V'` and `I`. Where the counter `P` is above zero the
    membrane keeps its old value and there is no spike: `S = 0`, `V` stays; elsewhere `S = S'`, `V = V'`. The counter
    becomes `rho_reset` after a spike, else `max(P - 1, 0)` if it is above zero, else `max(P, 0)`.
    The states are `v`, `i` and the counter `rho`. Source: Norse `LIFRefrac`.

    ```mlir
    #spike.cuba_lif_refrac<i_factor = 0.2, v_factor = 0.1, rho_reset = 5.0>
    ```
  }];
  let parameters = (ins Spike_Double<"0.5">:$i_factor, Spike_Double<"0.5">:$v_factor, Spike_Double<"0.0">:$v_leak,
    Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset, Spike_Double<"0.0">:$v_init,
    Spike_Double<"5.0">:$rho_reset);
}

def Spike_BoxLIFAttr : Spike_NeuronModel<"BoxLIF", "box_lif", ["getStateResetParam"]> {
  let summary = "leaky integrate-and-fire by one Euler step per time step";
  let description = [{
    `H = V + v_factor * ((v_leak - V) + r * X)`, or `H = V + v_factor * ((r * X + v_leak) - V)` in the form
    `input_first`, with `v_factor = dt / tau`; then fire and reset as `#spike.if`. The membrane starts at `v_init`.
    Source: NIR `LIF`; Norse `LIFBox` (`input_first`).

    ```mlir
    #spike.box_lif<v_factor = 0.1, form = input_first>
    ```
  }];
  let parameters = (ins Spike_Double<"0.5">:$v_factor, Spike_Double<"0.0">:$v_leak, Spike_Double<"1.0">:$r,
    Spike_Double<"1.0">:$v_threshold, Spike_Double<"0.0">:$v_reset, Spike_Double<"0.0">:$v_init,
    Spike_EnumParameter<Spike_BoxForm, "leak_first">:$form, Spike_EnumParameter<Spike_ResetKind, "hard">:$reset,
    Spike_EnumParameter<Spike_FireRule, "gt">:$fire);
}

def Spike_BoxLIAttr : Spike_NeuronModel<"BoxLI", "box_li", ["getStateResetParam"]> {
  let summary = "leaky integrator by one Euler step per time step, which never fires";
  let description = [{
    The output is the membrane `H` of `#spike.box_lif` at every step; there is no reset. Source: NIR `LI`, Norse `LIBox`.

    ```mlir
    #spike.box_li<v_factor = 0.1>
    ```
  }];
  let parameters = (ins Spike_Double<"0.5">:$v_factor, Spike_Double<"0.0">:$v_leak, Spike_Double<"1.0">:$r,
    Spike_Double<"0.0">:$v_init, Spike_EnumParameter<Spike_BoxForm, "leak_first">:$form);
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

#endif // SPIKE_NEURON_MODELS
