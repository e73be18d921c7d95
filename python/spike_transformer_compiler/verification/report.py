# SPDX-License-Identifier: Apache-2.0
"""What the spike comparison found: per layer, per differing spike, and as a table."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass
from typing import Any

TIE_RATE_LIMIT = 1e-4

#: Below this rate, and above one minus it, a layer's spikes prove nothing.
QUIET = 0.01


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

    @property
    def warning(self) -> str | None:
        """Why the layer's spikes prove little."""
        if self.rate < QUIET:
            return f"'{self.path}' is silent: it fires in {100 * self.rate:.2f} % of its steps, which proves nothing"
        if self.rate > 1 - QUIET:
            return f"'{self.path}' is saturated: it fires in {100 * self.rate:.2f} % of its steps, which proves nothing"
        return None


def _share(share: float) -> str:
    """How often float64 agrees: only all is called all."""
    return "all" if share == 1 else f"{100 * min(share, 0.999999):.4f} %"


@dataclass(frozen=True)
class Report:
    layers: tuple[LayerReport, ...]  # in order of execution
    unread: tuple[str, ...] = ()  # layers of the source that nothing reads, which the compiled model leaves out

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

    def samples_with_errors(self) -> set[int]:
        return {m.sample for m in self.mismatches if m.kind == "error"}

    @property
    def rate(self) -> float:
        """Share of all steps of the reference with an output other than 0."""
        return sum(layer.rate * layer.steps for layer in self.layers) / max(1, self.total("steps"))

    @property
    def warnings(self) -> list[str]:
        """What weakens the verdict."""
        found = [layer.warning for layer in self.layers if layer.warning]
        if self.rate < QUIET:
            found.append(
                f"the network is silent: it fires in {100 * self.rate:.2f} % of all steps, so that its spikes agree proves "
                "nothing; use trained weights, calibrated thresholds or other inputs"
            )
        return found

    def table(self) -> Any:
        """A rich table, one row per layer."""
        from rich.table import Table

        table = Table(title="spikes against the source, layer by layer", title_justify="left")
        for name in (
            "layer",
            "neurons",
            "steps",
            "rate %",
            "exact",
            "mismatches",
            "ties",
            "errors",
            "f64: source",
            "ours",
            "",
        ):
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
                _share(layer.source_agreement),
                _share(layer.agreement),
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
            "",
            "",
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


def to_dict(report: Report, most: int = 100) -> dict[str, Any]:
    """The report as plain values; at most so many ties and errors are listed."""

    def mismatch(found: Mismatch | None) -> dict[str, Any] | None:
        return None if found is None else {**dataclasses.asdict(found), "distance": found.distance}

    layers = []
    for layer in report.layers:
        own = {f.name: getattr(layer, f.name) for f in dataclasses.fields(layer) if f.name not in ("first", "listed")}
        layers.append({**own, "first": mismatch(layer.first), "passed": layer.passed, "warning": layer.warning})
    totals = {name: report.total(name) for name in ("neurons", "steps", "mismatches", "ties", "errors", "consequences")}
    return {
        "spikes_passed": report.passed,
        "totals": {**totals, "rate": report.rate},
        "layers": layers,
        "first_divergence": mismatch(report.first),
        "unread_layers": list(report.unread),
        "listed": [mismatch(m) for m in report.mismatches[:most]],
    }
