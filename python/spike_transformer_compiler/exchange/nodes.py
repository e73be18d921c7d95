# SPDX-License-Identifier: Apache-2.0
"""Ops without state as NIR nodes, where NIR has one that means the same bit by bit."""

from __future__ import annotations

import math
from collections.abc import Callable

import nir
import numpy as np

from .function import Function, Op

__all__ = ["NODES", "REASONS", "Unsaid", "delay_of", "flatten_axes"]

Shape = tuple[int, ...]


class Unsaid(Exception):
    """Why NIR cannot say an op."""


def _weights(function: Function, op: Op) -> list[np.ndarray]:
    found = [function.constants.get(value) for value in op.operands[1:]]
    if any(value is None for value in found):
        raise Unsaid("its weights are no constants of float32")
    return found


def _linear(function: Function, op: Op, shape: Shape) -> nir.NIRNode:
    if len(shape) != 1:
        raise Unsaid(f"NIR's Linear takes one axis, this has {list(shape)}")
    weight, *bias = _weights(function, op)
    return nir.Affine(weight, bias[0]) if bias else nir.Linear(weight)


def _symmetric(op: Op) -> list[int]:
    pads = op.ints("padding")
    if pads[::2] != pads[1::2]:
        raise Unsaid(f"NIR pads both sides alike, this pads {pads}")
    if op.word("layout") != "channels_first":
        raise Unsaid("NIR has the channel first")
    return pads[::2]


def _conv(function: Function, op: Op, shape: Shape) -> nir.NIRNode:
    weight, *bias = _weights(function, op)
    rank = weight.ndim - 2
    if len(shape) != rank + 1:
        raise Unsaid(f"it takes {rank + 1} axes behind time and batch, this has {list(shape)}")
    padding, strides = _symmetric(op), op.ints("strides")
    dilations, groups = op.ints("dilations") or [1] * rank, op.ints("groups")[0]
    # A zero bias changes nothing: a sum that starts from +0 is never -0.
    offset = bias[0] if bias else np.zeros(weight.shape[0], np.float32)
    if rank == 1:
        return nir.Conv1d(shape[1], weight, strides[0], padding[0], dilations[0], groups, offset)
    sums = groups == shape[0] == weight.shape[0] and not bias and (weight == 1).all() and dilations == [1, 1]
    if sums and all(2 * pad < taps for pad, taps in zip(padding, weight.shape[2:], strict=True)):
        return nir.SumPool2d(np.array(weight.shape[2:]), np.array(strides), np.array(padding))
    return nir.Conv2d(shape[1:], weight, tuple(strides), tuple(padding), tuple(dilations), groups, offset)


def _pool(function: Function, op: Op, shape: Shape) -> nir.NIRNode:
    if op.word("kind") != "avg":
        raise Unsaid("NIR has no maximum over a window")
    padding = _symmetric(op)
    if len(shape) != 3 or any(step != 1 for step in op.ints("dilations")):
        raise Unsaid("NIR's AvgPool2d takes three axes and no dilation")
    if any(padding) and "count_include_pad" not in op.attributes:
        raise Unsaid("AvgPool2d is read to count the padding, this does not")
    return nir.AvgPool2d(np.array(op.ints("kernel")), np.array(op.ints("strides")), np.array(padding))


def _scale(function: Function, op: Op, shape: Shape) -> nir.NIRNode:
    factor = np.float32(op.number("factor"))
    if "divide" in op.attributes:
        if math.frexp(factor)[0] not in (0.5, -0.5) or not np.isfinite(1 / factor):
            raise Unsaid("NIR multiplies, this divides by a number that is no power of two")
        factor = 1 / factor
    return nir.Scale(np.full(shape, factor, np.float32))


def _mask(function: Function, op: Op, shape: Shape) -> nir.NIRNode:
    factor = function.constants.get(op.operands[1])
    if factor is None:
        raise Unsaid("NIR has no product of two signals")
    if factor.ndim > len(shape) or np.broadcast_shapes(factor.shape, shape) != shape:
        raise Unsaid(f"NIR's Scale has the shape {list(shape)}, the factor {list(factor.shape)}")
    return nir.Scale(np.broadcast_to(factor, shape).copy())


NODES: dict[str, Callable[[Function, Op, Shape], nir.NIRNode]] = {
    "spike.linear": _linear,
    "spike.conv": _conv,
    "spike.pool": _pool,
    "spike.scale": _scale,
    "spike.mask": _mask,
}


def delay_of(function: Function, op: Op) -> tuple[int, int] | None:
    """The value and the number of steps, if an op joins silence and the beginning of a signal: that is a delay."""
    if op.name != "spike.concat" or op.ints("axis") != [0] or len(op.operands) != 2:
        return None
    silence, part = function.constants.get(op.operands[0]), function.producer.get(op.operands[1])
    if silence is None or silence.any() or part is None or part.name != "spike.slice":
        return None
    source = part.operands[0]
    if (
        part.ints("axis") != [0]
        or part.ints("offset") != [0]
        or function.types[source] != function.types[op.results[0]]
    ):
        return None
    return source, silence.shape[0]


def flatten_axes(shape: Shape, result: Shape) -> tuple[int, int] | None:
    """The first and last axis that become one, if a reshape does nothing else."""
    for first in range(len(shape)):
        for last in range(first + 1, len(shape)):
            if (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]) == result:
                return first, last
    return None


#: Why the other ops are beyond NIR.
REASONS = {
    "spike.matmul": "NIR has no product of two signals",
    "spike.batch_norm": "NIR has no normalisation; fold it into the weights first (spike-fold-batch-norm, which rounds)",
    "spike.reduce": "NIR has no sum, mean or maximum over axes",
    "spike.transpose": "NIR has no order of axes",
    "spike.reshape": "NIR has no reshape but Flatten",
    "spike.slice": "NIR has no part of a signal",
    "spike.concat": "NIR has no joined signals",
    "spike.decode": "NIR has no time steps to read out",
    "spike.encode": "NIR has no input codes",
    "spike.repeat_time": "NIR has no signal without time",
}
