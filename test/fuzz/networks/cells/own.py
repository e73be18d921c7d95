# SPDX-License-Identifier: Apache-2.0
"""Neurons that published models define in their own files, under the names and with the attributes that they have there."""

from __future__ import annotations

from random import Random
from typing import Any

import torch
from torch import nn

from ..plan import Flow
from .entry import ENTRIES, Entry, Room, always, never


class MultiSpike(nn.Module):
    """Spike-Driven Transformer V3, base models: halves go to the even count."""

    def __init__(self, max_value: int, norm: int) -> None:
        super().__init__()
        self.max_value, self.Norm = max_value, norm

    def forward(self, x):
        return x.clamp(0, self.max_value).round() / self.Norm


class Multispike(nn.Module):
    """Spike-Driven Transformer V3, large models: halves go up."""

    def __init__(self, max_value: int, norm: int) -> None:
        super().__init__()
        self.lens, self.norm = max_value, norm

    def forward(self, x):
        return torch.floor(x.clamp(0, self.lens) + 0.5) / self.norm


class LIFSpike(nn.Module):
    """STMixer: time and batch are one axis."""

    def __init__(self, steps: int, thresh: float, tau: float) -> None:
        super().__init__()
        self.T, self.thresh, self.tau = steps, thresh, tau

    def forward(self, x):
        x = x.view(self.T, -1, *x.shape[1:])
        mem, spikes = torch.zeros_like(x[0]), []
        for current in x:
            mem = mem * self.tau + current
            spikes.append((mem - self.thresh >= 0).float())
            mem = mem * (1 - spikes[-1])
        return torch.stack(spikes).flatten(0, 1)


def _counts(rng: Random, room: Room) -> dict[str, Any]:
    most = rng.choice((2, 4, 8))
    return {"most": most, "norm": most if rng.random() < 0.7 else 1}


def _lif(rng: Random, room: Room) -> dict[str, Any] | None:
    leaks = (0.5, 0.75, 0.25, 1.0) if room.exact else (0.5, 0.75, 0.25, 0.3)
    return None if room.stepped else {"v_threshold": 1.0, "leak": rng.choice(leaks)}


def _code(rng: Random, room: Room) -> dict[str, Any] | None:
    """No model has such a factor: it is code like any other, says nothing of time, and the tie rule has no bound for it."""
    return {"v_threshold": 1.0, "leak": rng.choice((-0.5, 1.25))} if room.exact and not room.stepped else None


def _merged(cell: nn.Module, x: torch.Tensor, attrs: dict[str, Any], room: Room) -> torch.Tensor:
    return cell(x.flatten(0, 1)).unflatten(0, x.shape[:2])


def _count_flow(attrs: dict[str, Any], room: Room) -> Flow:
    return Flow(attrs["norm"].bit_length() - 1, attrs["most"] / attrs["norm"])


def _count_train(y: torch.Tensor, attrs: dict[str, Any], room: Room) -> torch.Tensor:
    return y * attrs["norm"]


ENTRIES |= {
    f"own {cls.__name__}": Entry(
        _counts,
        lambda attrs, room, weights, cls=cls: cls(attrs["most"], attrs["norm"]),
        train=_count_train, flow=_count_flow, memory=False, threshold="", unit=True,
    )
    for cls in (MultiSpike, Multispike)
}  # fmt: skip
ENTRIES |= {
    name: Entry(
        draw,
        lambda attrs, room, weights: LIFSpike(room.steps, attrs["v_threshold"], attrs["leak"]),
        run=_merged, train=lambda y, attrs, room: y.unflatten(0, (room.steps, -1)), memory=memory,
        on_chip=always if memory else never,
    )
    for name, draw, memory in (("own LIFSpike", _lif, True), ("own code", _code, False))
}  # fmt: skip
