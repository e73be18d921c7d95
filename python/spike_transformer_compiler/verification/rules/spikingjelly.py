# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly's neurons (`spikingjelly.activation_based.neuron`), from the equations in its documentation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import torch

from ...exceptions import ValidationError
from ..rule import Levels, NeuronRule, States, f32, leaky, register_neurons

_Rule = Callable[[torch.nn.Module, bool], NeuronRule]
_RULES: dict[str, _Rule] = {}


def _rule(*names: str) -> Callable[[_Rule], _Rule]:
    """Registers the decorated function for classes by their short names, which the old and the new package share."""

    def add(rule: _Rule) -> _Rule:
        _RULES.update(dict.fromkeys(names, rule))
        return rule

    return add


@register_neurons
def _spikingjelly(module: torch.nn.Module) -> NeuronRule | None:
    # Published models give a library's class new defaults in a class of their own.
    cls = next((base for base in type(module).__mro__ if base.__module__.startswith("spikingjelly.")), None)
    if cls is None or not hasattr(module, "v_threshold"):
        return None
    old = cls.__module__.startswith("spikingjelly.clock_driven.")
    name = cls.__name__.removeprefix("MultiStep") if old else cls.__name__
    if name == "LIAFNode":  # its output is no spike, but where it runs the multi-step form that it inherits from LIF
        if module.step_mode == "s" or module.store_v_seq:
            return None
        name = "LIFNode"
    if name not in _RULES:
        raise ValidationError(
            f"the verification has no rule for the neuron class {cls.__module__}.{cls.__name__}",
            error_code="no-neuron-rule",
            suggestions=["add one: verification.register_neurons"],
        )
    rule = _RULES[name](module, cls.__name__.startswith("MultiStep") if old else module.step_mode == "m")
    return _above(rule) if name not in _NEVER_ASK and _is_strict(module) else rule


#: Classes that compare with the threshold themselves.
_NEVER_ASK = ("ActivationAwareIFNode", "ComplementaryLIFNode", "ILIFNode")


def _is_strict(module: torch.nn.Module) -> bool:
    """Whether the surrogate, which decides, does not spike on the threshold itself."""
    with torch.no_grad():
        return float(module.surrogate_function(torch.zeros(1))) == 0.0


def _above(rule: NeuronRule) -> NeuronRule:
    """The same where a threshold is only reached beyond it, to either side."""
    return replace(rule, levels=replace(rule.levels, strict=tuple(not strict for strict in rule.levels.strict)))


# ------------------------------------------------------------------------------------------------- what they share


def _reset_to(module: torch.nn.Module) -> float | None:
    return None if module.v_reset is None else f32(module.v_reset)


def _start(module: torch.nn.Module, name: str = "v") -> float:
    return f32(module.get_reset_value(name))


def _number(value: torch.Tensor | float) -> float:
    return f32(value.detach() if isinstance(value, torch.Tensor) else value)


