# SPDX-License-Identifier: Apache-2.0
"""The command `spike-compile`: compile a model file, show what happened; write and check configuration files."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

from . import __version__
from ._cli_options import (
    ArgumentsOption,
    ConfigOption,
    OptimizeOption,
    QuietOption,
    TimeStepsOption,
    WeightsOption,
    compiler_settings,
)
from ._cli_support import build_network, bytes_text, check_writable, errors, out, parse_shapes, tables
from .backend import ChipModel
from .cli_benchmark import benchmark_command
from .cli_chip import print_chip_model, print_energy
from .cli_energy import energy_profile_command
from .cli_hardware import hardware_stats_command
from .cli_nir import nir_export_command
from .cli_profile import profile_command
from .cli_quantize import quantize_report_command
from .cli_verify import verify_command
from .compiled import CompiledModel
from .compiler import SpikeCompiler
from .config import load_settings, template
from .exceptions import ValidationError
from .optimization import OptimizationPass, Optimizer
from .profiling.datasets import load_data

__all__ = ["app", "main"]


class _DefaultCommand(TyperGroup):
    """`spike-compile model.py ...` means `spike-compile compile model.py ...`."""

    def parse_args(self, ctx, args):
        if args and args[0] not in self.commands and args[0] not in ("--help", "--version"):
            args = ["compile", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_DefaultCommand, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
config_app = typer.Typer(no_args_is_help=True, help="Write and check configuration files.")
app.add_typer(config_app, name="config")


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"spike-compile {__version__}")
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Compile spiking transformers: `spike-compile model.py:factory --weights w.safetensors --input-shape 1,1,8,8`."""


