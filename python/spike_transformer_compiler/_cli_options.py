# SPDX-License-Identifier: Apache-2.0
"""Options that several commands of `spike-compile` have, and the settings that they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .config import Settings, load_settings
from .exceptions import ValidationError

__all__ = [
    "ArgumentsOption",
    "AnyModelArgument",
    "BatchSizesOption",
    "ConfigOption",
    "DebugOption",
    "JsonOption",
    "ModelOption",
    "OptimizeOption",
    "QuietOption",
    "ShapeOption",
    "TimeStepsOption",
    "WeightsOption",
    "compiler_settings",
    "only_one",
]

AnyModelArgument = Annotated[
    str | None,
    typer.Argument(
        help="file.py:factory, file.py, name.nir, or a model saved by `spike-compile -o`; a .py file is executed",
        show_default=False,
    ),
]
ModelOption = Annotated[str | None, typer.Option("--model", help="the same as the argument")]
WeightsOption = Annotated[
    Path | None, typer.Option(help="checkpoint to load into the model: .safetensors, .pth or .pth.tar")
]
ArgumentsOption = Annotated[
    list[str] | None, typer.Option("--argument", "-a", help="argument of the factory: embed_dims=384")
]
ShapeOption = Annotated[list[str] | None, typer.Option(help="shape to compile for: 1,3,224,224")]
BatchSizesOption = Annotated[list[int] | None, typer.Option(help="batch to time; may be given several times")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="write the report as JSON here")]
TimeStepsOption = Annotated[int | None, typer.Option(help="time steps, for models that compute one step")]
OptimizeOption = Annotated[int | None, typer.Option("--optimize", "-O", help="optimization level, 0 to 3")]
ConfigOption = Annotated[Path | None, typer.Option(help="YAML or JSON file of settings")]
DebugOption = Annotated[bool, typer.Option("--debug", help="show Python tracebacks")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="print errors only")]


def compiler_settings(config: Path | None, **given: Any) -> Settings:
    """The settings of a file, with those options of the compiler that were given in their place."""
    return load_settings(config, {"compiler": {key: value for key, value in given.items() if value is not None}})


def only_one(model: str | None, model_option: str | None, example: str) -> str:
    """The model, given as an argument or with --model."""
    if (model is None) == (model_option is None):
        raise ValidationError(f"expected one model: {example}")
    return model or model_option
