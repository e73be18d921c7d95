# SPDX-License-Identifier: Apache-2.0
"""`spike-compile quantize-report`: what a chip's integers change in a model, layer by layer."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from ._cli_options import (
    ArgumentsOption,
    ConfigOption,
    DebugOption,
    JsonOption,
    OptimizeOption,
    QuietOption,
    TimeStepsOption,
    WeightsOption,
    compiler_settings,
)
from ._cli_support import (
    build_network,
    check_writable,
    errors,
    load_inputs,
    out,
    parse_shapes,
    sample_shapes,
    tables,
)
from .compiler import SpikeCompiler
from .exceptions import ValidationError
from .quantization import WEIGHT_BITS, QuantizationReport, compare, quantize

__all__ = ["quantize_report_command"]

_DATA = ".npy, .npz, .safetensors or .pt, the batch along its axis; file.npz:key picks an array"


def quantize_report_command(
    model: Annotated[
        str,
        typer.Argument(
            help="file.py:factory, or file.py with one nn.Module class or an object `model`; it is executed"
        ),
    ],
    data: Annotated[str, typer.Option(help=f"what both models run: {_DATA}")],
    labels: Annotated[
        str | None, typer.Option(help="a class for each sample, in such a file: gives accuracies")
    ] = None,
    calibration: Annotated[
        str | None, typer.Option(help="what to quantise on, in place of the data: such a file")
    ] = None,
    bits: Annotated[
        list[str] | None, typer.Option(help="bits of a weight: 8, 6 or 4; 8,6,4 compares them (default 8)")
    ] = None,
    granularity: Annotated[str, typer.Option(help="a scale for each channel or layer")] = "channel",
    weights: WeightsOption = None,
    argument: ArgumentsOption = None,
    input_shape: Annotated[
        list[str] | None, typer.Option(help="shape to compile for, by default that of one sample, the batch first")
    ] = None,
    optimize: OptimizeOption = None,
    time_steps: TimeStepsOption = None,
    json_file: JsonOption = None,
    config: ConfigOption = None,
    debug: DebugOption = False,
    quiet: QuietOption = False,
) -> None:
    """Quantise a model as for a chip, and compare it with itself. FILE.PY IS EXECUTED: run this only on files you trust.

    Rates and spikes of every layer, the share of samples with the same class and, with labels, accuracies before and after.
    """
    with errors(debug):
        from .profiling.datasets import load_data

        widths = _widths(bits or ["8"])
        check_writable(json_file)
        settings = compiler_settings(config, optimization_level=optimize, time_steps=time_steps)
        network = build_network(model, argument, weights, quiet)
        inputs = load_inputs(network, data)
        wanted = None if labels is None else load_data(labels)
        shapes = parse_shapes(input_shape) if input_shape else sample_shapes(inputs)
        compiled = SpikeCompiler.from_settings(settings).compile(network, shapes)
        known = inputs if calibration is None else load_inputs(network, calibration)
        reports = []
        for width in widths:
            quantized = quantize(compiled, known, bits=width, granularity=granularity)
            reports.append(compare(compiled, quantized, inputs, wanted))
            if not quiet:
                tables().print(reports[-1].table())
        if len(reports) > 1 and not quiet:
            tables().print(_overview(reports))
        if json_file is not None:
            from .profiling.report import write_text

            found = {"model": Path(model).name, "reports": [dataclasses.asdict(report) for report in reports]}
            write_text(json_file, json.dumps(found, indent=2) + "\n")
            if not quiet:
                out.print(f"written: {escape(str(json_file))}")


def _widths(texts: list[str]) -> list[int]:
    words = [word.strip() for text in texts for word in text.split(",")]
    allowed = [str(width) for width in WEIGHT_BITS]
    for word in words:
        if word not in allowed:
            raise ValidationError(
                f"expected --bits of {', '.join(allowed)}, got '{word}'", error_code="invalid-bits",
                suggestions=["several are separated by commas: --bits 8,6,4"],
            )  # fmt: skip
    return [int(word) for word in dict.fromkeys(words)]


def _overview(reports: list[QuantizationReport]) -> Table:
    """A row for each number of bits."""
    table = Table(title="by bits of a weight", title_justify="left")
    labelled = reports[0].source_accuracy is not None
    columns = ["bits", "same class", *(["right", "in the source"] if labelled else ()), "largest change of a rate"]
    for name in (*columns, "least same outputs"):
        table.add_column(name, justify="right")
    for report in reports:
        right = [f"{report.quantized_accuracy:.2%}", f"{report.source_accuracy:.2%}"] if labelled else []
        change = max((layer.rate_change for layer in report.layers), key=abs, default=0.0)
        agreement = min((layer.agreement for layer in report.layers), default=1.0)
        table.add_row(str(report.bits), f"{report.same_class:.2%}", *right, f"{change:+.2%}", f"{agreement:.3%}")
    return table
