# SPDX-License-Identifier: Apache-2.0
"""From the core's diagnostics to exceptions with a reproducer: the failing module in a file, and the exact command."""

from __future__ import annotations

import contextlib
import os
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import _core
from .exceptions import CompilationError, ExecutionError, ValidationError

__all__ = ["reported"]

#: A module with more bytes of weights than this is written without them.
_LARGEST_REPRODUCER = 64 << 20

_CODES = {
    "parse": (ValidationError, "malformed-ir"),
    "run": (ExecutionError, "execution-failed"),
}


def workspace() -> Path:
    """Where reproducers go: SPIKE_COMPILER_WORKSPACE, or a folder of their own in the temporary folder."""
    folder = os.environ.get("SPIKE_COMPILER_WORKSPACE")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        return Path(folder)
    return Path(tempfile.mkdtemp(prefix="spike-compiler-"))


def _reproducer(before: _core.Module, pipeline: str) -> str | None:
    try:
        folder = workspace()
        if sum(weight.nbytes for weight in before.weights().values()) <= _LARGEST_REPRODUCER:
            file = folder / "failed.mlirbc"
            file.write_bytes(before.bytecode())
        else:
            file = folder / "failed.mlir"
            file.write_text(before.asm(debug_info=True))
    except OSError:
        return None
    return f"spike-opt {shlex.quote(str(file))} --pass-pipeline={shlex.quote(f'builtin.module({pipeline})')}"


def summarize(stage: str, error: _core.CoreError) -> str:
    """The first errors, one per line."""
    errors = [diag for diag in error.diagnostics if diag["severity"] == "error"] or [
        {"location": "", "message": str(error)}
    ]
    lines = [(f"{diag['location']}: " if diag["location"] else "") + diag["message"] for diag in errors]
    more = [] if len(lines) <= 20 else [f"... and {len(lines) - 20} more"]
    return f"{stage} failed: " + "\n".join(lines[:20] + more)


@contextlib.contextmanager
def reported(
    stage: str,
    module: _core.Module | None = None,
    pipeline: str | None = None,
    error_class: type[CompilationError] | None = None,
    error_code: str | None = None,
) -> Iterator[None]:
    """Turns the core's errors into ours. With `module` and `pipeline`, a failure writes a reproducer.

    The module must not have been changed yet: a clone of it (which shares the weights) is kept until the block ends.
    """
    before = module.clone() if module is not None and pipeline is not None else None
    try:
        yield
    except _core.CoreError as error:
        default_class, default_code = _CODES.get(stage, (CompilationError, f"{stage}-failed"))
        raise (error_class or default_class)(
            summarize(stage, error),
            error_code=error_code or default_code,
            diagnostics=error.diagnostics,
            reproducer=_reproducer(before, pipeline) if before is not None else None,
        ) from None
