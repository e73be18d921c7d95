# SPDX-License-Identifier: Apache-2.0
"""`spike-compile energy-profile`: activity and energy of a model on a data set, as a table, JSON, figure and page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress

from ._cli_options import (
    AnyModelArgument,
    ArgumentsOption,
    ConfigOption,
    DebugOption,
    JsonOption,
    ModelOption,
    OptimizeOption,
    QuietOption,
    TimeStepsOption,
    WeightsOption,
    compiler_settings,
    only_one,
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
from .compiled import CompiledModel
from .compiler import SpikeCompiler
from .exceptions import ValidationError

__all__ = ["energy_profile_command"]


def energy_profile_command(
    model: AnyModelArgument = None,
    data: Annotated[
        str | None,
        typer.Option(help=".npy, .npz, .safetensors or .pt, the batch along its axis; file.npz:key picks an array"),
    ] = None,
    model_option: ModelOption = None,
    weights: WeightsOption = None,
    argument: ArgumentsOption = None,
    input_shape: Annotated[
        list[str] | None, typer.Option(help="shape to compile for, by default that of one sample, the batch first")
    ] = None,
    time_steps: TimeStepsOption = None,
    batch_size: Annotated[int | None, typer.Option(help="samples that run at a time")] = None,
    energy_model: Annotated[
        str, typer.Option(help="built-in model (45nm, 45nm-sram), or a .yaml or .json file")
    ] = "45nm",
    counting: Annotated[str | None, typer.Option(help="exact or papers; default: the energy model's")] = None,
    count_inputs: Annotated[str | None, typer.Option(help="ac or mac, for inputs that hold counts")] = None,
    time_invariant: Annotated[
        str | None, typer.Option(help="once or every_step, for what is the same at every step")
    ] = None,
    optimize: OptimizeOption = None,
    json_file: JsonOption = None,
    figure: Annotated[Path | None, typer.Option(help="draw the report to this .pdf, .png or .svg file")] = None,
    html: Annotated[Path | None, typer.Option(help="write the report as one HTML page here")] = None,
    config: ConfigOption = None,
    debug: DebugOption = False,
    quiet: QuietOption = False,
) -> None:
    """Count what every layer does on a data set, and what it costs. A MODEL FILE IS EXECUTED: use only files you trust."""
    with errors(debug):
        from .profiling import EnergyProfiler, load_data, load_energy_model, plot_energy_breakdown
        from .profiling.figure import check_figure_path

        source = only_one(model, model_option, "spike-compile energy-profile file.py:factory --data x.npy")
        if data is None:
            raise ValidationError("expected a data set: --data x.npy")
        profiler = EnergyProfiler("simulation", load_energy_model(energy_model), counting, count_inputs, time_invariant)
        check_writable(json_file, figure, html)
        if figure is not None:
            check_figure_path(figure)
        settings = compiler_settings(config, optimization_level=optimize, time_steps=time_steps)
        compiler = SpikeCompiler.from_settings(settings)
        if ".py" in source:
            network = build_network(source, argument, weights, quiet)
            inputs = load_inputs(network, data)
            compiled = compiler.compile(network, parse_shapes(input_shape) if input_shape else sample_shapes(inputs))
        else:
            _refuse(source, weights=weights, argument=argument)
            if source.endswith(".nir"):
                compiled = compiler.compile(source, parse_shapes(input_shape) if input_shape else None)
            else:
                _refuse(source, input_shape=input_shape, time_steps=time_steps)
                compiled = CompiledModel.load(source)
            inputs = load_data(data, [spec.name for spec in compiled.inputs])
        with Progress(console=out, disable=quiet or not out.is_terminal, transient=True) as progress:
            task = progress.add_task("samples", total=None)
            name = Path(source).name  # without folders: reports are shared
            report = profiler.profile(
                compiled,
                inputs,
                batch_size=batch_size,
                source=name,
                advance=lambda n: progress.update(task, completed=n),
            )
        if not quiet:
            from .profiling.table import print_report

            print_report(report, tables())
        if json_file is not None:
            report.to_json(json_file)
        if figure is not None:
            plot_energy_breakdown(report, figure)
        if html is not None:
            report.to_html(html)
        written = [str(path) for path in (json_file, figure, html) if path is not None]
        if written and not quiet:
            out.print(f"written: {escape(', '.join(written))}")


def _refuse(source: str, **options: object) -> None:
    unused = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if unused:
        raise ValidationError(f"'{Path(source).name}' is complete in itself, it takes no {', '.join(unused)}")
