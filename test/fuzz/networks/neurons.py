# SPDX-License-Identifier: Apache-2.0
"""A neuron as an operation of a plan; the classes are in `cells`."""

from __future__ import annotations

import torch
from torch import nn

from .cells import ENTRIES, Entry, Room
from .ops import Op, Place, op
from .plan import Flow

__all__ = ["ENTRIES", "Entry", "Neuron", "Room", "missing", "registered", "rest"]


def room_at(place: Place, flow: Flow) -> Room:
    return Room(place.steps, place.lead == 1, place.exact, flow, place.shapes[0])


@op("neuron")
class Neuron(Op):
    """`cell` is the library's module, called as the class wants it."""

    def build(self) -> None:
        self.entry = ENTRIES[self.attrs["class"]]
        self.room = room_at(self.place, Flow(0, 1.0))
        self.cell = self.entry.build(self.attrs, self.room, self.weights)

    def forward(self, x):
        return self.entry.run(self.cell, x, self.attrs, self.room)

    def train_of(self, calls: list) -> torch.Tensor | None:
        """The spike train [T, B, ...] from what the calls of the cell returned."""
        trains = [self.entry.train(y, self.attrs, self.room) for y in calls]
        if trains[0] is None:
            return None
        whole = trains[0].dim() == len(self.room.shape) + 2
        return trains[0] if whole else torch.stack(trains)

    def flow(self, x: Flow) -> Flow:
        return self.entry.flow(self.attrs, room_at(self.place, x))


def rest(module: nn.Module) -> None:
    """Neurons that SpikingJelly does not know forget what they have seen."""
    for part in module.modules():
        if isinstance(part, Neuron):
            part.entry.rest(part.cell)


def registered() -> set[str]:
    """The classes that the importer knows."""
    from spike_transformer_compiler.frontend.neurons import registry

    return set(registry._registry)


def missing() -> list[str]:
    """Those of them that no entry draws."""
    return sorted(registered() - set(ENTRIES))
