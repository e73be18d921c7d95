# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly's neuron classes."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import torch

from ...exceptions import ValidationError
from .registry import Neuron, model_text, number, register, register_reset, register_state

_LIBRARY = "spikingjelly.activation_based"

register_state(
    *(f"{_LIBRARY}.neuron.base_node.{name}" for name in ("BaseNode", "SimpleBaseNode", "NonSpikingBaseNode")),
    when=lambda module: True,
)
register_state(f"{_LIBRARY}.base.MemoryModule", when=lambda module: bool(getattr(module, "_memories", None)))
# With memories, but they do nothing in evaluation mode.
register_state(*(f"{_LIBRARY}.layer.dropout.{name}" for name in ("Dropout", "Dropout2d")), when=lambda module: False)


def _reset(module: torch.nn.Module) -> None:
    values = module.__dict__.get("_memories_rv")
    if isinstance(values, dict):
        for name, value in values.items():
            module._memories[name] = copy.deepcopy(value)


register_reset(f"{_LIBRARY}.base.MemoryModule", "spikingjelly.clock_driven.base.MemoryModule", reset=_reset)


def _fire_rule(module: torch.nn.Module) -> str:
    """`ge` or `gt`: which side of the threshold the surrogate's forward function counts as a spike."""
    probe = torch.tensor([-1.0, -1e-30, 0.0, 1e-30, 1.0])
    with torch.no_grad():
        answer = module.surrogate_function(probe)
    answer = answer.tolist() if isinstance(answer, torch.Tensor) else None
    if answer == [0.0, 0.0, 1.0, 1.0, 1.0]:
        return "ge"
    if answer == [0.0, 0.0, 0.0, 1.0, 1.0]:
        return "gt"
    raise ValidationError(
        f"its surrogate function {type(module.surrogate_function).__name__} does not output spikes",
        suggestions=["call set_spiking_mode(True) on the surrogate function"],
    )


def _firing(module: torch.nn.Module) -> dict[str, float | str]:
    """Threshold, reset and fire rule, shared by all models that fire."""
    if getattr(module, "_neuron_precision", None) is not None:
        raise ValidationError("expected float32 neurons, got an explicit neuron precision")
    reset_to = 0.0 if module.v_reset is None else number(module, "v_reset")
    initial = module.get_reset_value("v")
    if not isinstance(initial, int | float) or float(initial) != reset_to:
        raise ValidationError(f"expected the membrane to start at v_reset = {reset_to}, got {initial!r}")
    return {
        "v_threshold": number(module, "v_threshold"),
        "v_reset": reset_to,
        "reset": "soft" if module.v_reset is None else "hard",
        "fire": _fire_rule(module),
    }


def _single_step(module: torch.nn.Module) -> bool:
    return module.step_mode == "s"


@register(f"{_LIBRARY}.neuron.integrate_and_fire.IFNode", f"{_LIBRARY}.neuron.integrate_and_fire.SimpleIFNode")
def _if(module: torch.nn.Module) -> Neuron:
    return Neuron(model_text("if", **_firing(module)), _single_step(module))


@register(f"{_LIBRARY}.neuron.lif.LIFNode")
def _lif(module: torch.nn.Module) -> Neuron:
    leak = {"tau": number(module, "tau"), "decay_input": bool(module.decay_input)}
    return Neuron(model_text("lif", **leak, **_firing(module)), _single_step(module))


@register(f"{_LIBRARY}.neuron.lif.SimpleLIFNode")
def _simple_lif(module: torch.nn.Module) -> Neuron:
    if module.v_reset is None:
        raise ValidationError("expected v_reset to be a number, got None")
    leak = {"tau": number(module, "tau"), "decay_input": bool(module.decay_input), "charge": "simple"}
    return Neuron(model_text("lif", **leak, **_firing(module)), _single_step(module))


@register(f"{_LIBRARY}.neuron.plif.ParametricLIFNode")
def _plif(module: torch.nn.Module) -> Neuron:
    weight = module.w.detach()
    if weight.ndim != 0 or weight.dtype != torch.float32:
        raise ValidationError(f"expected w to be one float32 number, got shape {tuple(weight.shape)} of {weight.dtype}")
    decay = float(weight.cpu().sigmoid())
    if not math.isfinite(decay):
        raise ValidationError(f"expected w to be finite, got {float(weight)}")
    return Neuron(
        model_text("plif", decay=decay, decay_input=bool(module.decay_input), **_firing(module)), _single_step(module)
    )


@register(f"{_LIBRARY}.neuron.lif.NonSpikingLIFNode")
def _readout(module: torch.nn.Module) -> Neuron:
    reads: dict[str | None, Callable[[torch.Tensor], object]] = {
        "last_mem": lambda v: v[-1],
        "mean-mem": lambda v: v.mean(0),
        "max-mem": lambda v: v.amax(0),
        None: lambda v: list(v.unbind(0)),
    }
    if module.decode not in reads:
        raise ValidationError(f"expected decode to be 'last_mem', 'mean-mem', 'max-mem' or None, got {module.decode!r}")
    return Neuron(model_text("li", tau=number(module, "tau")), False, reads[module.decode])
