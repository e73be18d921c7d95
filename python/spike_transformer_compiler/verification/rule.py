# SPDX-License-Identifier: Apache-2.0
"""The equation of a neuron class in float64, and the registry of such rules.

A rule is written from the library's source alone: it shares nothing with the importer's registry or with the IR, so that
a mistake there does not repeat itself here. See `rules` for how to add one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

__all__ = ["KEPT", "Call", "Levels", "NeuronRule", "States", "f32", "leaky", "quantiser", "register_neurons", "rule_of"]

#: The state of a neuron layer between two steps: any number of tensors.
States = tuple[torch.Tensor, ...]


#: What `Call.given` says where the caller passes no state and the module goes on from its own.
KEPT: Any = object()


def f32(x: Any) -> float:
    """A parameter as the source computes with it."""
    return float(np.float32(float(x)))


@dataclass(frozen=True)
class Levels:
    """From a membrane to an output: `values[i]` is the output where `i` of the ascending `thresholds` have been reached.

    A threshold is a number, or a tensor of per-channel values that fits the membrane. Where `strict[i]`, threshold `i` is
    reached above it, else on it already. A spike has one threshold; a count or a ternary output has several, and a
    membrane is near a tie at any of them.
    """

    thresholds: tuple[Any, ...]
    values: tuple[int, ...]
    strict: tuple[bool, ...]

    def __post_init__(self) -> None:
        if not (len(self.values) == len(self.thresholds) + 1 == len(self.strict) + 1):
            raise ValueError(
                f"{len(self.thresholds)} thresholds need {len(self.thresholds) + 1} values and {len(self.thresholds)} "
                f"strict flags, got {len(self.values)} and {len(self.strict)}"
            )

    @classmethod
    def spike(cls, threshold: Any, strict: bool = False) -> Levels:
        """0 or 1: fires at `membrane >= threshold`, or only above it."""
        return cls((threshold,), (0, 1), (strict,))

    @classmethod
    def ternary(cls, low: Any, high: Any, strict: bool = False) -> Levels:
        """-1 at `membrane <= low`, 1 at `membrane >= high` (strict: only beyond them), else 0."""
        return cls((low, high), (-1, 0, 1), (not strict, strict))

    @classmethod
    def rounded(cls, largest: int, unit: float = 1.0, half: str = "even") -> Levels:
        """`round(clamp(membrane / unit, 0, largest))`. `half` says where k + 0.5 goes: "even", as torch.round, or "up",
        as `floor(x + 0.5)`."""
        if half not in ("even", "up"):
            raise ValueError(f"expected half to be 'even' or 'up', got {half!r}")
        steps = range(largest)
        return cls(
            tuple((k + 0.5) * unit for k in steps),
            tuple(range(largest + 1)),
            tuple(half == "even" and k % 2 == 0 for k in steps),
        )

    def output(self, membrane: torch.Tensor) -> torch.Tensor:
        reached = [
            membrane > threshold if strict else membrane >= threshold
            for threshold, strict in zip(self.thresholds, self.strict, strict=True)
        ]
        if self.values == (0, 1):
            return reached[0]
        count = torch.zeros_like(membrane, dtype=torch.int64)
        for more in reached:
            count += more
        return torch.tensor(self.values, dtype=self.dtype)[count]

    def within(self, membrane: torch.Tensor, bound: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
        """Where an output is that of a membrane no farther away than the bound."""
        return (self.output(membrane - bound) <= outputs) & (outputs <= self.output(membrane + bound))

    def holds(self, outputs: torch.Tensor) -> torch.Tensor:
        """Where a tensor has one of the values."""
        found = outputs == self.values[0]
        for value in self.values[1:]:
            found |= outputs == value
        return found

    def nearest(self, membrane: torch.Tensor) -> torch.Tensor:
        """The threshold that each membrane is closest to."""
        best = torch.as_tensor(self.thresholds[0], dtype=membrane.dtype).expand_as(membrane)
        for threshold in self.thresholds[1:]:
            other = torch.as_tensor(threshold, dtype=membrane.dtype).expand_as(membrane)
            best = torch.where((membrane - other).abs() < (membrane - best).abs(), other, best)
        return best

    @property
    def dtype(self) -> torch.dtype:
        """How outputs are kept: one byte each if they fit."""
        low, high = min(self.values), max(self.values)
        if (low, high) == (0, 1):
            return torch.bool
        return torch.int8 if low >= -128 and high <= 127 else torch.int32


def _first(args: tuple, kwargs: dict) -> Any:
    return args[0] if args else next(iter(kwargs.values()))


@dataclass(frozen=True)
class Call:
    """How a neuron module is called: where its current comes in, its spikes go out, and who keeps its state.

    current   (args, kwargs) -> the input
    given     (args, kwargs) -> the states the caller passes, the membrane first, None for "at rest", or KEPT. Without it
              the module keeps its state, and a call goes on where the one before it ended
    spikes    what the module returns -> its output spikes
    answer    (spikes, states after the reset) -> what the module returns
    history   whether `answer` takes the states after every step, [T, ...], and not only the last
    rest      (module) -> None: forgets what earlier runs left in the module; by default its `reset()`, if it has one
    """

    current: Callable[[tuple, dict], Any] = _first
    given: Callable[[tuple, dict], States | None] | None = None
    spikes: Callable[[Any], torch.Tensor] = lambda output: output
    answer: Callable[[torch.Tensor, States], Any] = lambda spikes, states: spikes
    history: bool = False
    rest: Callable[[torch.nn.Module], None] | None = None


@dataclass(frozen=True)
class NeuronRule:
    """One neuron module in float64. Parameters are rounded to float32 first, as the source computes with them.

    charge    (states, current) -> (membrane, states): one step up to the threshold. `membrane` is what `levels` compares
    reset     (states, output) -> states: what the step's output does to them. A reset that comes one step late keeps the
              output as a state of its own and subtracts it in the next charge
    size      (sizes of the states, size of the current) -> (size of the membrane, sizes): `charge` with the absolute value
              of each of its derivatives, and absolute constants; it yields the sum of magnitudes of the tie bound
    levels    the outputs
    initial   the states at rest: numbers, or tensors that fit one step
    multi_step  the module's input has a leading time axis
    call      how the module is called
    feedback  outputs of the step before -> what they add to the current, where they pass through a layer of synapses inside
              of the module. As any other layer it sees the reference's spikes. The last state is then the last output

    `charge` and `reset` must work on float32 tensors as well: where values are said to be exact, both must agree. A neuron
    whose steps are not computed one after the other overrides `trace` and `sizes`.
    """

    charge: Callable[[States, torch.Tensor], tuple[torch.Tensor, States]]
    reset: Callable[[States, torch.Tensor], States]
    size: Callable[[States, torch.Tensor], tuple[torch.Tensor, States]]
    levels: Levels
    initial: tuple[Any, ...]
    multi_step: bool
    call: Call = field(default_factory=Call)
    feedback: Callable[[torch.Tensor], torch.Tensor] | None = None

    def at_rest(self, step: torch.Tensor) -> States:
        """The initial states of a layer whose current in one step is like `step`."""
        return tuple(torch.as_tensor(value, dtype=step.dtype).expand_as(step) for value in self.initial)

    def trace(
        self, current: torch.Tensor, outputs: torch.Tensor, states: States | None = None
    ) -> tuple[torch.Tensor, States]:
        """Membranes before the threshold, [T, ...] as `current`, resets forced to `outputs`; and the states after it."""
        states = self.at_rest(current[0]) if states is None else states
        membranes = torch.empty_like(current)
        for t in range(len(current)):
            membranes[t], states = self.charge(states, current[t])
            states = self.reset(states, outputs[t].to(current.dtype))
        return membranes, states

    def sizes(self, magnitude: torch.Tensor, states: States | None = None) -> tuple[torch.Tensor, States]:
        """The sum of magnitudes that has gone into each membrane; and into the states after it."""
        states = tuple(s.abs() for s in self.at_rest(magnitude[0])) if states is None else states
        total = torch.empty_like(magnitude)
        for t in range(len(magnitude)):
            total[t], states = self.size(states, magnitude[t])
        return total, states


def leaky(
    charge: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    *,
    decay: Any,
    gain: Any,
    levels: Levels,
    reset_to: float | None,
    initial: float = 0.0,
    multi_step: bool,
    unit: Any = None,
    call: Call | None = None,
) -> NeuronRule:
    """The rule of a neuron with one membrane that is reset in the step in which it fires.

    charge     (membrane, current) -> membrane before the threshold
    decay      d charge / d membrane;  gain: d charge / d current
    reset_to   the value after a spike, or None: `output * unit` is subtracted (unit: the threshold, if there is one)
    """
    if reset_to is None and unit is None and len(levels.thresholds) != 1:
        raise ValueError("expected the unit that each level of the output subtracts")
    unit = levels.thresholds[0] if unit is None else unit

    def after(states: States, output: torch.Tensor) -> States:
        (v,) = states
        return (v - output * unit if reset_to is None else torch.where(output != 0, reset_to, v),)

    def step(states: States, current: torch.Tensor) -> tuple[torch.Tensor, States]:
        membrane = charge(states[0], current)
        return membrane, (membrane,)

    def size(sizes: States, current: torch.Tensor) -> tuple[torch.Tensor, States]:
        total = abs(decay) * sizes[0] + abs(gain) * current
        return total, (total,)

    return NeuronRule(step, after, size, levels, (initial,), multi_step, call or Call())


def quantiser(levels: Levels, *, gain: float = 1.0, multi_step: bool = True, call: Call | None = None) -> NeuronRule:
    """The rule of a module without state that turns each value, times `gain`, into a level."""
    return NeuronRule(
        lambda states, x: (x * gain, ()),
        lambda states, output: (),
        lambda sizes, magnitude: (magnitude * abs(gain), ()),
        levels,
        (),
        multi_step,
        call or Call(),
    )


# ------------------------------------------------------------------------------------------------------- registry

_MODELS: list[Callable[[torch.nn.Module], NeuronRule | None]] = []


def register_neurons(describe: Callable[[torch.nn.Module], NeuronRule | None]) -> Callable:
    """Add neuron classes: `describe(module)` gives the rule of a neuron module, and None for any other module."""
    _MODELS.append(describe)
    return describe


def rule_of(module: torch.nn.Module) -> NeuronRule | None:
    """The rule of a module; None if it is no neuron that anybody has registered."""
    return next((rule for describe in _MODELS if (rule := describe(module)) is not None), None)


def class_names(module: torch.nn.Module) -> Sequence[str]:
    """Full names of a module's class and of its bases, nearest first: rules find classes without importing libraries."""
    return [f"{cls.__module__}.{cls.__qualname__}" for cls in type(module).__mro__]
