# SPDX-License-Identifier: Apache-2.0
"""What the spike comparison found: per layer, per differing spike, and as a table."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

TIE_RATE_LIMIT = 1e-4


@dataclass(frozen=True)
class Mismatch:
    """One differing spike. `neuron` is the index in the layer (without time and batch)."""

    layer: str
    kind: str  # "tie" or "error"
    step: int
    sample: int
    neuron: tuple[int, ...]
    reference: int
    candidate: int
    membrane: float  # float64, resets forced to the reference's spikes
    candidate_membrane: float  # float64, resets forced to the candidate's spikes
    threshold: float
    bound: float  # a tie lies within this distance of the threshold

    @property
    def distance(self) -> float:
        return abs(self.candidate_membrane - self.threshold)

    def __str__(self) -> str:
        return (
            f"{self.kind} in '{self.layer}' at step {self.step}, sample {self.sample}, neuron {self.neuron}: "
            f"reference {self.reference}, candidate {self.candidate}; membrane {self.membrane:.9g} "
            f"(candidate's {self.candidate_membrane:.9g}), threshold {self.threshold:.9g}, "
            f"distance {self.distance:.3g}, tie bound {self.bound:.3g}"
        )


@dataclass(frozen=True)
class LayerReport:
    path: str
    neurons: int
    steps: int
    exact: bool
    mismatches: int
    ties: int
    errors: int
    consequences: int
    rate: float  # share of the reference's steps with an output other than 0
    first: Mismatch | None
    listed: tuple[Mismatch, ...]  # every tie and error, up to a limit
    claim: str | None = None  # why the layer is not what it is said to be: exact, or described by its rule
    source_agreement: float = 1.0  # share of the source's spikes that are those of float64
    agreement: float = 1.0  # the same of the candidate's

    @property
    def passed(self) -> bool:
        return self.errors == 0 and self.claim is None and self.ties <= max(1, TIE_RATE_LIMIT * self.steps)


@dataclass(frozen=True)
class Report:
    layers: tuple[LayerReport, ...]  # in order of execution

    @property
    def passed(self) -> bool:
        return all(layer.passed for layer in self.layers)

    def total(self, name: str) -> int:
        return sum(getattr(layer, name) for layer in self.layers)

    @property
    def first(self) -> Mismatch | None:
        """The first divergence: the earliest layer's earliest differing step."""
        return next((layer.first for layer in self.layers if layer.first), None)

    @property
    def mismatches(self) -> list[Mismatch]:
        return [m for layer in self.layers for m in layer.listed]

    def samples_with_ties(self) -> set[int]:
        return {m.sample for m in self.mismatches if m.kind == "tie"}

    def table(self) -> Any:
        """A rich table, one row per layer."""
        from rich.table import Table

        table = Table(title="spikes against the source, layer by layer", title_justify="left")
        for name in ("layer", "neurons", "steps", "rate %", "exact", "mismatches", "ties", "errors", ""):
            table.add_column(name, justify="left" if name in ("layer", "exact", "") else "right")
        for layer in self.layers:
            table.add_row(
                layer.path,
                f"{layer.neurons:,}",
                f"{layer.steps:,}",
                f"{100 * layer.rate:.2f}",
                "yes" if layer.exact else "",
                f"{layer.mismatches:,}",
                f"{layer.ties:,}",
                f"{layer.errors:,}",
                "[green]ok[/]" if layer.passed else "[red]FAILED[/]",
            )
        table.add_section()
        table.add_row(
            "all",
            f"{self.total('neurons'):,}",
            f"{self.total('steps'):,}",
            "",
            "",
            f"{self.total('mismatches'):,}",
            f"{self.total('ties'):,}",
            f"{self.total('errors'):,}",
            "[green]spike-exact[/]" if self.passed else "[red]FAILED[/]",
        )
        return table

    def __str__(self) -> str:
        from rich.console import Console

        text = io.StringIO()
        Console(width=140, file=text).print(self.table())
        lines = [text.getvalue().rstrip()]
        lines += [f"'{layer.path}' {layer.claim}" for layer in self.layers if layer.claim]
        if self.first:
            lines.append(f"first divergence: {self.first}")
        return "\n".join(lines)
