# SPDX-License-Identifier: Apache-2.0
"""snnTorch's neurons (`snntorch._neurons`): one step per call, `spk, mem = lif(x, mem)`, a spike strictly above threshold.

The reset comes a step late (`reset_delay`): the membrane that is handed on has not been reset yet.
"""

from __future__ import annotations

from typing import Any

import torch

from ..rule import KEPT, Call, Levels, NeuronRule, States, f32, register_neurons


def _number(value: Any) -> Any:
    """A parameter: a number, or a float64 tensor of float32 values, one for each channel."""
    tensor = torch.as_tensor(value).detach().float()
    return float(tensor) if tensor.numel() == 1 else tensor.double()


def _at_rest(module: torch.nn.Module) -> None:
    for name in ("syn", "mem"):
        if name in module._buffers:
            module._buffers[name] = torch.zeros(0)


@register_neurons
def _snntorch(module: torch.nn.Module) -> NeuronRule | None:
    kinds = {"snntorch._neurons.leaky.Leaky": "Leaky", "snntorch._neurons.synaptic.Synaptic": "Synaptic"}
    names = [f"{cls.__module__}.{cls.__qualname__}" for cls in type(module).__mro__]
    kind = next((kinds[name] for name in names if name in kinds), None)
    if kind is None or module.state_quant or module.inhibition:
        return None
    beta = _number(module.beta.clamp(0, 1))
    alpha = _number(module.alpha.clamp(0, 1)) if kind == "Synaptic" else None
    threshold, factor = _number(module.threshold), f32(module.graded_spikes_factor)
    reset = ("subtract", "zero", "none")[int(module.reset_mechanism_val)]
    late = bool(module.reset_delay)

    def charge(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        """States: the membrane, whether the step before fired, and the synaptic current of Synaptic."""
        mem, fired, *syn = states
        if not late:  # then it is the membrane as it was left that decides
            fired = (mem > threshold).to(mem.dtype)
        current = x
        if alpha is not None:
            syn = [alpha * syn[0] + x]
            current = syn[0]
        if reset == "zero":
            membrane = beta * mem * (1 - fired) + (current if alpha is None else current * (1 - fired))
        else:
            membrane = beta * mem + current - (fired * threshold if reset == "subtract" else 0.0)
        return membrane, (membrane, fired, *syn)

    def after(states: States, output: torch.Tensor) -> States:
        mem, fired, *syn = states
        if late or reset == "none":
            return mem, output, *syn
        again = output - fired  # not twice
        return mem - again * (threshold if reset == "subtract" else mem), output, *syn

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        mem, fired, *syn = sizes
        current = x
        if alpha is not None:
            syn = [alpha * syn[0] + x]
            current = syn[0]
        total = beta * mem + current
        if reset == "subtract":
            total = total + torch.as_tensor(threshold, dtype=total.dtype).abs()
        return total, (total, fired, *syn)

    def given(args: tuple, kwargs: dict) -> Any:
        own = [kwargs.get(name) for name in (("syn", "mem") if alpha is not None else ("mem",))]
        for i, state in enumerate(args[1:]):
            own[i] = state
        if own[-1] is None:
            return KEPT
        x = args[0] if args else kwargs["input_"]
        if own[-1].shape != x.shape:
            return None
        return own[-1], (own[-1] > threshold).double(), *own[:-1]

    def answer(spikes: torch.Tensor, states: States) -> Any:
        mem, _, *syn = states
        spikes = spikes if factor == 1 else spikes * factor
        return (spikes, *syn, mem) if module.output or not module.init_hidden else spikes

    call = Call(
        current=lambda args, kwargs: args[0] if args else kwargs["input_"],
        given=given,
        spikes=lambda y: (y[0] if isinstance(y, tuple) else y) / factor,
        answer=answer,
        rest=_at_rest,
    )
    rest = (0.0, 0.0) if alpha is None else (0.0, 0.0, 0.0)
    return NeuronRule(charge, after, size, Levels.spike(threshold, strict=True), rest, False, call)
