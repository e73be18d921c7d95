# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly's old neurons, by which published models are written: a class for single steps, and one for many."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from spike_transformer_compiler.frontend.compat import official_repositories

from .entry import ENTRIES, Entry, Room, always
from .spikingjelly import common, grid_flow, keywords, lif, plif, resets

with official_repositories():
    from spikingjelly.clock_driven import neuron as old


def _if(rng: Random, room: Room) -> dict[str, Any] | None:
    return common(rng, room, resets(room)) if room.holds(0, (room.steps + 1) / 2) else None


def _single(draw: Callable) -> Callable:
    """Single steps: where the model computes one, or in a loop."""

    def drawn(rng: Random, room: Room) -> dict[str, Any] | None:
        attrs = draw(rng, room) if room.stepped or room.steps > 1 else None
        return attrs and {**attrs, "call": "step" if room.stepped else "loop"}

    return drawn


def _multi(draw: Callable) -> Callable:
    return lambda rng, room: None if room.stepped else (attrs := draw(rng, room)) and {**attrs, "call": "whole"}


def _made(cls: type, *names: str, **renamed: str) -> Callable:
    def build(attrs, room, weights):
        return cls(**keywords(attrs, *names), **{theirs: attrs[ours] for theirs, ours in renamed.items()})

    return build


_CLASSES = {
    "IFNode": (_if, (), {}),
    "LIFNode": (lif, ("tau", "decay_input"), {}),
    "ParametricLIFNode": (plif, ("decay_input",), {"init_tau": "tau"}),
}

for _name, (_draw, _names, _renamed) in _CLASSES.items():
    for _prefix, _calls in (("", _single), ("MultiStep", _multi)):
        ENTRIES[f"spikingjelly.clock_driven.neuron.{_prefix}{_name}"] = Entry(
            _calls(_draw),
            _made(getattr(old, _prefix + _name), *_names, **_renamed),
            threshold="grid",
            flow=grid_flow,
            on_chip=always,
        )
