# SPDX-License-Identifier: Apache-2.0
"""Neuron classes: what attributes the generator draws for each, and how one is built from them.

Keys are the full class names that the importer's registry uses; `missing` names registered classes without an entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from spikingjelly.activation_based import neuron, surrogate
from torch import nn

from .ops import Op, op
from .plan import DIGITS, Flow, NotExact

_LIBRARY = "spikingjelly.activation_based.neuron"


@dataclass(frozen=True)
class Room:
    """Where a neuron stands: how many steps it runs, and in an exact plan what its current is."""

    steps: int
    stepped: bool
    exact: bool
    flow: Flow

    def holds(self, bits_per_step: int, growth: float, threshold: float = 64.0) -> bool:
        """Whether membranes fit a float32 that gain `bits_per_step` digits each step and reach `growth` currents."""
        if not self.exact:
            return True
        high = max(self.flow.bound, threshold if self.flow.bound > 16 else 16.0, 1.0)
        digits = max(self.flow.fraction, 2) + bits_per_step * self.steps + math.ceil(math.log2(4 * growth * high))
        return digits <= DIGITS


@dataclass(frozen=True)
class Entry:
    draw: Callable[[Random, Room], dict[str, Any] | None]  # the attributes, or None where the neuron would round
    build: Callable[[dict[str, Any], str], nn.Module]  # from them and the step mode
    fires: bool = True


ENTRIES: dict[str, Entry] = {}


class Strict(nn.Module):
    """A surrogate that fires above the threshold only."""

    spiking = True

    def forward(self, x):
        return (x > 0).to(x)


_SURROGATES = {"sigmoid": surrogate.Sigmoid, "atan": surrogate.ATan, "strict": Strict}


def _common(rng: Random, room: Room, resets: tuple) -> dict[str, Any]:
    kinds = ["sigmoid", "sigmoid", "atan", "strict"]
    return {"v_reset": rng.choice(resets), "surrogate": rng.choice(kinds), "v_threshold": 1.0}


def _resets(room: Room) -> tuple:
    return (0.0, 0.0, None, 0.25, -0.5) if room.exact else (0.0, 0.0, None, 0.1, -0.37)


def _keywords(attrs: dict[str, Any], mode: str, *names: str) -> dict[str, Any]:
    chosen = {name: attrs[name] for name in ("v_threshold", "v_reset", *names)}
    return {**chosen, "surrogate_function": _SURROGATES[attrs["surrogate"]](), "step_mode": mode}


def _if(rng: Random, room: Room) -> dict[str, Any] | None:
    return _common(rng, room, _resets(room)) if room.holds(0, (room.steps + 1) / 2) else None


def _simple_if(rng: Random, room: Room) -> dict[str, Any] | None:
    return _common(rng, room, (0.0, None)) if room.holds(0, (room.steps + 1) / 2) else None


def _leak(rng: Random, room: Room, taus: tuple, resets: tuple) -> dict[str, Any] | None:
    fitting = [
        tau
        for tau in (taus if room.exact else (1.5, 2.0, 2.3, 3.0, 4.0, 7.5))
        if not room.exact or room.holds(int(math.log2(tau)), tau)
    ]
    if not fitting:
        return None
    return {**_common(rng, room, resets), "tau": rng.choice(fitting), "decay_input": rng.random() < 0.6}


def _lif(rng: Random, room: Room) -> dict[str, Any] | None:
    return _leak(rng, room, (2.0, 4.0), _resets(room))


def _simple_lif(rng: Random, room: Room) -> dict[str, Any] | None:
    return _leak(rng, room, (2.0, 4.0), (0.0,))  # it starts at 0, whatever it is reset to


def _plif(rng: Random, room: Room) -> dict[str, Any] | None:
    return _leak(rng, room, (2.0,), _resets(room))


def _readout(rng: Random, room: Room) -> dict[str, Any] | None:
    if room.stepped or not room.holds(1, 2.0 * room.steps):
        return None
    decodes = ["last_mem", "max-mem", None]
    if not room.exact or room.steps & (room.steps - 1) == 0:
        decodes.append("mean-mem")
    return {"tau": 2.0 if room.exact else rng.choice((1.5, 2.0, 5.0)), "decode": rng.choice(decodes)}


def _build_readout(attrs: dict[str, Any], mode: str) -> nn.Module:
    return neuron.NonSpikingLIFNode(tau=attrs["tau"], decode=attrs["decode"])


ENTRIES |= {
    f"{_LIBRARY}.integrate_and_fire.IFNode": Entry(_if, lambda a, m: neuron.IFNode(**_keywords(a, m))),
    f"{_LIBRARY}.integrate_and_fire.SimpleIFNode": Entry(
        _simple_if, lambda a, m: neuron.SimpleIFNode(**_keywords(a, m))
    ),
    f"{_LIBRARY}.lif.LIFNode": Entry(_lif, lambda a, m: neuron.LIFNode(tau=a["tau"], **_keywords(a, m, "decay_input"))),
    f"{_LIBRARY}.lif.SimpleLIFNode": Entry(
        _simple_lif, lambda a, m: neuron.SimpleLIFNode(tau=a["tau"], **_keywords(a, m, "decay_input"))
    ),
    f"{_LIBRARY}.plif.ParametricLIFNode": Entry(
        _plif, lambda a, m: neuron.ParametricLIFNode(init_tau=a["tau"], **_keywords(a, m, "decay_input"))
    ),
    f"{_LIBRARY}.lif.NonSpikingLIFNode": Entry(_readout, _build_readout, fires=False),
}


@op("neuron")
class Neuron(Op):
    def build(self) -> None:
        self.entry = ENTRIES[self.attrs["class"]]
        self.cell = self.entry.build(self.attrs, "s" if self.place.lead == 1 else "m")

    def forward(self, x):
        y = self.cell(x)
        return sum(y[1:], y[0]) if isinstance(y, list) else y

    def flow(self, x: Flow) -> Flow:
        if not self.entry.fires:
            return Flow(DIGITS, 1.0)  # read by nothing
        room = Room(self.place.steps, self.place.lead == 1, self.place.exact, x)
        leak = int(math.log2(self.attrs["tau"])) if "tau" in self.attrs else 0
        if not room.holds(leak, self.attrs.get("tau", (room.steps + 1) / 2)):
            raise NotExact(f"membranes of a current {x}")
        return Flow(0, 1.0)


def registered() -> set[str]:
    """The classes that the importer knows."""
    from spike_transformer_compiler.frontend.neurons import registry

    return set(registry._registry)


def missing() -> list[str]:
    return sorted(registered() - set(ENTRIES))
