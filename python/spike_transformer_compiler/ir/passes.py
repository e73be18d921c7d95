# SPDX-License-Identifier: Apache-2.0
"""Passes over spike IR: `pass_.run(ir)` gives a new module. Each is a front on the compiler's pass of that name."""

from __future__ import annotations

from .spike_ir import SpikeIR

__all__ = ["CommonSubexpressionElimination", "DeadCodeElimination", "LoopUnrolling"]


class _Pass:
    """Runs one pipeline."""

    pipeline: str

    def run(self, ir: SpikeIR) -> SpikeIR:
        return ir.run_pipeline(self.pipeline)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pipeline!r})"


class CommonSubexpressionElimination(_Pass):
    """Computes equal values once."""

    pipeline = "cse"


class DeadCodeElimination(_Pass):
    """Removes what no result depends on."""

    pipeline = "spike-remove-dead-modules"


class LoopUnrolling(_Pass):
    """Cuts the time loop of every neuron into pieces of `factor` steps, chained through their states."""

    def __init__(self, factor: int) -> None:
        if isinstance(factor, bool) or not isinstance(factor, int):
            raise TypeError(f"factor must be a whole number, got {factor!r}")
        self.pipeline = f"spike-unroll-time{{factor={factor}}}"
