# SPDX-License-Identifier: Apache-2.0
"""The report of a network on a chip as one HTML page: floor plan, links, memory, energy, latency, sources. No network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from ..hardware import HardwareModel
from .chip_plan import LEVELS, METRICS, core_plan, legend, link_plan, memory_columns, metric, shown
from .chip_report import ChipReport
from .page_parts import bars, cell, fill, number, sortable_head
from .table import energy, quantity

__all__ = ["render"]

#: Kinds of energy: name, colour, events.
_GROUPS = (
    ("synapses", "--ac", ("synopDense", "synopConv", "synopStrided", "synopSparse", "synopGraded")),
    ("active neurons", "--rate", ("neuronActive",)),
    ("idle neurons", "--idle", ("neuronIdle",)),
    ("spikes", "--mac", ("spike",)),
    ("messages", "--message", ("messageIn", "messageOut", "hopEastWest", "hopNorthSouth", "hopChip")),
)  # fmt: skip
_WORDS = {
    "synopDense": "dense synapses", "synopConv": "synapses of convolutions", "synopStrided": "strided synapses",
    "synopSparse": "sparse synapses", "synopGraded": "graded synapses", "neuronActive": "active neurons",
    "neuronIdle": "idle neurons", "spike": "spikes", "messageIn": "messages in", "messageOut": "messages out",
    "hopEastWest": "hops east and west", "hopNorthSouth": "hops north and south", "hopChip": "hops between chips",
    "link": "the busiest links", "barrier": "the barrier",
}  # fmt: skip
_COLOURS = {name: colour for name, colour, _ in _GROUPS}
_MEMORY = (("synapses", "--ac"), ("axons", "--axon"), ("neurons", "--rate"))
_BOUNDS = {"neurons": "--rate", "synapses": "--ac", "messages": "--message", "link": "--axon", "barrier": "--dense"}
_COLUMNS = (
    ("population", "text"), ("layer", "text"), ("neurons", "number"), ("cores", "number"), ("start", "number"),
    ("synops", "number"), ("updates", "number"), ("spikes", "number"), ("messages out", "number"),
    ("energy", "number"), ("share", "number"),
)  # fmt: skip
#: Light to dark, for nothing to most.
_SCALE = "#f3f5f7 #e4f1ee #c6e5dd #a2d6cb #7bc4ba #55aeab #37969d #267c8f #1f617d #1c4767 #182d4e".split()


def render(report: ChipReport) -> str:
    """The page of a report."""
    inferences = f"{report.inferences} inferences" if report.inferences > 1 else "one inference"
    largest = {
        name: shown(
            name, 1.0 if name == "memory" else max((metric(report, c, name) for c in report.cores), default=0.0)
        )
        for name in METRICS
    }
    return fill(
        "chip_page.html",
        title=f"{report.network} on {report.target.name}",
        subtitle=(
            f"{report.target.title}; T = {report.time_steps} time steps, {report.chip_steps} chip steps; counted over "
            f"{inferences}; energy profile {report.profile.name}: {report.profile.title}"
        ),
        notice=_warning(report),
        style="chip_page.css",
        script="chip_page.js",
        cards=_cards(report),
        levels="\n".join(
            f".l{i} {{ fill: {colour}; background: {colour}; }} .k{i} {{ stroke: {colour}; }}"
            for i, colour in enumerate(_SCALE[: LEVELS + 1])
        ),
        metrics="".join(
            f'<label><input type="radio" name="metric" value="{name}"{" checked" if i == 0 else ""}> {text}</label>'
            for i, (name, text) in enumerate(METRICS.items())
        ),
        largest=json.dumps(largest),
        core_legend=legend(largest[next(iter(METRICS))]),
        core_plan=core_plan(report),
        link_legend=legend(quantity(max((link.messages for link in report.links), default=0.0))),
        link_plan=link_plan(report),
        memory_legend=_legend(dict(_MEMORY)),
        memory=memory_columns(report, _MEMORY),
        energy_legend=_legend(_COLOURS),
        layer_chart=bars("layers", _layer_rows(report), _COLOURS),
        kind_chart=bars("kinds", _kind_rows(report), _COLOURS, right=260),
        latency=_latency(report),
        population_head=sortable_head(_COLUMNS),
        population_rows="\n".join(_population_rows(report)),
        provenance=_provenance(report),
        data=report.as_data(),
    )


def _legend(colours: dict[str, str]) -> str:
    return "".join(f'<span><i style="background: var({colour})"></i>{name}</span>' for name, colour in colours.items())


def _bounded(text: str, is_bound: bool) -> str:
    return f"≥ {text}" if is_bound else text


def _time(ns: float) -> str:
    """In the unit that leaves a number between 1 and 1000."""
    for factor, unit in ((1e-6, "ms"), (1e-3, "µs")):
        if ns * factor >= 1:
            return f"{ns * factor:.4g} {unit}"
    return f"{ns:.4g} ns"


def _words(names: Sequence[str]) -> str:
    return ", ".join(_WORDS[name] for name in names)


def _warning(report: ChipReport) -> str:
    lines = []
    if report.not_known:
        lines.append(f"The profile has no energy of {_words(report.not_known)}: energies are lower bounds.")
    if report.latency is None:
        lines.append("The profile has no times: the latency is known in chip steps only.")
    elif report.latency["not_known"]:
        lines.append(f"There is no time of {_words(report.latency['not_known'])}: the latency is a lower bound.")
    if report.host:
        lines.append(f"The host computes {', '.join(report.host)}: its time and energy are in none of the numbers.")
    return f'<p class="warning" id="not-known">{escape(" ".join(lines))}</p>' if lines else ""


def _cards(report: ChipReport) -> list[tuple[str, str, str]]:
    used, latency = len(report.cores), report.latency
    cores = report.target["coresPerChip"] * report.target["chips"]
    fills = [report.fill(core) or 0.0 for core in report.cores]
    power = report.static_power_W
    static = "static power, apart"
    if power is not None and latency is not None:
        static += f": {energy(power * latency['ns'] * 1e-6)} in that time"
    return [
        ("energy", _bounded(energy(report.total_energy_pJ * 1e-9), bool(report.not_known)), "energy per inference"),
        ("static", "not known" if power is None else f"{power:g} W", static),
        (
            "latency",
            "not known" if latency is None else _bounded(_time(latency["ns"]), bool(latency["not_known"])),
            "latency of an inference",
        ),
        ("steps", str(report.chip_steps), "chip steps"),
        ("cores", f"{used:,} of {cores:,}", f"cores, on {len({core.chip for core in report.cores})} chips"),
        ("fill", f"{100 * max(fills, default=0.0):.1f} %", "of memory on the fullest core"),
        ("synops", quantity(_sum(report.counts, _GROUPS[0][2])), "synaptic operations"),
        ("spikes", quantity(report.counts["spike"]), "spikes and graded messages"),
    ]


def _sum(values: dict[str, Any], names: tuple[str, ...]) -> float:
    return sum(values.get(name) or 0.0 for name in names)


def _layer_rows(report: ChipReport) -> list[tuple]:
    """Populations of one layer of the source model together, in the network's order."""
    layers: dict[str, list[dict[str, float | None]]] = {}
    for population in report.populations:
        layers.setdefault(population.path or f"added: {population.name}", []).append(population.energy_pJ)
    rows = []
    for name, energies in layers.items():
        parts = [(group, sum(_sum(e, events) for e in energies)) for group, _, events in _GROUPS]
        unknown = any(value is None for e in energies for value in e.values())
        rows.append((name, parts, _bounded(energy(sum(value for _, value in parts) * 1e-9), unknown)))
    return rows


