# SPDX-License-Identifier: Apache-2.0
"""`spike-compile hardware-stats`: what a chip or a board holds, and where each number comes from."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from ._cli_options import DebugOption, JsonOption, QuietOption
from ._cli_support import bytes_text, check_writable, errors, out, tables
from .hardware import HardwareField, HardwareModel, load_target, targets

__all__ = ["hardware_stats_command"]

_STYLES = {"documented": "", "derived": "cyan", "assumed": "yellow"}


def hardware_stats_command(
    target: Annotated[str, typer.Option(help=f"{', '.join(targets())}, or the path of a .json file")] = "loihi3",
    chips: Annotated[int | None, typer.Option(help="a board of so many chips")] = None,
    json_file: JsonOption = None,
    debug: DebugOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show what a chip or a board holds: every number with its provenance and its source."""
    with errors(debug):
        from .profiling.report import write_text

        check_writable(json_file)
        found = load_target(target, chips)
        if not quiet:
            print_target(found)
        if json_file is not None:
            write_text(json_file, json.dumps(found.as_data(), indent=2) + "\n")
            if not quiet:
                out.print(f"written: {escape(str(json_file))}")


def print_target(target: HardwareModel) -> None:
    table = Table(title=f"{escape(target.name)}: {escape(target.title)}", title_justify="left")
    table.add_column("field", no_wrap=True)
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("provenance")
    table.add_column("source", overflow="fold")
    for field in target.fields:
        table.add_row(
            field.name,
            _text(field),
            field.unit,
            field.provenance,
            escape(field.source),
            style=_STYLES[field.provenance],
        )
    tables().print(table)
    cores = target["chips"] * target["coresPerChip"]
    totals = [f"{cores:,} cores"]
    if target["neuronsPerCore"]:
        totals.append(f"at most {cores * target['neuronsPerCore']:,} neurons")
    if target["synapseBytesPerCore"]:
        totals.append(f"{bytes_text(cores * target['synapseBytesPerCore'])} for synapses")
    out.print(f"in all: {', '.join(totals)}", soft_wrap=True)
    counts = [f"{sum(f.provenance == kind for f in target.fields)} {kind}" for kind in _STYLES]
    out.print(f"provenance: {', '.join(counts)}")
    for key, text in target.references.items():
        out.print(f"  {escape(f'[{key}]')} {escape(text)}", soft_wrap=True)


def _text(field: HardwareField) -> str:
    if isinstance(field.value, bool):
        return "yes" if field.value else "no"
    if isinstance(field.value, str):
        return field.value
    if isinstance(field.value, list):
        return " ".join(map(str, field.value))
    if field.value == 0 and field.description.endswith("0: no limit"):
        return "no limit"
    return f"{field.value:,}"
