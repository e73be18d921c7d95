# SPDX-License-Identifier: Apache-2.0
"""The registry of neuron classes: one entry says how a library's module becomes a neuron model of the IR.

An entry reads every attribute that decides about spikes and writes the text of a model attribute, for example
`#spike.lif<tau = 2.0>`. A neuron class that is not registered is refused when it runs, by name and path.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

from ..exceptions import ValidationError

__all__ = ["Neuron", "describe", "is_stateful", "register"]

_LIBRARY = "spikingjelly.activation_based"


@dataclass(frozen=True)
class Neuron:
    """A neuron module as the IR sees it."""

    model: str  # text of the model attribute
    single_step: bool  # one time step per call, on input without a time axis
    read: Callable[[torch.Tensor], object] | None = None  # what a readout makes of its train of membranes


_registry: dict[str, Callable[[torch.nn.Module], Neuron]] = {}

# Methods that a subclass may define without changing what a registered class computes.
_HARMLESS = {"__init__", "extra_repr", "__repr__"}

# Modules with memories that do nothing in evaluation mode.
_STATELESS = {f"{_LIBRARY}.layer.dropout.{name}" for name in ("Dropout", "Dropout2d")}


def register(*class_names: str):
    """Registers the decorated function for classes given by their full names."""

    def add(entry: Callable[[torch.nn.Module], Neuron]):
        for name in class_names:
            _registry[name] = entry
        return entry

    return add


def _full_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def is_stateful(module: torch.nn.Module) -> bool:
    """Whether a module carries values from one call to the next, as far as its class tells."""
    bases = {_full_name(base) for base in type(module).__mro__}
    if bases & _STATELESS:
        return False
    if bases & {f"{_LIBRARY}.neuron.base_node.{name}" for name in ("BaseNode", "SimpleBaseNode", "NonSpikingBaseNode")}:
        return True
    return f"{_LIBRARY}.base.MemoryModule" in bases and bool(getattr(module, "_memories", None))


def describe(module: torch.nn.Module, path: str) -> Neuron | None:
    """The neuron that `module` is; nothing if its class is not registered, or overrides what a registered class does."""
    for cls in type(module).__mro__:
        if entry := _registry.get(_full_name(cls)):
            try:
                return entry(module)
            except ValidationError as error:
                raise ValidationError(
                    f"neuron '{path}' ({type(module).__name__}): {error.message}",
                    error_code="unsupported-neuron",
                    suggestions=error.suggestions,
                ) from None
        own = {
            name
            for name, value in vars(cls).items()
            if callable(value) or isinstance(value, property | staticmethod | classmethod)
        }
        if own - _HARMLESS:
            return None
    return None


# ---------------------------------------------------------------------------------------------- reading attributes


def _number(module: torch.nn.Module, name: str) -> float:
    value = getattr(module, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValidationError(f"expected {name} to be a finite number, got {value!r}")
    return float(value)


def to_text(value: float) -> str:
    """A double as the IR reads it back to the same bits."""
    mantissa, _, exponent = repr(value).partition("e")
    mantissa += "" if "." in mantissa else ".0"
    return f"{mantissa}e{exponent}" if exponent else mantissa


def _model(name: str, **parameters: float | bool | str) -> str:
    written = []
    for key, value in parameters.items():
        if isinstance(value, bool):
            value = "true" if value else "false"
        written.append(f"{key} = {to_text(value) if isinstance(value, float) else value}")
    return f"#spike.{name}<{', '.join(written)}>"


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
    reset_to = 0.0 if module.v_reset is None else _number(module, "v_reset")
    initial = module.get_reset_value("v")
    if not isinstance(initial, int | float) or float(initial) != reset_to:
        raise ValidationError(f"expected the membrane to start at v_reset = {reset_to}, got {initial!r}")
    return {
        "v_threshold": _number(module, "v_threshold"),
        "v_reset": reset_to,
        "reset": "soft" if module.v_reset is None else "hard",
        "fire": _fire_rule(module),
    }


def _single_step(module: torch.nn.Module) -> bool:
    return module.step_mode == "s"


# ---------------------------------------------------------------------------------------------- SpikingJelly


@register(f"{_LIBRARY}.neuron.integrate_and_fire.IFNode", f"{_LIBRARY}.neuron.integrate_and_fire.SimpleIFNode")
def _if(module: torch.nn.Module) -> Neuron:
    return Neuron(_model("if", **_firing(module)), _single_step(module))


@register(f"{_LIBRARY}.neuron.lif.LIFNode")
def _lif(module: torch.nn.Module) -> Neuron:
    leak = {"tau": _number(module, "tau"), "decay_input": bool(module.decay_input)}
    return Neuron(_model("lif", **leak, **_firing(module)), _single_step(module))


@register(f"{_LIBRARY}.neuron.lif.SimpleLIFNode")
def _simple_lif(module: torch.nn.Module) -> Neuron:
    if module.v_reset is None:
        raise ValidationError("expected v_reset to be a number, got None")
    leak = {"tau": _number(module, "tau"), "decay_input": bool(module.decay_input), "charge": "simple"}
    return Neuron(_model("lif", **leak, **_firing(module)), _single_step(module))


@register(f"{_LIBRARY}.neuron.plif.ParametricLIFNode")
def _plif(module: torch.nn.Module) -> Neuron:
    weight = module.w.detach()
    if weight.ndim != 0 or weight.dtype != torch.float32:
        raise ValidationError(f"expected w to be one float32 number, got shape {tuple(weight.shape)} of {weight.dtype}")
    decay = float(weight.cpu().sigmoid())
    if not math.isfinite(decay):
        raise ValidationError(f"expected w to be finite, got {float(weight)}")
    return Neuron(
        _model("plif", decay=decay, decay_input=bool(module.decay_input), **_firing(module)), _single_step(module)
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
    return Neuron(_model("li", tau=_number(module, "tau")), False, reads[module.decode])
