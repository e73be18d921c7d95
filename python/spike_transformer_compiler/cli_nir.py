# SPDX-License-Identifier: Apache-2.0
"""`spike-compile nir-export`: a model file as a NIR file, read back and compared before it is believed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._cli_options import ArgumentsOption, QuietOption, TimeStepsOption, WeightsOption
from ._cli_support import build_network, errors, out, parse_shapes
from .exceptions import CompilationError, ValidationError

__all__ = ["nir_export_command"]


def nir_export_command(
    model: Annotated[
        str, typer.Argument(help="file.py:factory, which is executed, or a saved model", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="the NIR file to write", show_default=False)],
    input_shape: Annotated[
        list[str] | None, typer.Option(help="1,3,32,32 with the batch first; not for saved models", show_default=False)
    ] = None,
    weights: WeightsOption = None,
    argument: ArgumentsOption = None,
    time_steps: TimeStepsOption = None,
    nir_scheme: Annotated[str | None, typer.Option(help="equations a reader uses, see docs/nir.md")] = None,
    dt: Annotated[float | None, typer.Option(help="seconds of a time step")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="refuse what NIR itself cannot say")] = False,
    fold: Annotated[
        bool, typer.Option("--fold-batch-norm", help="fold normalisation into weights first, which rounds")
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Write a model as a NIR file. FILE.PY IS EXECUTED: run this only on files you trust."""
    from .compiled import CompiledModel
    from .exchange import verify_round_trip
    from .frontend import import_model
    from .ir import SpikeIR

    with errors():
        if ".py" in model:
            if not input_shape:
                raise ValidationError("missing --input-shape, for example 1,3,32,32 with the batch first")
            shapes = parse_shapes(input_shape)
            network = build_network(model, argument, weights, quiet)
            ir = SpikeIR(import_model(network, shapes, time_steps=time_steps).module)
        else:
            ir = CompiledModel.load(model).spike_ir
        if fold:
            ir = ir.run_pipeline("spike-fold-batch-norm,canonicalize")
        found = verify_round_trip(ir, output, scheme=nir_scheme, dt=dt, strict=strict)
        if not found.exact:
            raise CompilationError(f"'{output}' does not mean the same as the model: {found}")
        if not quiet:
            out.print(f"wrote {output}: {found}")
