# SPDX-License-Identifier: Apache-2.0
"""Weights of a node from its seed, the same on every machine."""

from __future__ import annotations

import numpy as np
import torch


class Weights:
    """Draws tensors in order. Exact ones are multiples of 1/4; simple ones (of a shrunk plan) are all alike."""

    def __init__(self, seed: int, exact: bool, simple: bool) -> None:
        self.exact, self.simple = exact, simple
        self.numbers = np.random.RandomState(seed & 0x7FFFFFFF)

    def grid(self, shape, low: float, high: float, fraction: int) -> torch.Tensor:
        if self.simple:
            return torch.full(tuple(shape), float(high))
        scale = 2.0**fraction
        drawn = self.numbers.randint(int(low * scale), int(high * scale) + 1, shape)
        return torch.from_numpy(np.asarray(drawn / scale)).float()

    def real(self, shape, spread: float, mean: float = 0.0) -> torch.Tensor:
        if self.simple:
            return torch.full(tuple(shape), float(np.float32(mean or spread)))
        # Rounded to 12 digits: a last bit of the normal distribution may differ between machines.
        return torch.from_numpy(np.asarray(np.round(self.numbers.standard_normal(shape), 12) * spread + mean)).float()

    def synapse(self, shape) -> torch.Tensor:
        if self.exact:
            return self.grid(shape, -0.5, 1, 2)
        fan_in = int(np.prod(shape[1:]))
        return self.real(shape, 1.5 / fan_in**0.5, 0.25 / fan_in)

    def bias(self, size: int) -> torch.Tensor:
        return self.grid((size,), -1, 1, 2) if self.exact else self.real((size,), 0.3)