class _Stages:
    """Shows the running stage, and a line for each that is done."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.status = None if quiet else out.status("")

    def __enter__(self) -> _Stages:
        if self.status:
            self.status.start()
        return self

    def __exit__(self, *unused) -> None:
        if self.status:
            self.status.stop()

    def __call__(self, stage: str, seconds: float | None) -> None:
        if self.quiet:
            return
        if seconds is None:
            self.status.update(f"{stage} ...")
        else:
            out.print(f"  {stage:<10} {_seconds(seconds)}")


def _seconds(seconds: float) -> str:
    return f"{seconds * 1e3:8.1f} ms" if seconds < 1 else f"{seconds:8.2f} s"


def _summary(compiled: CompiledModel, source: str) -> None:
    statistics = compiled.statistics
    layers = Table(title=f"{source}, T = {compiled.time_steps}", title_justify="left")
    layers.add_column("layer", overflow="fold", min_width=12)
    for name in ("kind", "shape"):
        layers.add_column(name)
    for name in ("neurons", "synapses", "parameters"):
        layers.add_column(name, justify="right")
    for layer in statistics.layers:
        shape = "x".join(map(str, layer.shape))
        numbers = (f"{n:,}" if n else "" for n in (layer.neurons, layer.synapses, layer.parameters))
        layers.add_row(escape(layer.name), layer.kind, shape, *numbers)
    layers.add_section()
    totals = (statistics.num_neurons, statistics.num_synapses, statistics.num_parameters)
    layers.add_row("total", f"{len(statistics.layers)} layers", "", *(f"{n:,}" for n in totals))
    tables().print(layers)
    times = Table("stage", title="time per stage", title_justify="left")
    times.add_column("time", justify="right")
    for stage in compiled.stage_times:
        times.add_row(stage.stage, _seconds(stage.seconds).strip())
    times.add_section()
    times.add_row("total", _seconds(sum(stage.seconds for stage in compiled.stage_times)).strip())
    tables().print(times)
    memory = ", ".join(
        f"{key.removesuffix('_bytes').replace('_', ' ')} {bytes_text(value)}" for key, value in compiled.memory.items()
    )
    out.print(f"memory: {memory}")


def _write_stages(compiled: CompiledModel, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stages = {"spike": str(compiled.spike_ir)}
        if isinstance(compiled, ChipModel):
            stages["loihi"] = compiled.loihi_ir
        else:
            stages |= {"optimized": str(compiled.optimized_ir), "llvm": compiled.llvm_ir}
        for name, text in stages.items():
            (folder / f"{name}.mlir").write_text(text)
    except OSError as error:
        raise ValidationError(f"cannot write the IR to '{folder}': {error.strerror}") from None
    out.print(f"IR after each stage: {folder}/{', '.join(f'{name}.mlir' for name in stages)}")


def _chip_options(
    on_chip: bool,
    board: str | None,
    data: Path | None,
    bits: int,
    strategy: str,
    seed: int,
    attention: str,
    html: Path | None,
    host_fallback: bool,
) -> dict[str, Any]:
    """Arguments of SpikeCompiler.compile for a chip; none for the CPU."""
    if not on_chip:
        if board or data or html or host_fallback:
            raise ValidationError(
                "--chip-config, --data, --html and --host-fallback are for a chip: give --target loihi3 as well"
            )
        return {}
    if html is not None and data is None:
        raise ValidationError("--html needs --data: what the chip is to run")
    check_writable(html)
    optimizer = Optimizer().add_pass(OptimizationPass.WEIGHT_QUANTIZATION, bits=bits)
    loaded = None if data is None else load_data(data)
    return {
        "chip_config": board,
        "calibration_data": loaded,
        "optimizer": optimizer,
        "strategy": strategy,
        "seed": seed,
        "attention": attention,
        "host_fallback": host_fallback,
    }


@app.command("compile")
def compile_command(
    model: Annotated[
        str,
        typer.Argument(
            help="file.py:factory, or file.py with one nn.Module class or an object `model`; the file is executed. "
            "Or a NIR file, name.nir, which is only read",
            show_default=False,
        ),
    ],
    input_shape: Annotated[
        list[str] | None,
        typer.Option(
            help="1,3,32,32 with the batch first; name=1,3,32,32 for each of several inputs; optional for NIR files",
            show_default=False,
        ),
    ] = None,
    weights: WeightsOption = None,
    argument: ArgumentsOption = None,
    target: Annotated[str | None, typer.Option(help="what to compile for: simulation, loihi1, loihi2, loihi3")] = None,
    chip_config: Annotated[str | None, typer.Option(help="board of a chip target, by name or file: ncl-2chip")] = None,
    data: Annotated[
        Path | None, typer.Option(help="what to quantise on for a chip: .npy, .npz:key, .safetensors")
    ] = None,
    bits: Annotated[int, typer.Option(help="bits of a weight on a chip: 8, 6 or 4")] = 8,
    strategy: Annotated[
        str, typer.Option(help="minimize_communication, minimize_latency or balance")
    ] = "minimize_communication",
    seed: Annotated[int, typer.Option(help="of the mapping")] = 1,
    attention: Annotated[
        str,
        typer.Option(help="products of activations on a chip: auto, parallel, or serial, which takes fewer neurons"),
    ] = "auto",
    host_fallback: Annotated[
        bool, typer.Option("--host-fallback", help="leave to the CPU what a chip cannot do, in place of an error")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(help="write a page: floor plan, links, energy; runs the data on the chip")
    ] = None,
    optimize: OptimizeOption = None,
    time_steps: TimeStepsOption = None,
    nir_scheme: Annotated[str | None, typer.Option(help="discrete equations of a NIR file, see docs/nir.md")] = None,
    dt: Annotated[float | None, typer.Option(help="seconds of a time step of a NIR file")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="save the compiled model here")] = None,
    emit_ir: Annotated[Path | None, typer.Option(help="folder to write the IR of each stage to")] = None,
    config: ConfigOption = None,
    debug: Annotated[bool, typer.Option("--debug", help="verify every stage; show Python tracebacks")] = False,
    quiet: QuietOption = False,
) -> None:
    """Compile a model. FILE.PY IS EXECUTED: run this only on files you trust."""
    with errors(debug):
        settings = compiler_settings(
            config, target=target, optimization_level=optimize, time_steps=time_steps, debug=debug or None
        )
        on_chip = settings.compiler.target != "simulation"
        check_writable(output)
        chip = _chip_options(on_chip, chip_config, data, bits, strategy, seed, attention, html, host_fallback)
        shapes = parse_shapes(input_shape) if input_shape else None
        start = time.perf_counter()
        is_nir = model.endswith(".nir")
        if shapes is None and not is_nir:
            raise ValidationError("missing --input-shape, for example 1,3,32,32 with the batch first")
        if is_nir and (weights is not None or argument):
            raise ValidationError("a NIR file has its own weights; leave --weights and --argument out")
        network = model if is_nir else build_network(model, argument, weights, quiet)
        compiler = SpikeCompiler.from_settings(settings)
        with _Stages(quiet) as stages:
            stages("load", time.perf_counter() - start)
            compiler.progress = stages
            compiled = compiler.compile(network, shapes, nir_scheme=nir_scheme, dt=dt, **chip)
        if not quiet:
            print_chip_model(compiled, model) if on_chip else _summary(compiled, model)
        if html is not None:
            print_energy(compiled.profile_energy(chip["calibration_data"]), html)
        if emit_ir is not None:
            _write_stages(compiled, emit_ir)
        if output is not None:
            compiled.save(output)
            if not quiet:
                out.print(f"saved {output} ({bytes_text(output.stat().st_size)})")


app.command("verify")(verify_command)
app.command("energy-profile")(energy_profile_command)
app.command("profile")(profile_command)
app.command("benchmark")(benchmark_command)
app.command("quantize-report")(quantize_report_command)
app.command("hardware-stats")(hardware_stats_command)
app.command("nir-export")(nir_export_command)


@config_app.command("template")
def config_template() -> None:
    """Print a configuration file with every setting and what it means."""
    sys.stdout.write(template())


@config_app.command("export")
def config_export(
    config: ConfigOption = None,
    form: Annotated[str, typer.Option("--format", help="yaml or json")] = "yaml",
) -> None:
    """Print the settings in effect: environment, file, defaults."""
    with errors():
        sys.stdout.write(load_settings(config).export(form))


def main() -> None:
    app()


if __name__ == "__main__":
    main()
