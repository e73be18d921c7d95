# SPDX-License-Identifier: Apache-2.0
"""The energy report as one HTML page: charts are inline SVG, and a few lines of script sort the table. No network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from string import Template
from typing import Any

from .table import CONVENTIONS, energy, quantity

__all__ = ["render"]

_ROW, _BAR, _LEFT, _WIDTH, _RIGHT = 20, 13, 300, 640, 150
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
    template = Template((resources.files(__package__) / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=escape(title),
        subtitle=escape(
            f"{data['samples']} samples, T = {data['time_steps']} time steps, energy model {model['name']}: {model['title']}"
        ),
        cards="\n".join(_cards(totals)),
        energy_legend="".join(f'<span><i style="background: var({_COLOURS[p]})"></i>{p}</span>' for p in parts),
        energy_caption=escape(
            "Mean energy of one inference" + ("." if memory else "; neurons cost nothing in this model.")
        ),
        energy_chart=_chart(
            "energy",
            [
                (layer["name"], [(p, _part(layer, p, model)) for p in parts], energy(layer["energy_mJ"]))
                for layer in shown
            ],
        ),
        work_chart=_chart(
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
        ),
        rate_chart=_chart(
            "rate",
            [
                (layer["name"], [("rate", layer["firing_rate"])], f"{100 * layer['firing_rate']:.2f} %")
                for layer in neurons
            ],
        ),
        layer_head="".join(
            f'<th scope="col" aria-sort="none" data-kind="{kind}"{" class=text" if kind == "text" else ""}>'
            f'<button type="button">{name}</button></th>'
            for name, kind in _COLUMNS
        ),
        layer_rows="\n".join(_layer_row(i, layer, totals["energy_mJ"]) for i, layer in enumerate(layers)),
        layer_foot=_layer_foot(layers, totals),
        convention_rows="\n".join(_convention_row(row) for row in data["conventions"]),
        provenance=_provenance(data),
        json=json.dumps(data, allow_nan=False).replace("<", "\\u003c"),
    )


def _cards(totals: dict[str, Any]) -> list[str]:
    per_spike, static, rate = totals["energy_per_spike_pJ"], totals["static_power_mW"], totals["firing_rate"]
    entries = [
        ("energy", energy(totals["energy_mJ"]), "energy per inference"),
        ("per-spike", "no spikes" if per_spike is None else energy(per_spike * 1e-9), "energy per spike"),
        ("static", "not modelled" if static is None else f"{static:g} mW", "static power"),
        ("mac", quantity(totals["MAC"]), "multiply-accumulates"),
        ("ac", quantity(totals["AC"]), "accumulates"),
        ("sop", quantity(totals["SOP"]), f"synaptic operations of {quantity(totals['dense'])} dense"),
        ("rate", "none fires" if rate is None else f"{100 * rate:.2f} %", "firing rate of all neurons"),
    ]
    return [
        f'<li id="total-{name}"><b>{escape(value)}</b><span>{escape(label)}</span></li>'
        for name, value, label in entries
    ]


def _part(layer: dict[str, Any], part: str, model: dict[str, Any]) -> float:
    """What one kind of operation or access takes, in mJ."""
    if part == "memory access":
        return sum(layer.get("memory_access_mJ", {}).values())
    cost = model["operations"][f"{part.lower()}_pJ"]
    return layer.get(part, 0.0) * cost * 1e-9


def _chart(name: str, rows: Sequence[tuple]) -> str:
    """Horizontal bars: (label, [(part, value)], text) and, for a bar behind them, the value of that."""
    if not rows:
        return '<p class="soft">none</p>'
    # Work spans orders of magnitude within a model, but lengths must stay comparable: one linear scale for all.
    largest = max(max([sum(v for _, v in row[1]), *row[3:4]]) for row in rows) or 1.0
    total_width, height = _LEFT + _WIDTH + _RIGHT, _ROW * len(rows) + 6
    lines = [
        f'<svg id="chart-{name}" role="img" aria-label="bars of {name} by layer" width="{total_width}" height="{height}" '
        f'viewBox="0 0 {total_width} {height}">'
    ]
    for i, (label, parts, text, *behind) in enumerate(rows):
        y = 3 + i * _ROW
        lines.append(f"<g><title>{escape(label)}: {escape(text)}</title>")
        lines.append(
            f'<text class="name" x="{_LEFT - 8}" y="{y + 11}" text-anchor="end">{escape(_shortened(label))}</text>'
        )
        end = float(_LEFT)
        for size in behind:
            end = max(end, _LEFT + _WIDTH * size / largest)
            lines.append(_bar(_LEFT, y, _WIDTH * size / largest, "--dense"))
        x = float(_LEFT)
        for part, value in parts:
            width = _WIDTH * value / largest
            if width > 0:
                lines.append(_bar(x, y, width, _COLOURS.get(part, "--rate"), part))
            x += width
        lines.append(f'<text class="value" x="{max(x, end) + 6:.2f}" y="{y + 11}">{escape(text)}</text></g>')
    return "\n".join([*lines, "</svg>"])


def _bar(x: float, y: float, width: float, colour: str, part: str = "") -> str:
    mark = f' data-part="{part}"' if part else ""
    return f'<rect x="{x:.2f}" y="{y}" width="{width:.2f}" height="{_BAR}" style="fill: var({colour})"{mark}/>'


def _shortened(label: str, limit: int = 38) -> str:
    return label if len(label) <= limit else "…" + label[1 - limit :]


def _cell(text: str, key: object, css: str = "") -> str:
    shown = escape(text)
    if css.startswith("name"):  # may break where a path does
        shown = shown.replace(".", ".<wbr>").replace("_", "_<wbr>")
    mark = f' class="{css}"' if css else ""
    return f'<td data-key="{escape(str(key))}"{mark}>{shown}</td>'


def _number(value: float | None) -> str:
    return _cell("", "") if value is None else _cell(quantity(value), repr(float(value)))


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
        _cell(layer["name"], layer["name"], "name text"),
        _cell(kind, kind, "text"),
        _cell(values, values, "text"),
        _cell(" × ".join(f"{100 * rate:.2f} %" for rate in rates), repr(float(rates[0]))),
        *(_number(None if neuron else layer[name]) for name in ("dense", "SOP")),
        *(_number(layer[name] if layer.get(name) else None) for name in ("MAC", "AC")),
        _cell(energy(layer["energy_mJ"]) if layer["energy_mJ"] else "", repr(float(layer["energy_mJ"]))),
        _cell(f"{share:.1f} %" if layer["energy_mJ"] else "", repr(share)),
        _cell(sources, sources, "name text"),
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
