# SPDX-License-Identifier: Apache-2.0
"""What `spike-compile` says of a model on a chip."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from ._cli_support import out, tables
from .backend import ChipModel
from .profiling.chip_report import ChipReport

__all__ = ["print_chip_model", "print_energy"]


def print_chip_model(compiled: ChipModel, source: str) -> None:
    """Layers with their populations, and what the mapping uses of the board."""
    summary, mapping = compiled.chip.summary, compiled.chip.mapping()
    layers = Table(title=f"{source} on {summary['target']}, T = {compiled.time_steps}", title_justify="left")
    layers.add_column("population", overflow="fold", min_width=12)
    for name in ("kind", "shape", "layer"):
        layers.add_column(name, overflow="fold")
    for name in ("neurons", "synapses in", "start"):
        layers.add_column(name, justify="right")
    synapses: dict[str, int] = {}
    for projection in summary["projections"]:
        synapses[projection["target"]] = synapses.get(projection["target"], 0) + projection["synapses"]
    for population in summary["populations"]:
        name = population["name"]
        layers.add_row(
            name,
            population["kind"],
            "x".join(map(str, population["shape"])),
            escape(population["path"]),
            f"{population['neurons']:,}",
            f"{synapses.get(name, 0):,}",
            str(population["start"]),
        )
    layers.add_section()
    neurons = sum(p["neurons"] for p in summary["populations"])
    layers.add_row(
        "total", f"{len(summary['populations'])} populations", "", "", f"{neurons:,}", f"{sum(synapses.values()):,}", ""
    )
    tables().print(layers)
    out.print(
        f"{mapping['cores']} cores on {mapping['chips']} chips, {compiled.utilization:.1%} of the board; memory of the "
        f"fullest core {mapping['max_fill']:.0%}, mean {mapping['mean_fill']:.0%}; {compiled.chip.chip_steps} chip steps",
        soft_wrap=True,
    )
    if compiled.host_layers:
        to_host, to_chip = compiled.chip.crossing
        out.print(
            "on the host: "
            + escape("; ".join(f"{layer} ({reason})" for layer, reason in compiled.host_layers.items()))
            + f"; per inference {to_host:,} values go there and {to_chip:,} to the chip",
            soft_wrap=True,
        )


def print_energy(report: ChipReport, html: Path | None = None) -> None:
    """Energy and latency of an inference with the profile's name; the whole page too, if there is a path."""
    from .profiling.table import energy

    known = "" if not report.not_known else f" (at least: {', '.join(report.not_known)} not known)"
    latency = f", {report.latency['ns'] / 1e3:.1f} us" if report.latency else ""
    provenance = "/".join(sorted({field.provenance for field in report.profile.fields}))
    out.print(
        f"{energy(report.total_energy_mJ)} per inference{known}{latency}, by the profile {report.profile.name} "
        f"({provenance}), mean of {report.inferences}; static power apart"
        + ("; what the host computes is not in it" if report.host else ""),
        soft_wrap=True,
    )
    if html is not None:
        report.to_html(html)
        out.print(f"report: {html}")
