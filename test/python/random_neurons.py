# SPDX-License-Identifier: Apache-2.0
"""Every neuron class with random parameters, in a network of one layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import norse.torch as norse
import snntorch as snn
import torch
from hypothesis import strategies as st
from norse.torch.functional.reset import reset_subtract, reset_value
from spikingjelly.activation_based import neuron
from torch import nn

Parameters = dict[str, Any]


class Strict(nn.Module):
    """A surrogate that spikes strictly above the threshold."""

    spiking = True

    def forward(self, x):
        return (x > 0).to(x)


@dataclass(frozen=True)
class Case:
    """A class: what it is made of, how it is called, and changes of its parameters that its spikes show.

    make        (size of the layer, parameters) -> the module
    parameters  by name
    changes     by name: parameters -> others
    call        (module, currents [T, B, N]) -> output [T, B, N]
    """

    make: Callable[..., nn.Module]
    parameters: dict[str, st.SearchStrategy]
    changes: dict[str, Callable[[Parameters], Parameters]]
    call: Callable[[nn.Module, torch.Tensor], torch.Tensor] = lambda spike, x: spike(x)


class Network(nn.Module):
    """A linear layer and a neuron; weights are drawn from `seed`."""

    def __init__(self, case: Case, parameters: Parameters, inputs: int, size: int, seed: int = 0, gain: float = 2.0):
        super().__init__()
        torch.manual_seed(seed)
        self.fc, self.gain = nn.Linear(inputs, size), gain
        self.call = _kept if parameters.get("init_hidden") else case.call
        torch.manual_seed(seed)  # those of a recurrent layer
        self.spike = case.make(size, **parameters)
        self.eval()

    def forward(self, x):
        return self.call(self.spike, self.fc(x) * self.gain)


# ---------------------------------------------------------------------------------------------- parameters


def floats(low: float, high: float) -> st.SearchStrategy:
    return st.floats(low, high, width=32)


THRESHOLD = {"v_threshold": floats(0.25, 2)}
RESET = {"v_reset": st.none() | floats(-1, 0.125)}
STRICT = {"strict": st.booleans()}
LEAK = {"tau": floats(1.125, 8), "decay_input": st.booleans()}


def scaled(name: str, factor: float) -> dict[str, Callable[[Parameters], Parameters]]:
    return {name: lambda p: {**p, name: p[name] * factor}}


def swapped(name: str, values: tuple) -> dict[str, Callable[[Parameters], Parameters]]:
    """The parameter at the next of the values."""
    return {name: lambda p: {**p, name: values[(values.index(p[name]) + 1) % len(values)]}}


OTHER_RESET = {"v_reset": lambda p: {**p, "v_reset": -0.5 if p["v_reset"] is None else None}}
LOWER_RESET = {"v_reset": lambda p: {**p, "v_reset": p["v_reset"] - 0.5}}
THRESHOLDS = scaled("v_threshold", 1.25)


# ---------------------------------------------------------------------------------------------- SpikingJelly


def _jelly(cls: type, **fixed: Any) -> Callable[..., nn.Module]:
    def make(size: int, strict: bool = False, k: float | None = None, **parameters: Any) -> nn.Module:
        if strict:
            parameters["surrogate_function"] = Strict()
        made = cls(**fixed, **parameters)
        made.step_mode = "m"
        if k is not None:
            nn.init.constant_(made.k, k)
        return made

    return make


def _parallel(cls: type, **fixed: Any) -> Callable[..., nn.Module]:
    def make(size: int, low: float, strict: bool) -> nn.Module:
        made = cls(**fixed, surrogate_function=Strict()) if strict else cls(**fixed)
        made.step_mode = "m"
        nn.init.constant_(made.bias, low)
        return made

    return make


def _gated(size: int, threshold: float, tau: float, strict: bool) -> nn.Module:
    return neuron.GatedLIFNode(
        6, init_tau=tau, init_v_threshold=threshold, **({"surrogate_function": Strict()} if strict else {})
    )


_BIAS = {"low": floats(-0.5, 0), "strict": st.booleans()}
_BIASES = {"low": lambda p: {**p, "low": p["low"] + 0.3}}
_FIRES = {**THRESHOLD, **RESET, **STRICT}
# A ternary neuron is reset to between its two thresholds.
_TERNARY = {**_FIRES, "v_reset": st.none() | floats(-0.125, 0.125)}
_NEARER = {"v_reset": lambda p: {**p, "v_reset": -0.125 if p["v_reset"] is None else None}}

SPIKINGJELLY = {
    "IF": Case(_jelly(neuron.IFNode), _FIRES, {**THRESHOLDS, **OTHER_RESET}),
    "LIF": Case(_jelly(neuron.LIFNode), {**_FIRES, **LEAK}, {**THRESHOLDS, **OTHER_RESET, **scaled("tau", 1.5)}),
    "PLIF": Case(
        _jelly(neuron.ParametricLIFNode),
        {**_FIRES, "init_tau": floats(1.125, 8), "decay_input": st.booleans()},
        {**THRESHOLDS, **OTHER_RESET, **scaled("init_tau", 1.5)},
    ),
    "QIF": Case(
        _jelly(neuron.QIFNode),
        {
            **THRESHOLD,
            **STRICT,
            "tau": floats(1.5, 4),
            "v_c": floats(0.25, 1),
            "a0": floats(0.25, 1),
            "v_reset": floats(-0.5, -0.125),
        },
        {**THRESHOLDS, **LOWER_RESET, **scaled("tau", 1.5)},
    ),
    "EIF": Case(
        _jelly(neuron.EIFNode),
        {
            **THRESHOLD,
            **STRICT,
            "tau": floats(1.5, 4),
            "delta_T": floats(0.5, 2),
            "theta_rh": floats(0.25, 1),
            "v_reset": floats(-0.5, -0.125),
        },
        {**THRESHOLDS, **LOWER_RESET, **scaled("tau", 1.5)},
    ),
    "Izhikevich": Case(
        _jelly(neuron.IzhikevichNode),
        {**THRESHOLD, **STRICT, "a": floats(0, 0.5), "b": floats(0, 0.5), "v_reset": floats(-0.5, -0.125)},
        {**THRESHOLDS, **LOWER_RESET, "b": lambda p: {**p, "b": p["b"] + 0.5}},
    ),
    "KLIF": Case(
        _jelly(neuron.KLIFNode),
        {**_FIRES, **LEAK, "k": floats(0.5, 2), "scale_reset": st.booleans()},
        {**THRESHOLDS, **OTHER_RESET, **scaled("k", 1.25)},
    ),
    "CLIF": Case(
        _jelly(neuron.ComplementaryLIFNode),
        {**THRESHOLD, "tau": floats(1.125, 8)},
        {**THRESHOLDS, **scaled("tau", 1.5)},
    ),
    "CUBALIF": Case(
        _jelly(neuron.CUBALIFNode),
        {**_FIRES, "c_decay": floats(0, 1), "v_decay": floats(0, 1)},
        {**THRESHOLDS, **OTHER_RESET, "v_decay": lambda p: {**p, "v_decay": 1.25 - p["v_decay"]}},
    ),
    "RAF": Case(
        _jelly(neuron.RAFNode),
        {**_FIRES, "omega": floats(0.25, 2), "b": floats(-0.5, -0.0625)},
        {**THRESHOLDS, **OTHER_RESET, **scaled("omega", 1.5)},
    ),
    "ILIF": Case(_jelly(neuron.ILIFNode), {**THRESHOLD, "tau": floats(1.125, 8)}, {**THRESHOLDS, **scaled("tau", 1.5)}),
    "ternary IF": Case(_jelly(neuron.TernaryIFNode), _TERNARY, {**THRESHOLDS, **_NEARER}),
    "ternary LIF": Case(
        _jelly(neuron.TernaryLIFNode), {**_TERNARY, **LEAK}, {**THRESHOLDS, **_NEARER, **scaled("tau", 1.5)}
    ),
    "PSN": Case(_parallel(neuron.PSN, T=6), _BIAS, _BIASES),
    "masked PSN": Case(_parallel(neuron.MaskedPSN, k=2, T=6), _BIAS, _BIASES),
    "sliding PSN": Case(_parallel(neuron.SlidingPSN, k=3), _BIAS, _BIASES),
    "gated LIF": Case(
        _gated,
        {"threshold": floats(0.25, 0.75), "tau": floats(0.125, 0.75), "strict": st.booleans()},
        {**scaled("threshold", 1.3), **scaled("tau", 1.3)},
        lambda spike, x: spike(x[..., None, None])[..., 0, 0],
    ),
}


# ---------------------------------------------------------------------------------------------- snnTorch


def _passed(spike: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """A loop that hands the states from call to call."""
    states, spikes = spike.reset_mem(), []
    states = states if isinstance(states, tuple) else (states,)
    for current in x:
        out = spike(current, *states)
        states = out[-len(states) :]
        spikes.append(out[0])
    return torch.stack(spikes)


def _kept(spike: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return torch.stack([spike(current) for current in x])


def _snn(cls: type, *each: str) -> Callable[..., nn.Module]:
    """`each`: parameters that differ between neurons, from half of the value to all of it."""

    def make(size: int, all_to_all: bool = False, **parameters: Any) -> nn.Module:
        vary = parameters.pop("vary", False)
        for name in each:
            if vary:
                parameters[name] = parameters[name] * torch.linspace(0.5, 1, size)
        if all_to_all:
            parameters["linear_features"] = size
            parameters.pop("V")
        elif "V" in parameters:
            parameters["all_to_all"] = False
        return cls(**parameters)

    return make


_MECHANISMS = ("subtract", "zero", "none")
_SNN = {
    "threshold": floats(0.25, 2),
    "reset_mechanism": st.sampled_from(_MECHANISMS),
    "init_hidden": st.booleans(),
    "vary": st.booleans(),
}
_SNN_CHANGES = {**scaled("threshold", 1.25), **swapped("reset_mechanism", _MECHANISMS)}
_DELAY = {"reset_delay": st.booleans()}
_BETA = {"beta": floats(0, 1)}
_BETAS = {"beta": lambda p: {**p, "beta": 1.25 - p["beta"]}}
_AGAIN = {"V": floats(-1, 1), "all_to_all": st.booleans()}

SNNTORCH = {
    "Leaky": Case(
        _snn(snn.Leaky, "beta", "threshold"),
        {**_SNN, **_DELAY, **_BETA, "graded_spikes_factor": floats(0.25, 2)},
        {**_SNN_CHANGES, **_BETAS, **swapped("reset_delay", (True, False))},
        _passed,
    ),
    "Lapicque": Case(
        _snn(snn.Lapicque, "threshold"),
        {**_SNN, "R": floats(0.5, 4), "C": floats(0.5, 4), "time_step": floats(0.25, 1)},
        {**_SNN_CHANGES, **scaled("C", 2)},
        _passed,
    ),
    "Synaptic": Case(
        _snn(snn.Synaptic, "alpha", "threshold"),
        {**_SNN, **_DELAY, **_BETA, "alpha": floats(0, 1)},
        {**_SNN_CHANGES, **_BETAS, **swapped("reset_delay", (True, False))},
        _passed,
    ),
    "Alpha": Case(
        _snn(snn.Alpha, "threshold"),
        {**_SNN, "alpha": floats(0.625, 0.9375), "beta": floats(0.125, 0.5)},
        {**_SNN_CHANGES, **scaled("beta", 0.5)},
        _passed,
    ),
    "RLeaky": Case(
        _snn(snn.RLeaky, "V", "threshold"), {**_SNN, **_DELAY, **_BETA, **_AGAIN}, {**_SNN_CHANGES, **_BETAS}, _passed
    ),
    "RSynaptic": Case(
        _snn(snn.RSynaptic, "V", "beta"),
        {**_SNN, **_BETA, **_AGAIN, "alpha": floats(0, 1)},
        {**_SNN_CHANGES, **_BETAS},
        _passed,
    ),
}


# ---------------------------------------------------------------------------------------------- Norse


def _norse(cls: type, parameters: type, *sizes: bool, over_time: bool = False) -> Callable[..., nn.Module]:
    """`sizes`: the class takes its number of inputs and of neurons."""

    def make(size: int, dt: float, record: bool = False, **values: Any) -> nn.Module:
        values = {name: torch.tensor(value) if isinstance(value, float) else value for name, value in values.items()}
        options = {"record_states": record} if over_time else {}
        return cls(*(size for _ in sizes), p=parameters(**values), dt=dt, **options)

    return make


def _cell(spike: nn.Module, x: torch.Tensor) -> torch.Tensor:
    state, spikes = None, []
    for current in x:
        spike_train, state = spike(current, state)
        spikes.append(spike_train)
    return torch.stack(spikes)


_NORSE = {
    "tau_mem_inv": floats(50, 200),
    "v_leak": floats(-0.125, 0.125),
    "v_th": floats(0.25, 0.75),
    "v_reset": floats(-0.25, 0.125),
    "dt": st.sampled_from((0.001, 0.002, 0.004)),
}
_SYN = {"tau_syn_inv": floats(50, 200)}
_NORSE_CHANGES = {
    **scaled("v_th", 1.25),
    "v_reset": lambda p: {**p, "v_reset": p["v_reset"] - 0.5},
    **scaled("tau_mem_inv", 1.25),
}
_RECORD = {"record": st.booleans()}
_RESETS = (reset_value, reset_subtract)

NORSE = {
    "norse LIFCell": Case(_norse(norse.LIFCell, norse.LIFParameters), {**_NORSE, **_SYN}, _NORSE_CHANGES, _cell),
    "norse LIF": Case(
        _norse(norse.LIF, norse.LIFParameters, over_time=True),
        {**_NORSE, **_SYN, **_RECORD},
        {**_NORSE_CHANGES, **scaled("tau_syn_inv", 2)},
        lambda spike, x: spike(x)[0],
    ),
    "norse LIFRecurrentCell": Case(
        _norse(norse.LIFRecurrentCell, norse.LIFParameters, True, True), {**_NORSE, **_SYN}, _NORSE_CHANGES, _cell
    ),
    "norse LIFRecurrent": Case(
        _norse(norse.LIFRecurrent, norse.LIFParameters, True, True, over_time=True),
        {**_NORSE, **_SYN, **_RECORD},
        _NORSE_CHANGES,
        lambda spike, x: spike(x)[0],
    ),
    "norse LIFBoxCell": Case(
        _norse(norse.LIFBoxCell, norse.LIFBoxParameters),
        {**_NORSE, "reset_method": st.sampled_from(_RESETS)},
        {**scaled("v_th", 1.25), **swapped("reset_method", _RESETS)},
        _cell,
    ),
}

CASES = {**SPIKINGJELLY, **SNNTORCH, **NORSE}
