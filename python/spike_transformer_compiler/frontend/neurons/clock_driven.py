# SPDX-License-Identifier: Apache-2.0
"""The neurons of SpikingJelly's old `clock_driven` package, by which most published models are written."""

from __future__ import annotations

import torch

from .registry import Neuron, model_text, number, register, register_state
from .spikingjelly import firing_anywhere, learned

_LIBRARY = "spikingjelly.clock_driven"

register_state(f"{_LIBRARY}.neuron.BaseNode", when=lambda module: True)
register_state(f"{_LIBRARY}.base.MemoryModule", when=lambda module: bool(getattr(module, "_memories", None)))
# With memories, but they do nothing in evaluation mode.
register_state(f"{_LIBRARY}.layer.Dropout", when=lambda module: False)


def _names(name: str) -> tuple[str, str]:
    return f"{_LIBRARY}.neuron.{name}", f"{_LIBRARY}.neuron.MultiStep{name}"


def _single_step(module: torch.nn.Module) -> bool:
    return not any(cls.__name__.startswith("MultiStep") for cls in type(module).__mro__)


def _leak(module: torch.nn.Module) -> dict[str, bool | str]:
    """Without decay of the input these classes write `v * (1 - rate) + x` where v_reset is zero."""
    keeps = not module.decay_input and not module.v_reset
    return {"decay_input": bool(module.decay_input), "charge": "keep" if keeps else "divide"}


@register(*_names("IFNode"))
def _if(module: torch.nn.Module) -> Neuron:
    return Neuron(model_text("if", **firing_anywhere(module)), _single_step(module))


@register(*_names("LIFNode"))
def _lif(module: torch.nn.Module) -> Neuron:
    model = model_text("lif", tau=number(module, "tau"), **_leak(module), **firing_anywhere(module))
    return Neuron(model, _single_step(module))


@register(*_names("ParametricLIFNode"))
def _plif(module: torch.nn.Module) -> Neuron:
    learned(module, "w")
    decay = float(module.w.detach().cpu().sigmoid())
    return Neuron(model_text("plif", decay=decay, **_leak(module), **firing_anywhere(module)), _single_step(module))
