# SPDX-License-Identifier: Apache-2.0
"""What the commands of `spike-compile` share: consoles, exit codes, errors as a person reads them, input shapes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from .exceptions import CompilationError, SecurityError, ValidationError

__all__ = [
    "FAILED",
    "build_network",
    "bytes_text",
    "check_writable",
    "err",
    "errors",
    "load_inputs",
    "out",
    "parse_shapes",
    "sample_shapes",
    "tables",
]

#: Exit codes: bad options or input, a refused file, anything else that failed.
INVALID, REFUSED, FAILED, INTERRUPTED = 2, 3, 1, 130

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def tables() -> Console:
    """Where tables go: as wide as the terminal is; elsewhere, where nothing scrolls, wide enough for layers' names."""
    return out if out.is_terminal else Console(width=max(out.width, 150), highlight=False)


def bytes_text(count: int) -> str:
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.2f} GB"


def check_writable(*paths: Path | None) -> None:
    """Before a long run rather than behind it."""
    for path in paths:
        if path is not None and not path.absolute().parent.is_dir():
            raise ValidationError(
                f"cannot write '{path}': there is no folder '{path.parent}'", error_code="cannot-write"
            )


def parse_shapes(texts: list[str]) -> tuple[int, ...] | dict[str, tuple[int, ...]]:
    """`1,3,32,32`, or `name=1,3,32,32` for each of several inputs."""
    shapes: dict[str, tuple[int, ...]] = {}
    for text in texts:
        name, _, numbers = text.rpartition("=")
        try:
            shapes[name] = tuple(int(number) for number in numbers.split(","))
        except ValueError:
            raise ValidationError(
                f"expected an input shape such as 1,3,32,32 or image=1,3,32,32, got '{text}'"
            ) from None
    if "" in shapes and len(texts) > 1 or len(shapes) != len(texts):
        raise ValidationError("several inputs need different names: --input-shape a=1,8 --input-shape b=1,8")
    return shapes[""] if "" in shapes else shapes


@contextmanager
def errors(debug: bool = False) -> Iterator[None]:
    """Prints an error as a person reads it, and ends with its exit code."""
    try:
        yield
    except KeyboardInterrupt:
        err.print("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except CompilationError as error:
        if debug:
            raise
        err.print(f"[bold red]error[/] ({error.error_code}): {escape(error.message)}", soft_wrap=True)
        for suggestion in error.suggestions:
            err.print(f"  try: {escape(suggestion)}", soft_wrap=True)
        if error.reproducer:
            err.print(f"  reproduce: {escape(error.reproducer)}", soft_wrap=True)
        code = (
            REFUSED if isinstance(error, SecurityError) else INVALID if isinstance(error, ValidationError) else FAILED
        )
        raise typer.Exit(code) from None


def build_network(source: str, arguments: list[str] | None, weights: Path | None, quiet: bool) -> Any:
    """The torch.nn.Module that `file.py:factory` gives, with its weights; says that the file is executed."""
    if not quiet:
        out.print(f"executing {escape(source.partition(':')[0])} to build the model")
    from ._checkpoint import load_weights
    from ._model_file import load_model, parse_arguments

    network = load_model(source, parse_arguments(arguments or []))
    if weights is not None:
        ignored = load_weights(network, weights)
        if ignored and not quiet:
            out.print(f"ignored in {weights.name}: {escape(', '.join(ignored))}")
    return network


def load_inputs(network: Any, data: str) -> Any:
    """A data set from a file, by the names of the network's inputs."""
    from .profiling.datasets import load_data

    parameters = inspect.signature(network.forward).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return load_data(data, [p.name for p in parameters if p.kind in kinds and p.default is p.empty])


def sample_shapes(inputs: Any) -> Any:
    """The shape of one sample, the batch first."""

    def of_one(value: Any) -> tuple[int, ...]:
        if len(value.shape) < 2:
            raise ValidationError(
                f"expected samples along the first axis of the data set, got shape {list(value.shape)}",
                error_code="wrong-input-rank",
            )
        return (1, *map(int, value.shape[1:]))

    return {name: of_one(value) for name, value in inputs.items()} if isinstance(inputs, dict) else of_one(inputs)
