# SPDX-License-Identifier: Apache-2.0
"""The models of the table in docs/models.md: what to build, from where, and what to feed it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from calibration import SEED


@dataclass(frozen=True)
class Entry:
    """A model by name; `build` makes it with fresh weights, in evaluation mode."""

    name: str
    source: str
    build: Callable[[], torch.nn.Module]
    shape: tuple[int, ...]
    options: dict = field(default_factory=dict)  # of SpikeCompiler

    def model(self) -> torch.nn.Module:
        torch.manual_seed(SEED)
        return self.build().eval()

    def input(self, samples: int = 1, seed: int = SEED + 1) -> torch.Tensor:
        """Images, or events where the second axis is the batch."""
        shape = list(self.shape)
        shape[self.batch_axis] = samples
        values = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
        return values if self.batch_axis == 0 else values.abs()

    @property
    def batch_axis(self) -> int:
        return 1 if len(self.shape) == 5 else 0


IMAGE, CIFAR = (1, 3, 224, 224), (1, 3, 32, 32)


def _spikingjelly(module: str, name: str, shape: tuple[int, ...], **arguments) -> Entry:
    def build() -> torch.nn.Module:
        source = importlib.import_module(f"spikingjelly.activation_based.model.{module}")
        return getattr(source, name)(**arguments)

    return Entry(name, "SpikingJelly 2.0", build, shape)


def _spikformer_8_768() -> torch.nn.Module:
    from spikingjelly.activation_based.model.spikformer import Spikformer

    return Spikformer(embed_dims=768, num_heads=12, depths=8)


ENTRIES = [
    _spikingjelly("spikformer", "spikformer_cifar10", CIFAR),
    _spikingjelly("spikformer", "spikformer_ti", IMAGE),
    _spikingjelly("spikformer", "spikformer_s", IMAGE),
    Entry("Spikformer-8-768", "SpikingJelly 2.0", _spikformer_8_768, IMAGE),
    _spikingjelly("spike_driven_transformer", "sdt_8_384", IMAGE),
    _spikingjelly("qkformer", "qkformer_10_384", IMAGE),
    _spikingjelly("maxformer", "maxformer_cifar", CIFAR),
    _spikingjelly("maxformer", "maxformer_10_384", IMAGE),
]


def find(name: str) -> Entry:
    return next(entry for entry in ENTRIES if entry.name == name)
