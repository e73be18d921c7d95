# SPDX-License-Identifier: Apache-2.0
"""`spike-compile benchmark`: a compiled model and its source in PyTorch, timed in turn."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from ._cli_support import build_network, bytes_text, check_writable, err, errors, out, parse_shapes, tables
from .compiler import SpikeCompiler
from .exceptions import ValidationError

if TYPE_CHECKING:
    from .profiling import Agreement, BenchmarkReport

__all__ = ["benchmark_command"]

PARTS = ("weight", "arena")


def benchmark_command(
    model: AnyModelArgument = None,
    model_option: ModelOption = None,
    weights: WeightsOption = None,
    argument: ArgumentsOption = None,
    input_shape: ShapeOption = None,
    time_steps: TimeStepsOption = None,
    batch_size: BatchSizesOption = None,
    rounds: Annotated[int, typer.Option(help="rounds that count; everyone runs once in each")] = 30,
    quantize: Annotated[
        int | None, typer.Option(metavar="BITS", help="also with weights of 2 to 16 bits, against the exact model")
    ] = None,
    optimize: OptimizeOption = None,
    json_file: JsonOption = None,
    config: ConfigOption = None,
    debug: DebugOption = False,
    quiet: QuietOption = False,
) -> None:
    """Time a compiled model and its source in PyTorch eager, in turn. FILE.PY IS EXECUTED: use only files you trust."""
    with errors(debug):
        from .profiling import Benchmark
        from .profiling.timing import check_batch_sizes

        source = only_one(model, model_option, "spike-compile benchmark file.py:factory --input-shape 1,3,32,32")
        if ".py" not in source:
            raise ValidationError(
                f"expected a source that PyTorch can run, file.py:factory, got '{Path(source).name}'",
                error_code="no-source",
            )
        if not input_shape:
            raise ValidationError("expected the shape to compile for: --input-shape 1,3,32,32")
        if batch_size:
            check_batch_sizes(batch_size)
        check_writable(json_file)
        settings = compiler_settings(config, optimization_level=optimize, time_steps=time_steps)
        network = build_network(source, argument, weights, quiet)
        benchmark = Benchmark(SpikeCompiler.from_settings(settings), network, bits=quantize, rounds=rounds)
        with contextlib.nullcontext() if quiet else out.status("compiling and timing"):
            report = benchmark.measure(parse_shapes(input_shape), batch_size or None)
        if not quiet:
            print_report(report)
        if json_file is not None:
            report.to_json(json_file)
            if not quiet:
                out.print(f"written: {escape(str(json_file))}")


def print_report(report: BenchmarkReport) -> None:
    table = Table(title=f"medians of {report.rounds} rounds, in turn", title_justify="left")
    for name in ("batch", "model", "ms", "times faster (quartiles)", "images/s", "compile s", "weights", "arena"):
        table.add_column(name, justify="left" if name == "model" else "right")
    batch = report.contestants[0].batch
    for row in report.contestants:
        if row.batch != batch:
            table.add_section()
            batch = row.batch
        cells = [str(row.batch), row.name, _digits(row.milliseconds["median"]), "", _digits(row.samples_per_second)]
        if row.ratio is not None:
            low, high = row.ratio["quartiles"]
            cells[3] = f"{row.ratio['median']:.2f} ({low:.2f} .. {high:.2f})"
            cells += [f"{row.compile_seconds:.2f}", *(bytes_text(row.memory[f"{part}_bytes"]) for part in PARTS)]
        table.add_row(*cells)
    tables().print(table)
    for row in report.contestants:
        if row.agreement is not None:
            out.print(f"batch {row.batch}, {row.name} against {row.against}: {_shares(row.agreement)}", soft_wrap=True)
    if any(not row.agreement.complete for row in report.contestants if row.against == report.contestants[0].name):
        err.print("warning: not every output is the source's; spike-compile verify tells ties from errors")
    threads = "1 thread" if report.threads == 1 else f"{report.threads} threads"
    out.print(f"{threads} each, {escape(report.machine)}; torch {report.torch}", soft_wrap=True)


def _digits(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _shares(found: Agreement) -> str:
    def share(count: int, what: str) -> str:
        return f"{count} of {found.samples} {what} ({100 * count / found.samples:.0f} %)"

    classes = "" if found.same_class is None else share(found.same_class, "classes equal") + ", "
    return (
        f"{classes}{share(found.close, 'outputs close')}, {100 * found.close_values:.1f} % of their values; "
        f"largest difference {found.largest_difference:.2g}"
    )
