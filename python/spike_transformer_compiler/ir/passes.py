# SPDX-License-Identifier: Apache-2.0
"""Passes over spike IR: `pass_.run(ir)` gives a new module. Each is a front on the compiler's pass of that name."""

from __future__ import annotations

from ..exceptions import ValidationError
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
    """Removes what no output depends on."""

    pipeline = "spike-remove-dead-modules"


class LoopUnrolling(_Pass):
    """Cuts the time loop of each neuron layer into pieces of `factor` steps."""

    def __init__(self, factor: int = 4) -> None:
        if isinstance(factor, bool) or not isinstance(factor, int) or factor < 1:
            raise ValidationError(f"expected a factor of at least 1, got {factor!r}")
        self.pipeline = f"spike-unroll-time{{factor={factor}}}"