def _kind_rows(report: ChipReport) -> list[tuple]:
    rows = []
    for group, _, events in _GROUPS:
        for event in events:
            count, pJ = report.counts[event], report.energy_pJ[event]
            if count:
                cost = f"{quantity(count)} times " + ("?" if pJ is None else f"{pJ / count:.4g} pJ")
                text = "not known" if pJ is None else energy(pJ * 1e-9)
                rows.append((_WORDS[event], [(group, pJ or 0.0)], f"{text} ({cost})"))
    return rows


def _latency(report: ChipReport) -> str:
    if report.latency is None:
        return f"<p>{report.chip_steps} chip steps; the profile {escape(report.profile.name)} has no times.</p>"
    steps, bounds = report.latency["steps_ns"], report.latency["step_bounds"]
    words = ", ".join(f"{bounds.count(name)} by {name}" for name in _BOUNDS if name in bounds)
    width, height, left = max(3, min(18, 1050 // len(steps))), 120, 62
    largest = max(steps) or 1.0
    total = left + width * len(steps) + 10
    lines = [
        f'<svg id="steps" role="img" aria-label="time of every chip step" width="{total}" height="{height + 30}" '
        f'viewBox="0 0 {total} {height + 30}">',
        f'<text x="{left - 6}" y="14" text-anchor="end">{_time(largest)}</text>',
    ]
    for i, (ns, bound) in enumerate(zip(steps, bounds, strict=True)):
        size = height * ns / largest
        lines.append(
            f'<rect x="{left + i * width}" y="{8 + height - size:.2f}" width="{width - 1}" height="{size:.2f}" '
            f'style="fill: var({_BOUNDS[bound]})" data-part="{bound}">'
            f"<title>chip step {i}: {_time(ns)}, bounded by {bound}</title></rect>"
        )
    lines.append(f'<text x="{left}" y="{height + 24}">chip step 0</text></svg>')
    return (
        f"<p>{report.chip_steps} chip steps; a step lasts as long as the slowest of the busiest core's neurons, synapses "
        f"and messages, the busiest link and the barrier. Bounds of the steps: {escape(words)}.</p>\n"
        f'<div class="legend">{_legend(_BOUNDS)}</div>\n<figure>\n' + "\n".join(lines) + "\n</figure>"
    )


def _population_rows(report: ChipReport) -> list[str]:
    total = report.total_energy_pJ
    rows = []
    for order, population in enumerate(report.populations):
        pJ = _sum(population.energy_pJ, tuple(population.energy_pJ))
        share = 100 * pJ / total if total else 0.0
        unknown = any(value is None for value in population.energy_pJ.values())
        counts = population.counts
        cells = [
            cell(population.name, population.name, "name text"),
            cell(population.path, population.path, "name text"),
            cell(f"{population.neurons:,}", population.neurons),
            cell(str(population.cores), population.cores),
            cell(str(population.start), population.start),
            number(_sum(counts, _GROUPS[0][2])),
            *(number(counts.get(event, 0.0)) for event in ("neuronActive", "spike", "messageOut")),
            cell(_bounded(energy(pJ * 1e-9), unknown), repr(pJ)),
            cell(f"{share:.1f} %", repr(share)),
        ]
        rows.append(f'<tr data-order="{order}">{"".join(cells)}</tr>')
    return rows


def _sources(model: HardwareModel, heading: str) -> str:
    rows = "".join(
        f'<tr><td class="text">{escape(field.name)}</td><td>{escape(_value(field.value))}</td>'
        f'<td class="text">{escape(field.unit)}</td><td class="text">{field.provenance}</td>'
        f'<td class="text source">{escape(field.source)}</td></tr>'
        for field in model.fields
    )
    references = "".join(
        f"<li>{escape(f'[{key}]')} {escape(text)}</li>" for key, text in sorted(model.references.items())
    )
    return (
        f"<details><summary><b>{heading} {escape(model.name)}</b>: {escape(model.title)}, "
        f"{len(model.fields)} numbers with their sources</summary>\n"
        '<div class="scroll"><table><thead><tr><th class="text" scope="col">field</th><th scope="col">value</th>'
        '<th class="text" scope="col">unit</th><th class="text" scope="col">provenance</th>'
        f'<th class="text" scope="col">source</th></tr></thead><tbody>{rows}</tbody></table></div>\n'
        f'<ul class="plain">{references}</ul></details>'
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value) if isinstance(value, list) else value if isinstance(value, str) else f"{value:,}"


def _provenance(report: ChipReport) -> str:
    counts = {
        kind: sum(f.provenance == kind for f in report.profile.fields) for kind in ("documented", "derived", "assumed")
    }
    words = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    return "\n".join(
        [
            f"<p>Events were counted by the chip simulator; energy and latency are estimates from the profile, whose numbers are "
            f"{words}, and not a measurement of any chip. An idle neuron costs its access in every chip step.</p>",
            _sources(report.profile, "Energy profile"),
            _sources(report.target, "Target"),
            f'<p class="soft">Written by spike-transformer-compiler {escape(report.as_data()["library_version"])}; '
            "the report's data is in this page as JSON.</p>",
        ]
    )
