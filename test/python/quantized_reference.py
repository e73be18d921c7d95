# SPDX-License-Identifier: Apache-2.0
"""The chip's neuron in Python integers, written from docs/loihi.md and from nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FixedNeuron:
    du: int = 4095
    dv: int = 0
    threshold: int = 1
    bias: int = 0
    soft: bool = False
    at_least: bool = False
    align: int = 6
    levels: int = 1

    def text(self) -> str:
        """The model as the spike dialect writes it."""
        return (
            f"#spike.fixed_lif<du = {self.du}, dv = {self.dv}, threshold = {self.threshold}, bias = {self.bias}, "
            f"reset = {'soft' if self.soft else 'hard'}, fire = {'ge' if self.at_least else 'gt'}, "
            f"align = {self.align}, levels = {self.levels}>"
        )

    def run(self, currents: list[int]) -> list[tuple[int, int, int]]:
        """Spike, membrane and current of every step."""
        v = u = 0
        steps = []
        for current in currents:
            u = _wrap(_decay(u, self.du + 1) + (current << self.align))
            v = max(1 - 2**23, min(2**23 - 1, _decay(v, self.dv) + u + self.bias))
            level, reached = self.threshold << self.align, v
            spike = v >= level if self.at_least else v > level
            multiples = (k * level for k in range(1, self.levels + 1))
            count = sum(reached >= m if self.at_least else reached > m for m in multiples)
            if spike:
                v = v - level if self.soft else 0
            steps.append((count, v, u))
        return steps


def _decay(x: int, d: int) -> int:
    size = abs(x) * (4096 - d) // 4096
    return -size if x < 0 else size


def _wrap(x: int) -> int:
    return (x + 2**23) % 2**24 - 2**23
