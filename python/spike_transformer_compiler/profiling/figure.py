# SPDX-License-Identifier: Apache-2.0
"""The energy report as a figure for a paper or a slide."""

from __future__ import annotations

from pathlib import Path

from ..exceptions import ValidationError
from .activity import NeuronActivity
from .report import EnergyReport
from .table import energy

__all__ = ["plot_energy_breakdown"]

_SUFFIXES = (".png", ".pdf", ".svg")
_MAC, _AC, _MEMORY, _RATE = "#b4531a", "#1f6f8b", "#7a6aa8", "#2e7d4f"


def check_figure_path(path: str | Path) -> Path:
    """The path, of a format that can be drawn."""
    path = Path(path)
    if path.suffix.lower() not in _SUFFIXES:
        raise ValidationError(
            f"expected a figure in {', '.join(_SUFFIXES)}, got '{path.name}'", error_code="unknown-figure-format"
        )
    return path


def plot_energy_breakdown(report: EnergyReport, save_path: str | Path) -> Path:
    """Draws energy by layer and firing rates to a .png, .pdf or .svg file; returns its path.

    The figure says which energy model and conventions its numbers come from.
    """
    path = check_figure_path(save_path)
    # No global state of matplotlib: a figure of its own needs no display and no backend.
    from matplotlib.figure import Figure

    samples, memory = report.samples, report.model.memory is not None
    rows = [
        (layer, found)
        for layer, found in zip(report.activity.layers, report.energies, strict=True)
        if memory or not isinstance(layer, NeuronActivity)
    ]
    neurons = report.activity.neurons
    height = max(2.6, 0.19 * max(len(rows), len(neurons)) + 1.5)
    figure = Figure(figsize=(11, height), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))

    positions = range(len(rows))
    start = [0.0] * len(rows)
    kinds = [("MAC", _MAC), ("AC", _AC), *([("memory access", _MEMORY)] if memory else [])]
    unit, factor = _unit(max((found.total_pJ for _, found in rows), default=0.0) / samples)
    for kind, colour in kinds:
        values = [
            (sum(found.accesses_pJ.values()) if kind == "memory access" else found.operations_pJ.get(kind, 0.0))
            / samples
            * factor
            for _, found in rows
        ]
        left.barh(positions, values, left=start, color=colour, label=kind, height=0.72)
        start = [a + b for a, b in zip(start, values, strict=True)]
    _style(left, [layer.name for layer, _ in rows], f"energy per inference [{unit}]")
    left.legend(frameon=False, fontsize=8, loc="best")

    right.barh(range(len(neurons)), [100 * layer.rate for layer in neurons], color=_RATE, height=0.72)
    _style(right, [layer.name for layer in neurons], "firing rate [%]")
    model = report.model
    conventions = ", ".join(
        f"{k.replace('_', ' ')}: {v.replace('_', ' ')}" for k, v in model.conventions.model_dump().items()
    )
    figure.suptitle(
        f"{energy(report.total_energy_mJ)} per inference, {samples} samples, T = {report.time_steps}; "
        f"energy model {model.name}",
        fontsize=11,
    )
    figure.supxlabel(f"{model.title}; {conventions}", fontsize=7, color="#5a6b7b")
    try:
        figure.savefig(path, dpi=160)
    except OSError as error:
        raise ValidationError(f"cannot write '{path}': {error.strerror}", error_code="cannot-write") from None
    return path


def _unit(largest_pJ: float) -> tuple[str, float]:
    """Unit and factor from pJ that leave the largest bar between 1 and 1000."""
    for unit, factor in (("mJ", 1e-9), ("µJ", 1e-6), ("nJ", 1e-3)):
        if largest_pJ * factor >= 1:
            return unit, factor
    return "pJ", 1.0


def _style(axes, labels: list[str], title: str) -> None:
    axes.set_yticks(
        range(len(labels)), [label if len(label) <= 44 else "…" + label[-43:] for label in labels], fontsize=7
    )
    axes.set_ylim(len(labels) - 0.4, -0.6)  # the first layer on top
    axes.set_xlabel(title, fontsize=9)
    axes.tick_params(axis="x", labelsize=8)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#dbe2e8", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
