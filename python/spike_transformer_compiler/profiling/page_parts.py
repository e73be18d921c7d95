# SPDX-License-Identifier: Apache-2.0
"""What pages of reports are made of: one style, one script that sorts tables, bars, cells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from string import Template
from typing import Any

from .table import quantity

__all__ = ["bars", "cell", "fill", "number", "shortened", "sortable_head"]

_ROW, _BAR, _LEFT, _WIDTH, _RIGHT = 20, 13, 300, 640, 150


def fill(
    body: str,
    *,
    title: str,
    subtitle: str,
    cards: Sequence[tuple[str, str, str]],
    provenance: str,
    data: Mapping[str, Any],
    notice: str = "",
    style: str = "",
    script: str = "",
    **parts: str,
) -> str:
    """A page: the template `body`, filled with `parts`, in the frame that all pages share.

    `cards` are the numbers on top (name, value, label), `data` is what the page holds as JSON, `notice` is markup below the
    title; `style` and `script` name more templates, filled with the same parts.
    """

    def filled(name: str) -> str:
        return Template(_read(name)).substitute(parts) if name else ""

    return Template(_read("frame.html")).substitute(
        title=escape(title),
        subtitle=escape(subtitle),
        notice=notice,
        frame_style=_read("frame.css"),
        style=filled(style),
        cards="\n".join(
            f'<li id="total-{name}"><b>{escape(value)}</b><span>{escape(label)}</span></li>'
            for name, value, label in cards
        ),
        body=filled(body),
        provenance=provenance,
        json=json.dumps(data, allow_nan=False).replace("<", "\\u003c"),
        sort_script=_read("sort.js"),
        script=filled(script),
    )


def _read(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


def sortable_head(columns: Sequence[tuple[str, str]]) -> str:
    """The heading of a table that sort.js sorts: names, and "text" or "number"."""
    return "".join(
        f'<th scope="col" aria-sort="none" data-kind="{kind}"{" class=text" if kind == "text" else ""}>'
        f'<button type="button">{name}</button></th>'
        for name, kind in columns
    )


def bars(name: str, rows: Sequence[tuple], colours: Mapping[str, str], right: int = _RIGHT) -> str:
    """Horizontal bars: (label, [(part, value)], text) and, for a bar behind them, the value of that.

    `right` leaves room for the texts.
    """
    if not rows:
        return '<p class="soft">none</p>'
    # Work spans orders of magnitude within a model, but lengths must stay comparable: one linear scale for all.
    largest = max(max([sum(v for _, v in row[1]), *row[3:4]]) for row in rows) or 1.0
    total_width, height = _LEFT + _WIDTH + right, _ROW * len(rows) + 6
    lines = [
        f'<svg id="chart-{name}" role="img" aria-label="bars of {name} by layer" width="{total_width}" height="{height}" '
        f'viewBox="0 0 {total_width} {height}">'
    ]
    for i, (label, parts, text, *behind) in enumerate(rows):
        y = 3 + i * _ROW
        lines.append(f"<g><title>{escape(label)}: {escape(text)}</title>")
        lines.append(
            f'<text class="name" x="{_LEFT - 8}" y="{y + 11}" text-anchor="end">{escape(shortened(label))}</text>'
        )
        end = float(_LEFT)
        for size in behind:
            end = max(end, _LEFT + _WIDTH * size / largest)
            lines.append(_bar(_LEFT, y, _WIDTH * size / largest, "--dense"))
        x = float(_LEFT)
        for part, value in parts:
            width = _WIDTH * value / largest
            if width > 0:
                lines.append(_bar(x, y, width, colours.get(part, "--rate"), part))
            x += width
        lines.append(f'<text class="value" x="{max(x, end) + 6:.2f}" y="{y + 11}">{escape(text)}</text></g>')
    return "\n".join([*lines, "</svg>"])


def _bar(x: float, y: float, width: float, colour: str, part: str = "") -> str:
    mark = f' data-part="{part}"' if part else ""
    return f'<rect x="{x:.2f}" y="{y}" width="{width:.2f}" height="{_BAR}" style="fill: var({colour})"{mark}/>'


def shortened(label: str, limit: int = 38) -> str:
    return label if len(label) <= limit else "…" + label[1 - limit :]


def cell(text: str, key: object, css: str = "") -> str:
    shown = escape(text)
    if css.startswith("name"):  # may break where a path does
        shown = shown.replace(".", ".<wbr>").replace("_", "_<wbr>")
    mark = f' class="{css}"' if css else ""
    return f'<td data-key="{escape(str(key))}"{mark}>{shown}</td>'


def number(value: float | None) -> str:
    return cell("", "") if value is None else cell(quantity(value), repr(float(value)))
