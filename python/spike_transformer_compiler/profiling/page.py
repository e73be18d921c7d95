# SPDX-License-Identifier: Apache-2.0
"""The energy report as one HTML page: charts are inline SVG, and a few lines of script sort the table. No network."""

from __future__ import annotations

from html import escape
from typing import Any

from .page_parts import bars, cell, fill, number, sortable_head
from .table import CONVENTIONS, energy, quantity

__all__ = ["render"]

_COLOURS = {"MAC": "--mac", "AC": "--ac", "memory access": "--memory"}
#: Heading, kind of sorting.
_COLUMNS = (
    ("layer", "text"), ("kind", "text"), ("input", "text"), ("rate", "number"), ("dense", "number"), ("SOP", "number"),
    ("MAC", "number"), ("AC", "number"), ("energy", "number"), ("share", "number"), ("input comes from", "text"),
)  # fmt: skip


def render(data: dict[str, Any]) -> str:
    """The page of a report's data (`EnergyReport.as_data`)."""
    layers, totals, model = data["layers"], data["totals"], data["energy_model"]
    synapses = [layer for layer in layers if layer["kind"] != "neuron"]
    neurons = [layer for layer in layers if layer["kind"] == "neuron"]
    memory = "memory" in model
    shown = layers if memory else synapses
    parts = ["MAC", "AC", *(["memory access"] if memory else [])]
    title = f"Energy report: {data['source']}" if data["source"] else "Energy report"
    return fill(
        "page.html",
        title=title,
        subtitle=(
            f"{data['samples']} samples, T = {data['time_steps']} time steps, energy model {model['name']}: {model['title']}"
        ),
        cards=_cards(totals),
        energy_legend="".join(f'<span><i style="background: var({_COLOURS[p]})"></i>{p}</span>' for p in parts),
        energy_caption=escape(
            "Mean energy of one inference" + ("." if memory else "; neurons cost nothing in this model.")
        ),
        energy_chart=bars(
            "energy",
            [
                (layer["name"], [(p, _part(layer, p, model)) for p in parts], energy(layer["energy_mJ"]))
                for layer in shown
            ],
            _COLOURS,
        ),
        work_chart=bars(
            "work",
            [
                (
                    layer["name"],
                    [("AC", layer["SOP"])],
                    f"{quantity(layer['SOP'])} of {quantity(layer['dense'])}",
                    layer["dense"],
                )
                for layer in synapses
            ],
            _COLOURS,
        ),
        rate_chart=bars(
            "rate",
            [
                (layer["name"], [("rate", layer["firing_rate"])], f"{100 * layer['firing_rate']:.2f} %")
                for layer in neurons
            ],
            _COLOURS,
        ),
        layer_head=sortable_head(_COLUMNS),
        layer_rows="\n".join(_layer_row(i, layer, totals["energy_mJ"]) for i, layer in enumerate(layers)),
        layer_foot=_layer_foot(layers, totals),
        convention_rows="\n".join(_convention_row(row) for row in data["conventions"]),
        provenance=_provenance(data),
        data=data,
    )


def _cards(totals: dict[str, Any]) -> list[tuple[str, str, str]]:
    per_spike, static, rate = totals["energy_per_spike_pJ"], totals["static_power_mW"], totals["firing_rate"]
    return [
        ("energy", energy(totals["energy_mJ"]), "energy per inference"),
        ("per-spike", "no spikes" if per_spike is None else energy(per_spike * 1e-9), "energy per spike"),
        ("static", "not modelled" if static is None else f"{static:g} mW", "static power"),
        ("mac", quantity(totals["MAC"]), "multiply-accumulates"),
        ("ac", quantity(totals["AC"]), "accumulates"),
        ("sop", quantity(totals["SOP"]), f"synaptic operations of {quantity(totals['dense'])} dense"),
        ("rate", "none fires" if rate is None else f"{100 * rate:.2f} %", "firing rate of all neurons"),
    ]


