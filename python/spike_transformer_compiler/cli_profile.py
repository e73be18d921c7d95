# SPDX-License-Identifier: Apache-2.0
"""`spike-compile profile`: where the time of a run goes, layer by layer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from ._cli_options import (
    AnyModelArgument,
    ArgumentsOption,
    BatchSizesOption,
    ConfigOption,
    DebugOption,
    JsonOption,
    ModelOption,
    OptimizeOption,
    QuietOption,
    ShapeOption,
    TimeStepsOption,
    WeightsOption,
    compiler_settings,
    only_one,
)
from ._cli_support import build_network, errors, out, parse_shapes, tables
from .compiled import CompiledModel
from .compiler import SpikeCompiler
from .exceptions import ValidationError

if TYPE_CHECKING:
    from .profiling.performance import PerformanceReport

__all__ = ["profile_command"]


def profile_command(
    model: AnyModelArgument = None,
    model_option: ModelOption = None,
    weights: WeightsOption = None,
    argument: ArgumentsOption = None,
    input_shape: ShapeOption = None,
    time_steps: TimeStepsOption = None,
    batch_size: BatchSizesOption = None,
    runs: Annotated[int, typer.Option(help="runs that are timed")] = 30,
    optimize: OptimizeOption = None,
    json_file: JsonOption = None,
    config: ConfigOption = None,
    debug: DebugOption = False,
    quiet: QuietOption = False,
) -> None:
    """Time every layer of a model on this machine. A MODEL FILE IS EXECUTED: use only files you trust."""
    with errors(debug):
        from .profiling import PerformanceAnalyzer

        source = only_one(model, model_option, "spike-compile profile file.py:factory --input-shape 1,3,32,32")
        settings = compiler_settings(config, optimization_level=optimize, time_steps=time_steps)
        shapes = parse_shapes(input_shape) if input_shape else None
        compiled = _compile(source, SpikeCompiler.from_settings(settings), shapes, weights, argument, quiet)
        report = PerformanceAnalyzer().analyze(compiled, batch_size or None, runs)
        if not quiet:
            print_report(report)
        if json_file is not None:
            report.to_json(json_file)
            if not quiet:
                out.print(f"written: {escape(str(json_file))}")


def _compile(
    source: str, compiler: SpikeCompiler, shapes: Any, weights: Path | None, argument: list[str] | None, quiet: bool
) -> CompiledModel:
    if ".py" in source:
        if shapes is None:
            raise ValidationError("expected the shape to compile for: --input-shape 1,3,32,32")
        return compiler.compile(build_network(source, argument, weights, quiet), shapes)
    if weights or argument:
        raise ValidationError(f"'{Path(source).name}' is complete in itself, it takes no --weights and no --argument")
    if source.endswith(".nir"):
        return compiler.compile(source, shapes)
    if shapes is not None:
        raise ValidationError(f"'{Path(source).name}' has its shape in itself, it takes no --input-shape")
    return CompiledModel.load(source)


def print_report(report: PerformanceReport) -> None:
    table = Table(title="one run", title_justify="left")
    table.add_column("layer", overflow="fold", min_width=16)
    table.add_column("work")
    for name in ("µs", "share %", "GMAC/s", "% of limit", "GB/s", "% of limit"):
        table.add_column(name, justify="right")

    def percent(share: float | None) -> str:
        return "" if share is None else f"{100 * share:.0f}"

    for piece in report.pieces:
        rate = piece.multiplications / piece.seconds * 1e-9 if piece.seconds else 0.0
        table.add_row(
            escape(piece.layer),
            piece.work + (" (planes)" if piece.planes else ""),
            f"{1e6 * piece.seconds:.1f}",
            percent(piece.seconds / report.seconds if report.seconds else None),
            f"{rate:.0f}" if piece.work.startswith("kernel.") and piece.multiplications else "",
            percent(report.product_share(piece)),
            f"{piece.bytes / piece.seconds * 1e-9:.1f}" if piece.seconds else "",
            percent(report.reading_share(piece)),
        )
    tables().print(table)
    for batch in report.batches:
        times = " .. ".join(f"{1e3 * value:.2f}" for value in (batch.low, batch.high))
        each = f", {1e3 * batch.seconds / batch.batch:.2f} ms a sample" if batch.batch > 1 else ""
        out.print(f"batch {batch.batch}: {1e3 * batch.seconds:.2f} ms ({times}){each}")
    out.print(
        f"{report.threads} threads of {escape(report.machine)}; at best {report.products * 1e-9:.0f} GMAC/s of 24-bit "
        f"weights ({report.kernels['planes']}) and {report.bytes * 1e-9:.1f} GB/s from beyond the second-level cache",
        soft_wrap=True,
    )
