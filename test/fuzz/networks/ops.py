# SPDX-License-Identifier: Apache-2.0
"""What every operation of a plan is in PyTorch, and in an exact plan the digits of its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import nn

from .plan import Flow
from .weights import Weights

OPS: dict[str, type[Op]] = {}


@dataclass(frozen=True)
class Place:
    """Where an operation stands: the samples' shapes at its inputs, the axes in front, and whether its plan is exact."""

    shapes: tuple[tuple[int, ...], ...]
    lead: int
    exact: bool
    steps: int


class Op(nn.Module):
    """Subclasses define `build`, `forward` on tensors [T, B, ...] (or [B, ...]), and `flow`."""

    def __init__(self, attrs: dict[str, Any], place: Place) -> None:
        super().__init__()
        self.attrs, self.place = attrs, place
        self.weights = Weights(attrs.get("seed", 0), place.exact, attrs.get("simple", False))
        self.build()
        del self.weights  # only now: models are copied

    def build(self) -> None:
        pass

    def flow(self, *flows: Flow) -> Flow:
        return flows[0]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.place.shapes[0]


def op(name: str):
    def add(cls: type[Op]) -> type[Op]:
        OPS[name] = cls
        return cls

    return add


def make(name: str, attrs: dict[str, Any], place: Place) -> Op:
    return OPS[name](attrs, place).eval().requires_grad_(False)


class Flat(nn.Module):
    """A PyTorch layer that knows only a batch, on input that may have time in front; `wrap` says how that is written."""

    def __init__(self, layer: nn.Module, lead: int, wrap: str = "flatten") -> None:
        super().__init__()
        self.layer, self.lead, self.wrap = layer, lead, wrap
        if wrap == "container" and lead == 2:
            from spikingjelly.activation_based import layer as sj_layer

            self.layer = sj_layer.SeqToANNContainer(layer)

    def forward(self, x):
        if self.lead == 1 or self.wrap == "container":
            return self.layer(x)
        steps, batch = x.shape[:2]
        if self.wrap == "flatten":
            return self.layer(x.flatten(0, 1)).unflatten(0, (steps, batch))
        y = self.layer(x.reshape(steps * batch, *x.shape[2:]))
        return y.view(steps, batch, *y.shape[1:]) if y.is_contiguous() else y.reshape(steps, batch, *y.shape[1:])


WRAPS = ("flatten", "reshape", "container")
