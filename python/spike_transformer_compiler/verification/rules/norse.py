# SPDX-License-Identifier: Apache-2.0
"""Norse's LIF neurons (`norse.torch.module`): the state comes in and goes out, a spike strictly above threshold.

With `rate = dt / tau_mem`, `decay = dt / tau_syn` and z' the output of the step before, all values of shape [B, ...]:

    LIFCell, LIF            i = i + x;                       v = v + rate (v_leak - v + i);  i = i - decay i
    LIFRecurrentCell, ...   i = i + W_in x + W_rec z';       the same                        (`functional/lif.py`)
    LIFBoxCell              v = v + rate (v_leak - v + x)                                    (`functional/lif_box.py`)

A spike sets the membrane to `v_reset`, or subtracts the threshold (`reset_subtract` of a LIFBoxCell). The classes without
"Cell" take [T, B, ...] and return the last state, or with `record_states` that of every step.
"""

from __future__ import annotations

import sys
from typing import Any

import torch

from ...exceptions import ValidationError
from ..rule import Call, Levels, NeuronRule, States, register_neurons

#: The tuple that a class returns its states in. The fields are v, then i, and z where it is recurrent.
_STATES = {
    "LIFCell": "LIFFeedForwardState",
    "LIF": "LIFFeedForwardState",
    "LIFRecurrentCell": "LIFState",
    "LIFRecurrent": "LIFState",
    "LIFBoxCell": "LIFBoxFeedForwardState",
}
_MODULES = ("norse.torch.module.lif", "norse.torch.module.lif_box")


def _number(value: Any) -> Any:
    tensor = torch.as_tensor(value).detach().float()
    return float(tensor) if tensor.numel() == 1 else tensor.double()


@register_neurons
def _norse(module: torch.nn.Module) -> NeuronRule | None:
    cls = next((c for c in type(module).__mro__ if c.__module__ in _MODULES and c.__name__ in _STATES), None)
    if cls is None:
        return None
    p, dt = module.p, module.dt
    box, recurrent = cls.__name__ == "LIFBoxCell", "Recurrent" in cls.__name__
    rate, leak, threshold = dt * _number(p.tau_mem_inv), _number(p.v_leak), _number(p.v_th)
    decay = 0.0 if box else dt * _number(p.tau_syn_inv)
    subtract, reset_to = _reset_of(p), _number(p.v_reset)

    # The states: the membrane, the synaptic current, and the last output.
    def charge(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, *others = states
        current = x if box else others[0] + x
        membrane = v + rate * (leak - v + current)
        return membrane, (membrane,) if box else (membrane, current - decay * current, *others[1:])

    def after(states: States, output: torch.Tensor) -> States:
        v, *others = states
        if recurrent:
            others[-1] = output
        if subtract:
            return v - output * threshold, *others
        return torch.where(output > 0, torch.as_tensor(reset_to, dtype=v.dtype), v), *others

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, *others = sizes
        current = x if box else others[0] + x
        total = abs(1 - rate) * v + rate * (current + abs(leak))
        if box:
            return total, (total,)
        return total, (total, abs(1 - decay) * current, *(torch.ones_like(x) for _ in others[1:]))

    return NeuronRule(
        charge,
        after,
        size,
        Levels.spike(threshold, strict=True),
        (leak,) if box else (leak, 0.0, 0.0) if recurrent else (leak, 0.0),
        cls.__name__ in ("LIF", "LIFRecurrent"),
        _call(module, cls, recurrent),
        (lambda spikes: _product(spikes, module.recurrent_weights)) if recurrent else None,
    )


def _reset_of(p: Any) -> bool:
    """Whether a spike subtracts the threshold; only LIFBoxCell has a choice."""
    name = getattr(getattr(p, "reset_method", None), "__name__", "reset_value")
    if name not in ("reset_value", "reset_subtract"):
        raise ValidationError(
            f"the verification has no rule for the reset_method '{name}'", error_code="no-neuron-rule"
        )
    return name == "reset_subtract"


def _product(x: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.linear(x, weights.detach().to(x.dtype))


def _call(module: torch.nn.Module, cls: type, recurrent: bool) -> Call:
    make_state = getattr(sys.modules[cls.__module__], _STATES[cls.__name__])
    over_time = cls.__name__ in ("LIF", "LIFRecurrent")

    def current(args: tuple, kwargs: dict) -> torch.Tensor:
        x = args[0] if args else kwargs["input_tensor"]
        return _product(x, module.input_weights) if recurrent else x

    def given(args: tuple, kwargs: dict) -> Any:
        state = args[1] if len(args) > 1 else kwargs.get("state")
        if state is None:
            return None
        x = args[0] if args else kwargs["input_tensor"]
        shape = x.shape[1:] if over_time else x.shape
        shape = (*shape[:-1], int(module.hidden_size)) if recurrent else shape
        states = (state.v, state.i, state.z) if recurrent else tuple(state)
        return tuple(s if s.shape == shape else s.expand(shape) for s in states)

    def answer(spikes: torch.Tensor, states: States) -> Any:
        names = ("v", "i", "z") if recurrent else make_state._fields
        return spikes, make_state(**dict(zip(names, states, strict=True)))

    return Call(
        current=current,
        given=given,
        spikes=lambda y: y[0],
        answer=answer,
        history=bool(getattr(module, "record_states", False)),
    )
