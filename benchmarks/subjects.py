# SPDX-License-Identifier: Apache-2.0
"""What peers are compared on: models with activity worth measuring, and inputs that they were not calibrated on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from calibration import calibrate
from zoo import find

#: The trained model, whose classes mean something; it is small, so its times say little.
DIGITS = "digits"
MODELS = ("spikformer_cifar10", "spikformer_s", "sdt_8_384", "qkformer_10_384", "maxformer_cifar")
SMALL = ("spikformer_cifar10", "maxformer_cifar")
EXAMPLES = Path(__file__).parent.parent / "examples"


@dataclass(frozen=True)
class Subject:
    """A model and its inputs."""

    name: str
    build: Callable[[], torch.nn.Module]
    #: (samples) -> images
    images: Callable[[int], torch.Tensor]
    #: Samples that outputs are compared on, at least, and samples whose spikes are compared layer by layer.
    samples: int = 8
    checked: int = 1

    def batches(self, batch: int) -> list[torch.Tensor]:
        """At least two whole batches of different images."""
        count = max(2, self.samples // batch)
        return list(self.images(count * batch).contiguous().split(batch))


def subject(name: str, rate: float, time_steps: int) -> Subject:
    """`rate`: spikes per neuron and step that thresholds are calibrated to, for all but the trained model."""
    return _digits(time_steps) if name == DIGITS else _calibrated(name, rate, time_steps)


def _with_time_steps(model: torch.nn.Module, time_steps: int) -> torch.nn.Module:
    if not isinstance(getattr(model, "T", None), int):
        raise ValueError(f"{type(model).__name__} has no number of time steps, T, to be set")
    model.T = time_steps
    return model


def _calibrated(name: str, rate: float, time_steps: int) -> Subject:
    entry = find(name)

    def build() -> torch.nn.Module:
        images = entry.input(8 if entry.shape[-1] <= 64 else 2, seed=0)
        return calibrate(_with_time_steps(entry.model(), time_steps), images, rate)

    return Subject(name, build, entry.input)


def _digits(time_steps: int) -> Subject:
    if str(EXAMPLES) not in sys.path:
        sys.path.append(str(EXAMPLES))
    from digits.model import held_out, spikformer_digits

    images = torch.from_numpy(held_out()[0])
    return Subject(
        DIGITS,
        lambda: _with_time_steps(spikformer_digits(), time_steps),
        lambda count: images[:count],
        samples=len(images),
        checked=16,
    )