def _part(layer: dict[str, Any], part: str, model: dict[str, Any]) -> float:
    """What one kind of operation or access takes, in mJ."""
    if part == "memory access":
        return sum(layer.get("memory_access_mJ", {}).values())
    cost = model["operations"][f"{part.lower()}_pJ"]
    return layer.get(part, 0.0) * cost * 1e-9


def _layer_row(order: int, layer: dict[str, Any], total: float) -> str:
    neuron = layer["kind"] == "neuron"
    rates = [layer["firing_rate"]] if neuron else layer["rates"]
    operands = [layer["sources"]] if neuron else layer["sources"]
    sources = " × ".join(
        ", ".join([*names[:2], *([f"{len(names) - 2} more"] if len(names) > 2 else [])]) for names in operands
    )
    share = 100 * layer["energy_mJ"] / total if total else 0.0
    kind, values = layer["model"] if neuron else layer["kind"], "" if neuron else " × ".join(layer["values"])
    cells = [
        cell(layer["name"], layer["name"], "name text"),
        cell(kind, kind, "text"),
        cell(values, values, "text"),
        cell(" × ".join(f"{100 * rate:.2f} %" for rate in rates), repr(float(rates[0]))),
        *(number(None if neuron else layer[name]) for name in ("dense", "SOP")),
        *(number(layer[name] if layer.get(name) else None) for name in ("MAC", "AC")),
        cell(energy(layer["energy_mJ"]) if layer["energy_mJ"] else "", repr(float(layer["energy_mJ"]))),
        cell(f"{share:.1f} %" if layer["energy_mJ"] else "", repr(share)),
        cell(sources, sources, "name text"),
    ]
    return f'<tr data-order="{order}">{"".join(cells)}</tr>'


def _layer_foot(layers: list[dict[str, Any]], totals: dict[str, Any]) -> str:
    rate = totals["firing_rate"]
    texts = ["total", f"{len(layers)} layers", "", "" if rate is None else f"{100 * rate:.2f} %"]
    texts += [quantity(totals[name]) for name in ("dense", "SOP", "MAC", "AC")]
    return "".join(f"<td>{escape(text)}</td>" for text in [*texts, energy(totals["energy_mJ"]), "100 %", ""])


def _convention_row(row: dict[str, Any]) -> str:
    names = ("counting", "count_inputs", "time_invariant")
    words = "".join(
        f'<td class="text" title="{escape(CONVENTIONS[name, row[name]])}">{escape(row[name].replace("_", " "))}</td>'
        for name in names
    )
    mark = ' class="chosen" aria-current="true"' if row["chosen"] else ""
    return f"<tr{mark}>{words}<td>{quantity(row['MAC'])}</td><td>{quantity(row['AC'])}</td><td>{energy(row['energy_mJ'])}</td></tr>"


def _provenance(data: dict[str, Any]) -> str:
    model = data["energy_model"]
    costs = [f"{cost:g} pJ per {name.removesuffix('_pJ').upper()}" for name, cost in model["operations"].items()]
    if "memory" in model:
        points = ", ".join(f"{p['pJ']:g} pJ at {p['bytes'] / 1024:g} kB" for p in model["memory"]["access"])
        costs.append(f"per memory access {points}")
    conventions = [CONVENTIONS[name, value] for name, value in model["conventions"].items()]
    lists = [
        ("Costs", costs),
        ("Sources", model["sources"]),
        ("Conventions", conventions),
        ("Assumptions", model.get("assumptions", [])),
    ]
    text = [f"<p><b>{escape(model['name'])}</b>: {escape(model['title'])}. {escape(model['technology'])}.</p>"]
    for heading, lines in lists:
        if lines:
            items = "".join(f"<li>{escape(line)}</li>" for line in lines)
            text.append(f'<p><b>{heading}</b></p><ul class="plain">{items}</ul>')
    text.append(
        '<p class="soft">Activity was counted exactly by compiled code on the given data; energy is an estimate from the model '
        f"above, not a measurement. Written by spike-transformer-compiler {escape(data['library_version'])}, {escape(data['schema'])}; "
        "the report's data is in this page as JSON.</p>"
    )
    return "\n".join(text)
