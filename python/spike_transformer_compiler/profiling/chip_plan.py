# SPDX-License-Identifier: Apache-2.0
"""Floor plans of chips as SVG: cores coloured by what they do, links by what they carry."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .chip_report import ChipReport, CoreReport, LinkReport
from .table import energy, quantity

__all__ = ["LEVELS", "METRICS", "core_plan", "legend", "level", "link_plan", "metric"]

#: Colours run from 0, nothing, to this.
LEVELS = 10
_EVENTS = {
    "synops": ("synopDense", "synopConv", "synopStrided", "synopSparse", "synopGraded"),
    "updates": ("neuronActive",),
    "messages": ("messageIn", "messageOut"),
}
#: What cores can be coloured by, and how it is called.
METRICS = {
    "synops": "synaptic operations",
    "updates": "neuron updates",
    "messages": "messages in and out",
    "energy": "energy",
    "memory": "memory fill",
}
_WIDTH, _GAP, _MARGIN = 1150, 14, 22


def metric(report: ChipReport, core: CoreReport, name: str) -> float:
    """What a core has of a metric; energies in pJ, memory fill from 0 to 1."""
    if name == "energy":
        return sum(value or 0.0 for value in core.energy_pJ.values())
    if name == "memory":
        return report.fill(core) or 0.0
    return sum(core.counts.get(event, 0.0) for event in _EVENTS[name])


def level(value: float, largest: float) -> int:
    """A colour for a value: 0 only for nothing."""
    return 0 if value <= 0 or largest <= 0 else max(1, min(LEVELS, round(LEVELS * value / largest)))


def legend(largest: str) -> str:
    """The colours in a row, from 0 to the largest value."""
    squares = "".join(f'<i class="l{i}"></i>' for i in range(LEVELS + 1))
    return f'<span class="scale">0 {squares} <span class="largest">{escape(largest)}</span></span>'


def shown(name: str, value: float) -> str:
    """A value of a metric as a person reads it."""
    if name == "energy":
        return energy(value * 1e-9)
    return f"{100 * value:.1f} %" if name == "memory" else quantity(value)


class _Plan:
    """Chips side by side, each a grid of `columns` x `rows` squares of at most `size`."""

    def __init__(self, report: ChipReport, columns: int, rows: int, size: float = 28) -> None:
        self.report, self.columns, self.rows = report, columns, rows
        across = 1 + max(x for x, _ in report.chips)
        down = 1 + max(y for _, y in report.chips)
        self.pitch = max(4.0, min(size, (_WIDTH - across * _GAP) / (across * columns)))
        self.width = across * (columns * self.pitch + _GAP) + _GAP
        self.height = down * (rows * self.pitch + _MARGIN) + _GAP

    def corner(self, chip: int) -> tuple[float, float]:
        x, y = self.report.chips[chip]
        return _GAP + x * (self.columns * self.pitch + _GAP), _MARGIN + y * (self.rows * self.pitch + _MARGIN)

    def _grid(self, x: float, y: float, width: float, height: float) -> str:
        upright = "".join(f"M{x + i * self.pitch:.1f} {y:.1f}v{height:.1f}" for i in range(1, self.columns))
        return upright + "".join(f"M{x:.1f} {y + i * self.pitch:.1f}h{width:.1f}" for i in range(1, self.rows))

    def draw(self, name: str, label: str, lines: list[str]) -> str:
        frames = []
        for chip in range(len(self.report.chips)):
            x, y = self.corner(chip)
            width, height = self.columns * self.pitch, self.rows * self.pitch
            frames.append(
                f'<text x="{x:.1f}" y="{y - 6:.1f}">chip {chip}</text>'
                f'<rect class="chip" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
                f'<path class="grid" d="{self._grid(x, y, width, height)}"/>'
            )
        return "\n".join(
            [
                f'<svg id="{name}" role="img" aria-label="{label}" width="{self.width:.0f}" height="{self.height:.0f}" '
                f'viewBox="0 0 {self.width:.0f} {self.height:.0f}">',
                *frames,
                *lines,
                "</svg>",
            ]
        )


def core_plan(report: ChipReport) -> str:
    """Every core of the network at its place, coloured by the first metric; a script changes which."""
    plan = _Plan(report, report.target["meshWidth"], report.target["meshHeight"])
    values = [{name: metric(report, core, name) for name in METRICS} for core in report.cores]
    largest = {name: 1.0 if name == "memory" else max((v[name] for v in values), default=0.0) for name in METRICS}
    first = next(iter(METRICS))
    lines = []
    for core, value in zip(report.cores, values, strict=True):
        x, y = plan.corner(core.chip)
        levels = {name: level(value[name], largest[name]) for name in METRICS}
        data = " ".join(f'data-{name}="{number}"' for name, number in levels.items())
        lines.append(
            f'<rect class="core l{levels[first]}" {data} x="{x + core.x * plan.pitch + 1:.1f}" '
            f'y="{y + core.y * plan.pitch + 1:.1f}" width="{plan.pitch - 2:.1f}" height="{plan.pitch - 2:.1f}">'
            f"<title>{escape(_describe(core, value))}</title></rect>"
        )
    return plan.draw("cores", "cores on their chips, coloured by load", lines)


def _describe(core: CoreReport, values: dict[str, float]) -> str:
    held = ", ".join(f"{name}: {neurons:,} neurons" for name, neurons in core.slices)
    numbers = "; ".join(f"{text} {shown(name, values[name])}" for name, text in METRICS.items())
    return f"chip {core.chip}, core ({core.x}, {core.y})\n{held}\n{numbers}"


def link_plan(report: ChipReport) -> str:
    """Tiles of every chip, and between them the links in both directions, coloured by messages."""
    target = report.target
    columns, rows = target["meshWidth"] // target["tileWidth"], target["meshHeight"] // target["tileHeight"]
    plan = _Plan(report, columns, rows, size=56)
    largest = max((link.messages for link in report.links), default=0.0)
    lines = []
    tiles = {(core.chip, core.x // target["tileWidth"], core.y // target["tileHeight"]) for core in report.cores}
    for chip, column, row in sorted(tiles):
        x, y = plan.corner(chip)
        lines.append(
            f'<rect class="tile" x="{x + (column + 0.3) * plan.pitch:.1f}" y="{y + (row + 0.3) * plan.pitch:.1f}" '
            f'width="{0.4 * plan.pitch:.1f}" height="{0.4 * plan.pitch:.1f}"/>'
        )
    for link in sorted(report.links, key=lambda link: link.messages):  # the busiest on top
        lines.append(_link(plan, link, level(link.messages, largest)))
    return plan.draw("links", "links between tiles, coloured by messages", lines)


_STEPS = {"east": (1, 0), "west": (-1, 0), "south": (0, 1), "north": (0, -1)}


def _link(plan: _Plan, link: LinkReport, number: int) -> str:
    if link.gateway >= 0:
        return _gateway(plan, link, number)
    x, y = plan.corner(link.chip)
    dx, dy = _STEPS[link.direction]
    pitch = plan.pitch
    x, y = x + (link.x + 0.5) * pitch, y + (link.y + 0.5) * pitch
    # The two directions of a link lie side by side: each to the right of its way.
    side_x, side_y = -dy * 0.1 * pitch, dx * 0.1 * pitch
    points = (x + 0.2 * pitch * dx + side_x, y + 0.2 * pitch * dy + side_y, x + 0.8 * pitch * dx + side_x, y + 0.8 * pitch * dy + side_y)  # fmt: skip
    ends = " ".join(f'{axis}="{value:.1f}"' for axis, value in zip(("x1", "y1", "x2", "y2"), points, strict=True))
    text = f"chip {link.chip}, tile ({link.x}, {link.y}) to the {link.direction}: {quantity(link.messages)} messages"
    return f'<line class="link k{number}" {ends} stroke-width="{0.15 * pitch:.1f}"><title>{escape(text)}</title></line>'


def _gateway(plan: _Plan, link: LinkReport, number: int) -> str:
    """From the first tile of a chip to that of another, bent to the right of its way."""
    (x1, y1), (x2, y2) = (
        (x + 0.5 * plan.pitch, y + 0.5 * plan.pitch) for x, y in map(plan.corner, (link.chip, link.gateway))
    )
    middle_x, middle_y = (x1 + x2) / 2 - 0.15 * (y2 - y1), (y1 + y2) / 2 + 0.15 * (x2 - x1)
    text = f"gateway: chip {link.chip} to chip {link.gateway}: {quantity(link.messages)} messages"
    return (
        f'<path class="link k{number}" fill="none" d="M{x1:.1f} {y1:.1f}Q{middle_x:.1f} {middle_y:.1f} {x2:.1f} {y2:.1f}" '
        f'stroke-width="{0.15 * plan.pitch:.1f}"><title>{escape(text)}</title></path>'
    )


def memory_columns(report: ChipReport, parts: Sequence[tuple[str, str]]) -> str:
    """Memory of every core as a column, by use, under the limits of the target."""
    limit = report.target["memoryBytesPerCore"]
    largest = max([limit, *(sum(core.memory.values()) for core in report.cores)]) or 1
    step, height, left = max(3, min(14, 1050 // max(len(report.cores), 1))), 180, 62
    width = left + step * len(report.cores) + 150
    lines = [
        f'<svg id="memory" role="img" aria-label="memory of every core" width="{width}" height="{height + 26}" '
        f'viewBox="0 0 {width} {height + 26}">'
    ]
    for i, core in enumerate(report.cores):
        y = 8.0 + height
        lines.append(
            f"<g><title>chip {core.chip}, core ({core.x}, {core.y}): "
            + ", ".join(f"{name} {core.memory[name]:,} bytes" for name, _ in parts)
            + "</title>"
        )
        for name, colour in parts:
            size = height * core.memory[name] / largest
            y -= size
            lines.append(
                f'<rect x="{left + i * step}" y="{y:.2f}" width="{step - 1}" height="{size:.2f}" '
                f'style="fill: var({colour})" data-part="{name}"/>'
            )
        lines.append("</g>")
    for name, text in (("memoryBytesPerCore", "all memory"), ("synapseBytesPerCore", "synapses")):
        if bound := report.target[name]:
            y = 8 + height - height * bound / largest
            end = left + step * len(report.cores)
            lines.append(
                f'<line class="limit" x1="{left}" y1="{y:.1f}" x2="{end}" y2="{y:.1f}"/>'
                f'<text class="value" x="{end + 6}" y="{y + 4:.1f}">{text} {bound / 1024:g} KiB</text>'
            )
    lines.append(f'<text x="{left - 6}" y="{8 + height}" text-anchor="end">0</text>')
    return "\n".join([*lines, "</svg>"])
