# SPDX-License-Identifier: Apache-2.0
"""The registry of neuron classes: one entry says how a library's module becomes a neuron model of the IR.

An entry reads every attribute that decides about spikes and writes the text of a model attribute, for example
`#spike.lif<tau = 2.0>`. A neuron class that is not registered is refused when it runs, by name and path.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch

from ...exceptions import ValidationError

__all__ = [
    "Neuron",
    "describe",
    "full_name",
    "is_stateful",
    "keeps_state",
    "model_text",
    "number",
    "register",
    "register_probe",
    "register_reset",
    "register_state",
    "reset_state",
    "to_text",
]


@dataclass(frozen=True)
class Neuron:
    """A neuron module as the IR sees it."""

    model: str  # text of the model attribute
    single_step: bool  # one time step per call, on input without a time axis
    read: Callable[[torch.Tensor], object] | None = None  # what the module makes of its train
    view: Callable[[torch.Tensor], torch.Tensor] | None = None  # the current with its time axis, from the input
    stateless: bool = False  # a step depends on its current only
    params: Mapping[str, torch.Tensor] = field(
        default_factory=dict
    )  # those that differ between neurons, see NeuronStub
    stub: type | None = (
        None  # the NeuronStub that answers calls as the class does; the default takes and gives a tensor
    )


_registry: dict[str, Callable[[torch.nn.Module], Neuron]] = {}

_probes: list[Callable[[torch.nn.Module], Neuron | None]] = []

# Methods that a subclass may define without changing what a registered class computes.
_HARMLESS = {"__init__", "extra_repr", "__repr__"}

# Base classes that tell whether a module has state: the nearest one in the order of inheritance decides.
_state: dict[str, Callable[[torch.nn.Module], bool]] = {}

# How modules are put back to the state they are made with.
_resets: dict[str, Callable[[torch.nn.Module], None]] = {}


def register(*class_names: str):
    """Registers the decorated function for classes given by their full names."""

    def add(entry: Callable[[torch.nn.Module], Neuron]):
        for name in class_names:
            _registry[name] = entry
        return entry

    return add


def register_probe(probe: Callable[[torch.nn.Module], Neuron | None]):
    """Registers the decorated function, which tells by its behaviour whether a module of an unknown class is a neuron.

    It sees modules without parameters and buffers that are not torch's own.
    """
    _probes.append(probe)
    return probe


def register_state(*class_names: str, when: Callable[[torch.nn.Module], bool]) -> None:
    """Declares that modules of these classes, and of their subclasses, carry values between calls if `when` holds."""
    _state.update(dict.fromkeys(class_names, when))


def full_name(cls: type) -> str:
    """The name by which a class is registered."""
    return f"{cls.__module__}.{cls.__qualname__}"


def is_stateful(module: torch.nn.Module) -> bool:
    """Whether a module carries values from one call to the next, as far as its class tells."""
    for cls in type(module).__mro__:
        if when := _state.get(full_name(cls)):
            return when(module)
    return False


def register_reset(*class_names: str, reset: Callable[[torch.nn.Module], None]) -> None:
    """Declares how modules of these classes, and of their subclasses, are put back to the state they are made with."""
    _resets.update(dict.fromkeys(class_names, reset))


def reset_state(module: torch.nn.Module) -> None:
    """Puts a module back to the state it was made with, if its class keeps any."""
    for cls in type(module).__mro__:
        if reset := _resets.get(full_name(cls)):
            return reset(module)


def keeps_state(module: torch.nn.Module) -> bool:
    """Whether a module has attributes that hold its state between calls."""
    return any(full_name(cls) in _resets for cls in type(module).__mro__)


def describe(module: torch.nn.Module, path: str) -> Neuron | None:
    """The neuron that `module` is; nothing if its class is not registered, or overrides what a registered class does,
    and it does not behave as a known one either."""
    return _by_class(module, path) or _by_behaviour(module)


def _by_behaviour(module: torch.nn.Module) -> Neuron | None:
    if type(module).__module__.startswith("torch.") or module.state_dict():
        return None
    # What wraps a neuron is none itself: on one call its spikes may look like those of a model without memory.
    parts = list(module.modules())
    if any(is_stateful(part) for part in parts) or any(_by_behaviour(part) is not None for part in parts[1:]):
        return None
    subject = copy.deepcopy(module)  # a call may leave something behind
    return next((neuron for probe in _probes if (neuron := probe(subject)) is not None), None)


def _by_class(module: torch.nn.Module, path: str) -> Neuron | None:
    for cls in type(module).__mro__:
        if entry := _registry.get(full_name(cls)):
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


# ---------------------------------------------------------------------------------------------- for the entries


def number(module: torch.nn.Module, name: str) -> float:
    """Attribute `name` of a neuron module, which is one finite number."""
    value = getattr(module, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValidationError(f"expected {name} to be a finite number, got {value!r}")
    return float(value)


def to_text(value: float) -> str:
    """A double as the IR reads it back to the same bits."""
    mantissa, _, exponent = repr(value).partition("e")
    mantissa += "" if "." in mantissa else ".0"
    return f"{mantissa}e{exponent}" if exponent else mantissa


def model_text(name: str, **parameters: float | bool | str) -> str:
    """The text of `#spike.<name><...>`."""
    written = []
    for key, value in parameters.items():
        if isinstance(value, bool):
            value = "true" if value else "false"
        written.append(f"{key} = {to_text(value) if isinstance(value, float) else value}")
    return f"#spike.{name}<{', '.join(written)}>"
