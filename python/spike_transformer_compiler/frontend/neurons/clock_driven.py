# SPDX-License-Identifier: Apache-2.0
"""The neurons of SpikingJelly's old `clock_driven` package, by which most published models are written."""

from __future__ import annotations

import math

import torch

from ...exceptions import ValidationError
from .registry import Neuron, model_text, number, register, register_state
from .spikingjelly import _firing

_LIBRARY = "spikingjelly.clock_driven"

register_state(f"{_LIBRARY}.neuron.BaseNode", when=lambda module: True)
register_state(f"{_LIBRARY}.base.MemoryModule", when=lambda module: bool(getattr(module, "_memories", None)))
# With memories, but they do nothing in evaluation mode.
register_state(f"{_LIBRARY}.layer.Dropout", when=lambda module: False)


def _names(name: str) -> tuple[str, str]:
    return f"{_LIBRARY}.neuron.{name}", f"{_LIBRARY}.neuron.MultiStep{name}"


def _single_step(module: torch.nn.Module) -> bool:
    return not any(cls.__name__.startswith("MultiStep") for cls in type(module).__mro__)


def _decay_input(module: torch.nn.Module, rate: float, what: str) -> bool:
    """Without decay of the input these classes write `v * (1 - rate) + x` where v_reset is zero.

    That rounds as `v - v * rate + x` does only if the rate is a power of two: then `1 - rate` and `v * rate` are exact.
    """
    if not module.decay_input and not module.v_reset and math.frexp(rate)[0] != 0.5:
        raise ValidationError(
            f"with decay_input=False and v_reset {module.v_reset!r}, v * (1 - {what}) is not supported for {what} = {rate}",
            suggestions=["use decay_input=True, or a tau that is a power of two"],
        )
    return bool(module.decay_input)


@register(*_names("IFNode"))
def _if(module: torch.nn.Module) -> Neuron:
    return Neuron(model_text("if", **_firing(module)), _single_step(module))


@register(*_names("LIFNode"))
def _lif(module: torch.nn.Module) -> Neuron:
    tau = number(module, "tau")
    decay_input = _decay_input(module, 1 / tau, "1 / tau")
    return Neuron(model_text("lif", tau=tau, decay_input=decay_input, **_firing(module)), _single_step(module))


@register(*_names("ParametricLIFNode"))
def _plif(module: torch.nn.Module) -> Neuron:
    weight = module.w.detach()
    if weight.ndim != 0 or weight.dtype != torch.float32:
        raise ValidationError(f"expected w to be one float32 number, got shape {tuple(weight.shape)} of {weight.dtype}")
    decay = float(weight.cpu().sigmoid())
    if not math.isfinite(decay):
        raise ValidationError(f"expected w to be finite, got {float(weight)}")
    decay_input = _decay_input(module, decay, "sigmoid(w)")
    return Neuron(model_text("plif", decay=decay, decay_input=decay_input, **_firing(module)), _single_step(module))
