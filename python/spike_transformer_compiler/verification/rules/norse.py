# SPDX-License-Identifier: Apache-2.0
"""Norse's feed-forward LIF (`norse.torch.module`): the state comes in and goes out, a spike strictly above threshold.

`LIFCell` and `LIF` add the input to the synaptic current, charge the membrane with it and let it decay then; `LIFBoxCell`
has no synaptic current.
"""

from __future__ import annotations

import sys
from typing import Any

import torch

from ...exceptions import ValidationError
from ..rule import Call, Levels, NeuronRule, States, register_neurons

_STATES = {"LIFCell": "LIFFeedForwardState", "LIF": "LIFFeedForwardState", "LIFBoxCell": "LIFBoxFeedForwardState"}
_MODULES = ("norse.torch.module.lif", "norse.torch.module.lif_box")


def _number(value: Any) -> Any:
    tensor = torch.as_tensor(value).detach().float()
    return float(tensor) if tensor.numel() == 1 else tensor.double()


@register_neurons
def _norse(module: torch.nn.Module) -> NeuronRule | None:
    cls = next((c for c in type(module).__mro__ if c.__module__ in _MODULES and c.__name__ in _STATES), None)
    if cls is None:
        return None
    if getattr(module, "record_states", False):
        raise ValidationError("the verification has no rule for record_states=True", error_code="no-neuron-rule")
    p, dt = module.p, module.dt
    box = cls.__name__ == "LIFBoxCell"
    if box and getattr(p.reset_method, "__name__", "") != "reset_value":
        raise ValidationError("the verification has no rule for this reset_method", error_code="no-neuron-rule")
    rate, leak, reset_to = dt * _number(p.tau_mem_inv), _number(p.v_leak), _number(p.v_reset)
    decay = 0.0 if box else dt * _number(p.tau_syn_inv)
    make_state = getattr(sys.modules[cls.__module__], _STATES[cls.__name__])

    def charge(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, *i = states
        current = x if box else i[0] + x
        membrane = v + rate * (leak - v + current)
        return membrane, (membrane,) if box else (membrane, current - decay * current)

    def after(states: States, output: torch.Tensor) -> States:
        v, *i = states
        return torch.where(output > 0, torch.as_tensor(reset_to, dtype=v.dtype), v), *i

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        v, *i = sizes
        current = x if box else i[0] + x
        total = abs(1 - rate) * v + rate * (current + abs(leak))
        return total, (total,) if box else (total, abs(1 - decay) * current)

    def given(args: tuple, kwargs: dict) -> Any:
        state = args[1] if len(args) > 1 else kwargs.get("state")
        if state is None:
            return None
        x = args[0] if args else kwargs["input_tensor"]
        step = x[0] if cls.__name__ == "LIF" else x
        return tuple(s if s.shape == step.shape else s.expand(step.shape) for s in state)

    call = Call(
        current=lambda args, kwargs: args[0] if args else kwargs["input_tensor"],
        given=given,
        spikes=lambda y: y[0],
        answer=lambda spikes, states: (spikes, make_state(*states)),
    )
    levels = Levels.spike(_number(p.v_th), strict=True)
    return NeuronRule(charge, after, size, levels, (leak,) if box else (leak, 0.0), cls.__name__ == "LIF", call)
