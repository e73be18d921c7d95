# SPDX-License-Identifier: Apache-2.0
"""Choose the passes of a compilation: a level is a named list of passes, an Optimizer is a list that can be edited."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from . import _core
from .exceptions import ValidationError

__all__ = ["OptimizationPass", "Optimizer", "ResourceAllocator"]


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


@dataclass(frozen=True)
class ResourceAllocator:
    """What of a board may be used; what is not given is all of it.

    num_chips          chips of the board, nearly square
    cores_per_chip     neurocores of each chip
    synapses_per_core  synapses of 8 bits that the synaptic memory of a core may hold
    """

    num_chips: int | None = None
    cores_per_chip: int | None = None
    synapses_per_core: int | None = None

    def __post_init__(self) -> None:
        for name in ("num_chips", "cores_per_chip", "synapses_per_core"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise ValidationError(f"{name}: expected at least 1, got {value!r}")


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

    def options(self, which: OptimizationPass | str) -> dict[str, str]:
        """The options of a pass as text, of its last occurrence; empty if it is not in the list or has none."""
        name = which.value if isinstance(which, OptimizationPass) else str(which)
        for entry in reversed(self._passes):
            if entry.split("{")[0] == name:
                return dict(option.split("=", 1) for option in entry.partition("{")[2].rstrip("}").split())
        return {}

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
