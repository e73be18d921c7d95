# SPDX-License-Identifier: Apache-2.0
"""Choose the passes of a compilation: a level is a named list of passes, an Optimizer is a list that can be edited."""

from __future__ import annotations

import enum

from . import _core
from .exceptions import ValidationError

__all__ = ["OptimizationPass", "Optimizer"]


class OptimizationPass(enum.Enum):
    """Passes that can be added to a level. The value is the compiler's own name of the pass.

    WEIGHT_QUANTIZATION(bits=8) is the only one that changes what the model computes.
    """

    BATCH_NORM_FOLDING = "spike-fold-batch-norm"
    RESHAPE_CANCELLATION = "spike-cancel-reshape"
    TIME_INVARIANT_HOISTING = "spike-hoist-time-invariant"
    CHANNELS_LAST = "spike-channels-last"
    TYPE_NARROWING = "spike-narrow-types"
    ATTENTION_REASSOCIATION = "spike-reassociate-attention"
    COMMON_SUBEXPRESSION_ELIMINATION = "cse"
    DEAD_CODE_ELIMINATION = "spike-remove-dead-modules"
    LOOP_UNROLLING = "spike-unroll-time"
    CANONICALIZATION = "canonicalize"
    WEIGHT_QUANTIZATION = "spike-quantize-weights"


#: Passes that look at a finished program, and the check.
_CLOSING = ("spike-fix-weights", "spike-mark-exact", "verify-")


def split_pipeline(pipeline: str) -> list[str]:
    """The passes of a pipeline: "a,b{x=1,y=2}" has two."""
    passes, depth, start = [], 0, 0
    for i, char in enumerate(pipeline):
        depth += (char in "{(") - (char in "})")
        if char == "," and not depth:
            passes.append(pipeline[start:i].strip())
            start = i + 1
    return [name for name in [*passes, pipeline[start:].strip()] if name]


def stage_pipeline(stage: str, level: int) -> str:
    """The pipeline of a stage at a level, from the compiler's table."""
    for entry in _core.stages():
        if entry["name"] == stage:
            return entry["pipelines"][level]
    raise ValidationError(f"there is no stage '{stage}'; there are: {', '.join(e['name'] for e in _core.stages())}")


class Optimizer:
    """The passes that run between import and lowering. It starts as those of a level."""

    def __init__(self, level: int = 2) -> None:
        self.level = level
        self._passes = split_pipeline(stage_pipeline("optimize", level))

    def add_pass(self, which: OptimizationPass | str, **options: int | float | bool | str) -> Optimizer:
        """Adds a pass: a member of OptimizationPass or the compiler's own name, with the pass's options.

        It comes after the others, before those that need every weight to be final and the check that ends the stage.
        """
        name = which.value if isinstance(which, OptimizationPass) else str(which)
        if options:
            written = " ".join(f"{key.replace('_', '-')}={_option(value)}" for key, value in options.items())
            name += "{" + written + "}"
        try:
            _core.check_pipeline(name)
        except _core.CoreError as error:
            raise ValidationError(str(error), error_code="unknown-pass", diagnostics=error.diagnostics) from None
        end = len(self._passes)
        while end and self._passes[end - 1].startswith(_CLOSING):
            end -= 1
        self._passes.insert(end, name)
        return self

    def remove(self, which: OptimizationPass | str) -> Optimizer:
        """Removes a pass wherever it occurs."""
        name = which.value if isinstance(which, OptimizationPass) else str(which)
        kept = [entry for entry in self._passes if entry.split("{")[0] != name.split("{")[0]]
        if len(kept) == len(self._passes):
            raise ValidationError(f"the pass '{name}' is not in the list; it holds: {', '.join(self._passes)}")
        self._passes = kept
        return self

    def list(self) -> list[str]:
        """The passes in order, as the compiler names them."""
        return [*self._passes]

    @property
    def pipeline(self) -> str:
        return ",".join(self._passes)

    def __repr__(self) -> str:
        return f"<Optimizer {self.pipeline}>"


def _option(value: int | float | bool | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
