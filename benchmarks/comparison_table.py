# SPDX-License-Identifier: Apache-2.0
"""A configuration's rows as a table on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from summary import differs, verdict

HEADER = (
    "peer", "version", "median ms", "quartiles", "x SpikingJelly", "first output s", "MB compile", "MB run", "classes", "spikes"
)  # fmt: skip
_LEFT = {"peer", "version", "spikes"}


def cells(row: Mapping[str, Any]) -> list[str]:
    """The row's texts in the order of HEADER; a peer without times has the reason in the last one."""
    name = row["peer"] + (f" ({row['variant']})" if row.get("variant") else "")
    if row["status"] != "ok":
        return [name, row.get("version", ""), *[""] * (len(HEADER) - 3), f"{row['status']}: {row['reason']}"]
    ms, ratio, outputs = row.get("ms"), row.get("ratio"), row.get("outputs")
    return [
        name,
        row["version"],
        f"{ms['median']:.2f}" if ms else "",
        "{:.2f} .. {:.2f}".format(*ms["quartiles"]) if ms else "",
        f"{ratio['median']:.2f}" if ratio else "",
        f"{row['first_output_s']:.1f}",
        f"{row['compile_peak_mb']:.0f}",
        f"{row['run_peak_mb']:.0f}",
        f"{outputs['same']} of {outputs['samples']}" if outputs else "",
        verdict(row.get("check")),
    ]


def show(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", caption_justify="left")
    for name in HEADER:
        table.add_column(name, justify="left" if name in _LEFT else "right", overflow="fold")
    for row in rows:
        style = "dim" if row["status"] != "ok" else "red" if differs(row) else ""
        table.add_row(*(Text(text, style=style) for text in cells(row)))
    Console(width=170).print(table)