def _after(reset_to: float | None, unit: float, membrane: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
    """The membrane behind an output that is not zero."""
    return membrane - output * unit if reset_to is None else torch.where(output != 0, reset_to, membrane)


def _leak(module: torch.nn.Module) -> tuple[Callable, float, float]:
    """Charge, d charge / d membrane and d charge / d current of LIF."""
    rest = _reset_to(module) or 0.0
    # They divide by tau, multiply by sigmoid(w) or order the terms otherwise; in float64 all of them read alike.
    rate = float(torch.sigmoid(module.w.detach().float())) if hasattr(module, "w") else 1 / f32(module.tau)
    if module.decay_input:
        return (lambda v, x: v + (x - (v - rest)) * rate), 1 - rate, rate
    return (lambda v, x: v - (v - rest) * rate + x), 1 - rate, 1.0


def _one_membrane(
    module: torch.nn.Module, multi_step: bool, charge: Callable, decay: float, gain: float, levels: Levels | None = None
) -> NeuronRule:
    threshold = _number(module.v_threshold)
    return leaky(
        charge,
        decay=decay,
        gain=gain,
        levels=levels or Levels.spike(threshold),
        reset_to=_reset_to(module),
        unit=threshold,
        initial=_start(module),
        multi_step=multi_step,
    )


# ------------------------------------------------------------------------------------------------------- one state


@_rule("IFNode", "SimpleIFNode", "HalfThresholdIFNode")
def _if(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    return _one_membrane(module, multi_step, lambda v, x: v + x, 1.0, 1.0)


@_rule("ActivationAwareIFNode")
def _activation_aware_if(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    shape = (-1, *(1,) * max(0, -module.channel_dim - 1))
    threshold, offset = (
        getattr(module, name).detach().float().double().reshape(shape) for name in ("v_threshold", "v_offset")
    )
    return leaky(
        lambda v, x: v + x,
        decay=1.0,
        gain=1.0,
        levels=Levels.spike(threshold - offset),
        reset_to=_reset_to(module),
        unit=threshold,
        initial=_start(module),
        multi_step=multi_step,
    )


@_rule("LIFNode", "SimpleLIFNode", "ParametricLIFNode")
def _lif(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    return _one_membrane(module, multi_step, *_leak(module))


@_rule("TernaryIFNode")
def _ternary_if(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    threshold = f32(module.v_threshold)
    return _one_membrane(module, multi_step, lambda v, x: v + x, 1.0, 1.0, Levels.ternary(-threshold, threshold))


@_rule("TernaryLIFNode")
def _ternary_lif(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    threshold = f32(module.v_threshold)
    return _one_membrane(module, multi_step, *_leak(module), Levels.ternary(-threshold, threshold))


@_rule("ILIFNode")
def _ilif(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    keep, largest = f32(1.0 - 1.0 / module.tau), int(module.surrogate_function.max_spike_count)
    levels = Levels.rounded(largest, f32(module.v_threshold))
    return _one_membrane(module, multi_step, lambda v, x: keep * v + x, keep, 1.0, levels)


@_rule("KLIFNode")
def _klif(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    charge, decay, gain = _leak(module)
    k, threshold, reset_to = _number(module.k), f32(module.v_threshold), _reset_to(module)
    scale = k if module.scale_reset else 1.0

    def step(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        membrane = torch.relu(k * charge(states[0], x))
        return membrane, (membrane / scale,)

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        total = abs(k) * (abs(decay) * sizes[0] + gain * x)
        return total, (total / abs(scale),)

    return NeuronRule(
        step,
        lambda states, output: (_after(reset_to, threshold / scale, states[0], output),),
        size,
        Levels.spike(threshold),
        (_start(module),),
        multi_step,
    )


# --------------------------------------------------------------------------------------------------- not linear ones


def _reach(module: torch.nn.Module, *others: float) -> float:
    """How far from zero a membrane goes in between its reset and its threshold."""
    return max(map(abs, (module.v_threshold, module.v_reset or 0.0, module.v_rest, *others)))


def _quadratic(module: torch.nn.Module) -> tuple[Callable, float, float]:
    """`a0 (v - v_rest) (v - v_c)`, its steepest slope, and its constant term."""
    a0, rest, critical = f32(module.a0), f32(module.v_rest), f32(module.v_c)
    slope = a0 * (2 * _reach(module, critical) + abs(rest + critical))
    return (lambda v: a0 * (v - rest) * (v - critical)), slope, abs(a0 * rest * critical)


@_rule("QIFNode")
def _qif(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    term, slope, constant = _quadratic(module)
    tau, threshold, reset_to = f32(module.tau), f32(module.v_threshold), _reset_to(module)

    def step(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        membrane = states[0] + (x + term(states[0])) / tau
        return membrane, (membrane,)

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        total = (1 + slope / tau) * sizes[0] + (x + constant) / tau
        return total, (total,)

    return NeuronRule(
        step,
        lambda states, output: (_after(reset_to, threshold, states[0], output),),
        size,
        Levels.spike(threshold),
        (_start(module),),
        multi_step,
    )


@_rule("EIFNode")
def _eif(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    tau, delta, theta, rest = (f32(getattr(module, name)) for name in ("tau", "delta_T", "theta_rh", "v_rest"))
    threshold, reset_to = f32(module.v_threshold), _reset_to(module)
    steepest = math.exp((_reach(module) - theta) / delta)

    def step(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        (v,) = states
        membrane = v + (x + rest - v + delta * torch.exp((v - theta) / delta)) / tau
        return membrane, (membrane,)

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        # The exponential of a library is off by a unit in the last place: its own value counts as a term.
        total = (1 + steepest / tau) * sizes[0] + (x + abs(rest) + delta * steepest) / tau
        return total, (total,)

    return NeuronRule(
        step,
        lambda states, output: (_after(reset_to, threshold, states[0], output),),
        size,
        Levels.spike(threshold),
        (_start(module),),
        multi_step,
    )


# ----------------------------------------------------------------------------------------------------- several states


@_rule("IzhikevichNode")
def _izhikevich(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    term, slope, constant = _quadratic(module)
    tau, tau_w, a, b, rest = (f32(getattr(module, name)) for name in ("tau", "tau_w", "a", "b", "v_rest"))
    threshold, reset_to = f32(module.v_threshold), _reset_to(module)

    def step(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, w = states
        membrane = v + (x + term(v) - w) / tau
        return membrane, (membrane, w + (a * (membrane - rest) - w) / tau_w)

    def after(states: States, output: torch.Tensor) -> States:
        return _after(reset_to, threshold, states[0], output), states[1] + b * output

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, w = sizes
        total = (1 + slope / tau) * v + (x + constant + w) / tau
        return total, (total, abs(1 - 1 / tau_w) * w + abs(a) * (total + abs(rest)) / tau_w + abs(b))

    return NeuronRule(step, after, size, Levels.spike(threshold), (_start(module), _start(module, "w")), multi_step)


@_rule("ComplementaryLIFNode")
def _clif(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    tau, threshold = f32(module.tau), f32(module.v_threshold)

    def step(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, m = states
        membrane = v - v / tau + x
        return membrane, (membrane, m * torch.sigmoid(membrane / tau))

    def after(states: States, output: torch.Tensor) -> States:
        m = states[1] + output
        return states[0] - output * (threshold + torch.sigmoid(m)), m

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, m = sizes
        total = (1 - 1 / tau) * v + x
        # A sigmoid is one at most and a quarter at its steepest.
        complement = m + m * total / (4 * tau) + 1
        return total, (total + threshold + 1 + complement / 4, complement)

    return NeuronRule(step, after, size, Levels.spike(threshold), (_start(module), _start(module, "m")), multi_step)


@_rule("CUBALIFNode")
def _cuba_lif(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    keep_c, keep_v = f32(module.c_decay), f32(module.v_decay)
    threshold, reset_to = f32(module.v_threshold), _reset_to(module)

    def step(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, c = states
        current = c * keep_c + x
        membrane = v * keep_v + current
        return membrane, (membrane, current)

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, c = sizes
        current = abs(keep_c) * c + x
        total = abs(keep_v) * v + current
        return total, (total, current)

    return NeuronRule(
        step,
        lambda states, output: (_after(reset_to, threshold, states[0], output), states[1]),
        size,
        Levels.spike(threshold),
        (_start(module), _start(module, "c")),
        multi_step,
    )


@_rule("RAFNode")
def _raf(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    decay = f32(math.exp(module.b * module.dt))
    cosine, sine = f32(math.cos(module.omega * module.dt)), f32(math.sin(module.omega * module.dt))
    threshold, reset_to = f32(module.v_threshold), _reset_to(module)

    def step(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, u = states
        membrane = decay * (u * sine + v * cosine)
        return membrane, (membrane, decay * (u * cosine - v * sine) + x)

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, u = sizes
        total = decay * (u * abs(sine) + v * abs(cosine))
        return total, (total, decay * (u * abs(cosine) + v * abs(sine)) + x)

    return NeuronRule(
        step,
        lambda states, output: (_after(reset_to, threshold, states[0], output), states[1]),
        size,
        Levels.spike(threshold),
        (_start(module), _start(module, "u")),
        multi_step,
    )


@_rule("GatedLIFNode")
def _glif(module: torch.nn.Module, multi_step: bool) -> NeuronRule:
    def gate(name: str) -> torch.Tensor:
        return getattr(module, name).detach().sigmoid().double().reshape(-1, 1, 1)

    alpha, beta, gamma, tau = (gate(name) for name in ("alpha", "beta", "gamma", "tau"))
    keep, drift, subtract = 1 - alpha * (1 - tau), (1 - alpha) * gate("linear_decay"), (1 - gamma) * gate("v_subreset")
    conduct = module.conduct.detach().sigmoid().double()
    threshold = gate("v_threshold")

    # The states: the membrane, the last spike, and the number of the step, whose conductance scales the current.
    def gain(step: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        return (1 - beta * (1 - conduct[int(step.flatten()[0])].reshape(-1, 1, 1))).to(like.dtype)

    def step(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, s, t = states
        membrane = keep * v - drift + x * gain(t, x) - keep * v * gamma * s - subtract * s
        return membrane.to(x.dtype), (membrane.to(x.dtype), s, t + 1)

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, s, t = sizes
        total = keep * v * (1 + gamma) + drift + x * gain(t, x) + subtract
        return total, (total, s, t + 1)

    return NeuronRule(
        step,
        lambda states, output: (states[0], output, states[2]),
        size,
        Levels.spike(threshold),
        (0.0, 0.0, 0.0),
        multi_step,
    )


# ------------------------------------------------------------------------------------------------ parallel neurons


@dataclass(frozen=True)
class _Parallel(NeuronRule):
    """A neuron without state: its membranes are `weights(T) @ current + bias` over time."""

    weights: Callable[[int], torch.Tensor] = lambda steps: torch.eye(steps)
    bias: torch.Tensor = field(default_factory=lambda: torch.zeros(1))

    def _mix(self, current: torch.Tensor, size: bool) -> torch.Tensor:
        weight, bias = self.weights(len(current)).to(current.dtype), self.bias.to(current.dtype)
        if size:
            weight, bias = weight.abs(), bias.abs()
        return torch.einsum("ts,s...->t...", weight, current) + bias.reshape(-1, *(1,) * (current.ndim - 1))

    def trace(self, current: torch.Tensor, outputs: torch.Tensor, states: States | None = None):
        return self._mix(current, False), ()

    def sizes(self, magnitude: torch.Tensor, states: States | None = None):
        return self._mix(magnitude, True) * len(magnitude) ** 0.5, ()


@register_neurons
def _psn(module: torch.nn.Module) -> NeuronRule | None:
    cls = type(module)
    if cls.__module__ != "spikingjelly.activation_based.neuron.psn":
        return None
    if cls.__name__ == "SlidingPSN":
        weights = module.gen_gemm_weight
    else:
        weight = module.masked_weight() if cls.__name__ == "MaskedPSN" else module.weight
        weights = lambda steps: weight  # noqa: E731
    return _Parallel(
        lambda states, x: (x, ()),
        lambda states, output: (),
        lambda sizes, x: (x, ()),
        Levels.spike(0.0, strict=_is_strict(module)),
        (),
        True,
        weights=lambda steps: weights(steps).detach(),
        bias=module.bias.detach().reshape(-1),
    )
