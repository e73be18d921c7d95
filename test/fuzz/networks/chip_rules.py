# SPDX-License-Identifier: Apache-2.0
"""What a chip takes: a plan drawn by these rules can be quantised, but for what depends on its numbers (docs/loihi.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .plan import Unfit

#: Synapses, and what is folded into them.
_SYNAPSES = ("linear", "conv1d", "conv2d", "product")
_FOLDED = ("batch_norm", "shift")
#: Ops that move or choose numbers.
_VIEWS = (
    "nothing", "transpose", "permute", "reshape", "flatten", "heads", "merge_heads", "tokens", "image", "unsqueeze",
    "squeeze", "part", "max_pool", "max_pool1d",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A value as integers: spikes and counts, which are `unit` times an integer, or currents, whose unit is free."""

    current: bool = False
    unit: float = 1.0


#: Real numbers, whose unit calibration chooses.
INPUT_KIND = Kind(unit=math.nan)
CURRENT = Kind(current=True)


def kind_of(op: str, attrs: dict[str, Any], kinds: list[Kind], shapes: tuple[tuple[int, ...], ...]) -> Kind:
    """What an op makes of values of these kinds. Raises Unfit if a chip has no such op."""
    if op == "neuron":
        return Kind(unit=attrs.get("graded", 1.0))
    if op in _SYNAPSES:
        return _checked(CURRENT, attrs.get("how") != "bmm", "a product with a matrix for each sample is none with weights")
    if any(kind == INPUT_KIND for kind in kinds) and op not in ("nothing", "tokens", "flatten"):
        raise Unfit("only synapses read an input")
    first = kinds[0]
    if op in _VIEWS:
        return first
    if op in _FOLDED:
        return _checked(first, first.current, "biases are those of currents")
    if op == "scale":
        return _times(first, 1 / attrs["factor"] if attrs["how"].startswith("div") else attrs["factor"])
    if op in ("mul", "matmul"):
        return _product(*kinds)
    if op in ("add", "concat"):
        return _checked(first, all(kind == first for kind in kinds), "sums and their parts have one unit")
    if op in ("avg_pool", "adaptive_avg_pool", "reduce", "reduce_time"):
        return _mean(op, attrs, first, shapes[0])
    raise Unfit(f"a chip has no {op}")


def _checked(kind: Kind, condition: bool, why: str) -> Kind:
    if not condition:
        raise Unfit(why)
    return kind


def _times(kind: Kind, factor: float) -> Kind:
    return kind if kind.current else Kind(unit=kind.unit * factor)


def _product(a: Kind, b: Kind) -> Kind:
    if a.current and b.current:
        raise Unfit("a product of two currents")
    return CURRENT if a.current or b.current else Kind(unit=a.unit * b.unit)


def _mean(op: str, attrs: dict[str, Any], kind: Kind, shape: tuple[int, ...]) -> Kind:
    if op == "avg_pool":
        if any(attrs["padding"]) and not attrs["include"]:
            raise Unfit("windows at the border divide by fewer")
        return _times(kind, 1 / math.prod(attrs["kernel"]))
    if op == "adaptive_avg_pool":
        return _times(kind, math.prod(attrs["size"]) / math.prod(shape[1:]))
    if attrs["kind"] not in ("sum", "mean"):
        raise Unfit("a maximum over a whole axis")
    if op == "reduce_time" or attrs["kind"] == "sum":
        return kind  # an output, or a count
    return _times(kind, 1 / math.prod(shape[axis] for axis in attrs["dims"]))
