# SPDX-License-Identifier: Apache-2.0
"""`spike-compile verify`: a compiled model against its source, spike by spike."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.markup import escape

from ._cli_options import (
    ArgumentsOption,
    ConfigOption,
    DebugOption,
    OptimizeOption,
    TimeStepsOption,
    WeightsOption,
    compiler_settings,
)
from ._cli_support import FAILED, build_network, err, errors, out, parse_shapes, tables
from .compiler import SpikeCompiler
from .exceptions import ValidationError

__all__ = ["verify_command"]


def _inputs(data: list[str], samples: int | None, input_shape: list[str], seed: int) -> Any:
    from .verification.data import load_inputs, random_inputs

    if bool(data) == bool(input_shape):
        raise ValidationError(
            "expected either --data x.npy or --input-shape 1,3,32,32 (with --samples N for a batch of N)",
            error_code="no-data",
        )
    if data:
        if samples is not None:
            raise ValidationError("expected --samples with --input-shape, got it with --data")
        return load_inputs(data)
    shapes = parse_shapes(input_shape)
    if samples is not None:
        if samples < 1:
            raise ValidationError(f"expected at least 1 sample, got {samples}")
        if isinstance(shapes, dict):
            shapes = {name: (samples, *shape[1:]) for name, shape in shapes.items()}
        else:
            shapes = (samples, *shapes[1:])
    return random_inputs(shapes, seed)


def verify_command(
    model: Annotated[
        str,
        typer.Argument(
            help="file.py:factory, or file.py with one nn.Module class or an object `model`; it is executed"
        ),
    ],
    data: Annotated[
        list[str] | None, typer.Option(help="x.npy with float32 inputs; name=x.npy for each of several")
    ] = None,
    input_shape: Annotated[
        list[str] | None, typer.Option(help="in place of data: random inputs of this shape, the batch first")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(help="with --input-shape: how many, in place of its first size")
    ] = None,
    seed: Annotated[int, typer.Option(help="of the random inputs")] = 0,
    weights: WeightsOption = None,
    argument: ArgumentsOption = None,
    optimize: OptimizeOption = None,
    time_steps: TimeStepsOption = None,
    stage: Annotated[str, typer.Option(help="what is verified: import, optimize or compiled")] = "compiled",
    bisect: Annotated[
        bool, typer.Option("--bisect", help="verify after every pass and name the one that breaks the spikes")
    ] = False,
    runner: Annotated[
        str, typer.Option("--run", help="with --bisect, what runs the passes' results: interpreter or compiled")
    ] = "interpreter",
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the report as JSON and nothing else")] = False,
    debug: DebugOption = False,
) -> None:
    """Is every spike of the compiled model its source's? FILE.PY IS EXECUTED: run this only on files you trust.

    Every layer is compared with teacher forcing in float64, then the classes end to end. The exit code is 0 if the model
    passes, 1 if not.
    """
    with errors(debug):
        from .verification import bisect_passes, verify_model

        inputs = _inputs(data or [], samples, input_shape or [], seed)
        settings = compiler_settings(config, optimization_level=optimize, time_steps=time_steps)
        network = build_network(model, argument, weights, quiet=as_json)
        shapes = {k: v.shape for k, v in inputs.items()} if isinstance(inputs, dict) else inputs.shape
        compiled = SpikeCompiler.from_settings(settings).compile(network, shapes)
        if bisect:
            report = bisect_passes(compiled, network, inputs, run=runner)
        else:
            report = verify_model(compiled, network, inputs, stage=stage)
        if as_json:
            print(json.dumps(report.to_dict(), indent=2))
        else:
            for table in report.tables():
                tables().print(table)
            for line in report.lines():
                (err if line.startswith("warning: ") else out).print(escape(line), soft_wrap=True)
    if not report.passed:
        raise typer.Exit(FAILED)
