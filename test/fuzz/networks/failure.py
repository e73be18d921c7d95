# SPDX-License-Identifier: Apache-2.0
"""How a case fails, and the comparisons that say so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spike_transformer_compiler import _core
from spike_transformer_compiler.exceptions import CompilationError

Arrays = list[np.ndarray]


class Failure(Exception):
    """`stage` and `kind` say in what way a case fails; `detail` says where."""

    def __init__(self, stage: str, kind: str, detail: str) -> None:
        super().__init__(f"{stage}: {kind}: {detail}")
        self.stage, self.kind, self.detail = stage, kind, detail


class NotApplicable(Exception):
    """The mutant has no place in this case."""


def guarded(stage: str, step: Callable):
    """A step of the compiler: what it raises is a Failure."""
    try:
        return step()
    except (Failure, NotApplicable):
        raise
    except CompilationError as error:
        raise Failure(stage, f"{type(error).__name__} {error.error_code}", str(error)) from error
    except _core.CoreError as error:
        first = error.diagnostics[0]["message"] if error.diagnostics else str(error)
        raise Failure(stage, "CoreError", first) from error
    except Exception as error:
        raise Failure(stage, type(error).__name__, str(error)) from error


def as_list(output) -> Arrays:
    return list(output) if isinstance(output, tuple) else [output]


def as_floats(arrays: Arrays) -> Arrays:
    return [np.asarray(array, np.float32) for array in arrays]


def equal(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a == b


def compare(stage: str, what: str, expected: np.ndarray, found: np.ndarray, equal: Callable) -> None:
    if expected.shape != found.shape:
        raise Failure(stage, "shape", f"{what} has shape {found.shape}, expected {expected.shape}")
    wrong = ~equal(expected, found)
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise Failure(
            stage,
            "differs",
            f"{int(wrong.sum())} of {wrong.size} values of {what}; at {at} {found[at]}, expected {expected[at]}",
        )


def same_bits(stage: str, specs: list[dict], expected: Arrays, found: Arrays) -> None:
    for spec, a, b in zip(specs, expected, found, strict=True):
        compare(stage, spec["path"] or "output", a, b, lambda a, b: a.view(np.int32) == b.view(np.int32))
