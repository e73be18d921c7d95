# SPDX-License-Identifier: Apache-2.0
"""Draw a module: one box per neuron layer, synapse and other computing op, data flowing downwards."""

from __future__ import annotations

from pathlib import Path

from ..exceptions import ValidationError

__all__ = ["FORMATS", "draw"]

FORMATS = (".pdf", ".png", ".svg")

#: Ops that only move data: an edge passes through them.
_THROUGH = {"spike.reshape", "spike.transpose", "spike.slice", "spike.cast", "spike.repeat_time"}
_COLOURS = {
    "input": "#e8e8e8",
    "func.return": "#e8e8e8",
    "spike.neuron": "#f4b183",
    "spike.linear": "#9dc3e6",
    "spike.conv": "#9dc3e6",
    "spike.matmul": "#a9d18e",
    "spike.mask": "#a9d18e",
}
_OTHER = "#ffffff"


def _layers(nodes: list[dict]) -> tuple[dict[int, list[int]], dict[int, int]]:
    """Sources of every drawn node, and its row: one below its lowest source."""
    sources: dict[int, list[int]] = {}
    seen: dict[int, list[int]] = {}  # what a node stands for: itself, or what it passes through
    rows: dict[int, int] = {}
    for index, node in enumerate(nodes):
        origins = list(dict.fromkeys(origin for operand in node["operands"] for origin in seen[operand]))
        if node["op"] in _THROUGH:
            seen[index] = origins
            continue
        seen[index] = [index]
        sources[index] = origins
        rows[index] = 1 + max((rows[origin] for origin in origins), default=-1)
    return sources, rows


def _caption(node: dict) -> str:
    op = {"func.return": "output"}.get(node["op"], node["op"].removeprefix("spike."))
    shape = node["type"].removeprefix("tensor<").removesuffix(">") if node["type"].count("<") == 1 else node["type"]
    return "\n".join(part for part in (node["label"] or op, op if node["label"] else "", shape) if part)


def draw(nodes: list[dict], path: str | Path) -> Path:
    """Writes a PDF, PNG or SVG, by the name's suffix."""
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise ValidationError(f"cannot draw '{path.name}': expected a name ending in {', '.join(FORMATS)}")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ValidationError("drawing needs matplotlib", suggestions=["pip install matplotlib"]) from None

    sources, rows = _layers(nodes)
    by_row: dict[int, list[int]] = {}
    for index, row in rows.items():
        by_row.setdefault(row, []).append(index)
    widest = max((len(row) for row in by_row.values()), default=1)
    places = {}
    for row, members in by_row.items():
        # Below their sources, as far as there is room.
        members.sort(key=lambda index: sum(places[s][0] for s in sources[index]) / max(len(sources[index]), 1))
        for column, index in enumerate(members):
            places[index] = (column - (len(members) - 1) / 2, -row)

    height = max(2.0, 0.55 * (len(by_row) + 1))
    figure = Figure(figsize=(max(3.0, 2.2 * widest), min(height, 200.0)))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(-widest / 2 - 0.1, widest / 2 + 0.1)
    axes.set_ylim(-len(by_row), 1)
    for index, origins in sources.items():
        for origin in origins:
            bend = 0.25 if rows[index] - rows[origin] > 1 else 0.0
            axes.annotate(
                "",
                xy=(places[index][0], places[index][1] + 0.34),
                xytext=(places[origin][0], places[origin][1] - 0.34),
                arrowprops={"arrowstyle": "-|>", "color": "#808080", "lw": 0.7, "connectionstyle": f"arc3,rad={bend}"},
            )
    for index, (x, y) in places.items():
        node = nodes[index]
        axes.text(
            x,
            y,
            _caption(node),
            ha="center",
            va="center",
            fontsize=5,
            bbox={
                "boxstyle": "round",
                "facecolor": _COLOURS.get(node["op"], _OTHER),
                "edgecolor": "#606060",
                "lw": 0.5,
            },
        )
    figure.savefig(path, dpi=120 if height < 100 else 60)
    return path
