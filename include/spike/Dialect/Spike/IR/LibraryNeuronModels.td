// SPDX-License-Identifier: Apache-2.0
// Neuron models of snnTorch, Norse, NIR and Lava.
#ifndef SPIKE_LIBRARY_NEURON_MODELS
#define SPIKE_LIBRARY_NEURON_MODELS

include "spike/Dialect/Spike/IR/NeuronModelBase.td"

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
    step before. The states are `v`, `i` and `s`. The reset is
    always that of the step before. Source: snnTorch `RSynaptic` without `all_to_all`.

    ```mlir
    #spike.recurrent_synaptic<alpha = 0.9, beta = 0.8, recurrent = 0.5>
    ```
  }];
  let parameters = (ins Spike_Double<"0.9">:$alpha, Spike_Double<"0.5">:$beta, Spike_Double<"1.0">:$recurrent,
    Spike_Double<"1.0">:$v_threshold, Spike_EnumParameter<Spike_ResetKind, "soft">:$reset,
    Spike_EnumParameter<Spike_FireRule, "gt">:$fire);
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

#endif // SPIKE_LIBRARY_NEURON_MODELS
