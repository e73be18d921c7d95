# SPDX-License-Identifier: Apache-2.0
"""What the generator knows of a neuron class: the attributes it draws, the module they make, and how that is called."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import torch
from torch import nn

from ..plan import DIGITS, Flow
from ..weights import Weights


@dataclass(frozen=True)
class Room:
    """Where a neuron stands: how many steps it runs, a sample's shape, and in an exact plan what its current is."""

    steps: int
    stepped: bool
    exact: bool
    flow: Flow
    shape: tuple[int, ...] = ()

    def holds(self, bits_per_step: int, growth: float, threshold: float = 64.0) -> bool:
        """Whether membranes fit a float32 that gain `bits_per_step` digits each step and reach `growth` currents."""
        if not self.exact:
            return True
        high = max(self.flow.bound, threshold if self.flow.bound > 16 else 16.0, 1.0)
        digits = max(self.flow.fraction, 2) + bits_per_step * self.steps + math.ceil(math.log2(4 * growth * high))
        return digits <= DIGITS


def _spikes(attrs: dict[str, Any], room: Room) -> Flow:
    return Flow(0, 1.0)


def _call(cell: nn.Module, x: torch.Tensor, attrs: dict[str, Any], room: Room) -> torch.Tensor:
    """A tensor to a tensor; `call` "loop" gives a single-step module one step after the other."""
    if attrs.get("call") == "loop":
        return torch.stack([cell(current) for current in x])
    return cell(x)


def always(attrs: dict[str, Any], room: Room) -> bool:
    return True


def never(attrs: dict[str, Any], room: Room) -> bool:
    return False


@dataclass(frozen=True)
class Entry:
    """draw       (rng, room) -> the attributes, or None where the class cannot stand
    build      (attributes, room, weights) -> the library's module
    run        (module, current [T, B, ...] or [B, ...], attributes, room) -> what the network goes on with
    train      (what one call of the module returns, attributes, room) -> the train that the IR shows for its path, or None
    flow       (attributes, room) -> the output's digits; raises NotExact
    rest       puts the module back to its first state
    fires      its output goes on to other layers; else it is a readout
    memory     a step depends on those before it
    threshold  "grid": multiples of 1/4 in exact plans, so that no membrane rounds; "fine": any dyadic, as the library's
               own roundings are what is compared; "": it has none
    unit       it is made for currents of about one
    rare       few places suit it: there it is taken more often
    on_chip    (attributes, room) -> whether a chip can be it
    """

    draw: Callable[[Random, Room], dict[str, Any] | None]
    build: Callable[[dict[str, Any], Room, Weights], nn.Module]
    run: Callable[[nn.Module, torch.Tensor, dict[str, Any], Room], torch.Tensor] = _call
    train: Callable[[Any, dict[str, Any], Room], torch.Tensor | None] = lambda y, attrs, room: y
    flow: Callable[[dict[str, Any], Room], Flow] = _spikes
    rest: Callable[[nn.Module], None] = lambda module: None
    fires: bool = True
    memory: bool = True
    threshold: str = "fine"
    unit: bool = False
    rare: bool = False
    on_chip: Callable[[dict[str, Any], Room], bool] = never


ENTRIES: dict[str, Entry] = {}


class Strict(nn.Module):
    """A surrogate that fires above the threshold only."""

    spiking = True

    def forward(self, x):
        return (x > 0).to(x)


def vector(weights: Weights, size: int, low: float, high: float) -> torch.Tensor:
    """One number for each neuron along an axis, multiples of 1/16 in between."""
    return weights.grid((size,), low, high, 4)
