# SPDX-License-Identifier: Apache-2.0
"""The energy report on a terminal."""

from __future__ import annotations

from typing import Any

from .activity import NeuronActivity
from .report import EnergyReport

__all__ = ["layer_table", "print_report", "quantity"]

#: What conventions mean, in words.
CONVENTIONS = {
    ("counting", "exact"): "operations really performed, borders of convolutions exact",
    ("counting", "papers"): "AC = firing rate x T x FLOP, taps in the padding included",
    ("count_inputs", "ac"): "an input of n counts as n accumulates",
    ("count_inputs", "mac"): "an input that holds counts takes multiply-accumulates",
    ("time_invariant", "once"): "what is the same at every step is computed once",
    ("time_invariant", "every_step"): "what is the same at every step is computed T times",
}


def quantity(value: float | None) -> str:
    """1234567 as 1.235 M; nothing for None."""
    if value is None:
        return ""
    for limit, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.4g} {unit}"
    return f"{value:.4g}"


def energy(mJ: float) -> str:
    """In the unit that leaves a number between 1 and 1000."""
    for factor, unit in ((1, "mJ"), (1e3, "µJ"), (1e6, "nJ")):
        if abs(mJ) * factor >= 1:
            return f"{mJ * factor:.4g} {unit}"
    return f"{mJ * 1e9:.4g} pJ"


def layer_table(report: EnergyReport) -> Any:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="per inference", title_justify="left")
    table.add_column("layer", overflow="fold", min_width=16)
    table.add_column("kind")
    table.add_column("input")
    for name in ("rate %", "dense", "SOP", "MAC", "AC", "energy"):
        table.add_column(name, justify="right")
    samples = report.samples
    for layer, found in zip(report.activity.layers, report.energies, strict=True):
        mJ = found.total_pJ * 1e-9 / samples
        if isinstance(layer, NeuronActivity):
            row = (
                escape(layer.name),
                layer.model,
                "",
                f"{100 * layer.rate:.2f}",
                "",
                quantity(layer.spikes / samples) + " spikes",
                "",
                "",
                energy(mJ) if mJ else "",
            )
            table.add_row(*row, style="cyan")
            continue
        rates = " ".join(f"{100 * rate:.2f}" for rate in layer.rates)
        operations = (found.operations.macs / samples, found.operations.acs / samples)
        table.add_row(
            escape(layer.name),
            layer.kind,
            " x ".join(layer.values),
            rates,
            quantity(layer.dense / samples),
            quantity(layer.sops / samples),
            *(quantity(n) if n else "" for n in operations),
            energy(mJ),
        )
    table.add_section()
    rate = report.firing_rate
    totals = (report.total(name) for name in ("dense", "sops", "macs", "acs"))
    table.add_row(
        "total",
        f"{len(report.activity.layers)} layers",
        "",
        "" if rate is None else f"{100 * rate:.2f}",
        *(quantity(total) for total in totals),
        energy(report.total_energy_mJ),
        style="bold",
    )
    return table


def print_report(report: EnergyReport, console: Any) -> None:
    """Table, totals and where the numbers come from."""
    from rich.markup import escape

    model = report.model
    console.print(f"{report.samples} samples, T = {report.time_steps}", highlight=False)
    console.print(layer_table(report))
    line = f"energy {report.total_energy_mJ:.6g} mJ per inference"
    if report.energy_per_spike_pJ is not None:
        line += f", {report.energy_per_spike_pJ:.4g} pJ per spike ({quantity(report.spikes)} spikes)"
    if report.static_power_mW is not None:
        line += f", static power {report.static_power_mW:g} mW apart"
    console.print(line, highlight=False)
    memory = report.breakdown.get("memory_access")
    if memory:
        console.print("memory access: " + ", ".join(f"{k} {energy(mJ)}" for k, mJ in memory.items()), highlight=False)
    console.print(
        f"energy model {escape(model.name)}: {escape(model.title)}; {escape(model.technology)}", highlight=False
    )
    for name, value in model.conventions.model_dump().items():
        console.print(f"  {name} = {value}: {CONVENTIONS[name, value]}", highlight=False)
    for kind, lines in (("source", model.sources), ("assumes", model.assumptions)):
        for text in lines:
            console.print(f"  {kind}: {escape(text)}", highlight=False, soft_wrap=True)
