# SPDX-License-Identifier: Apache-2.0
"""Delay: every neuron's signal later by a whole number of time steps, silent before."""

from __future__ import annotations

from collections.abc import Callable

import nir
import numpy as np

from ...ir import Value
from .context import Context
from .shapes import describe, neuron_parameters

__all__ = ["delay", "delayed_by"]


def delayed_by(ctx: Context, name: str, node: nir.Delay, shape: tuple[int, ...]) -> dict[int, np.ndarray | None]:
    """Numbers of steps, and which neurons each is for: ones and zeros, or None for all."""
    value = neuron_parameters(name, node, shape)["delay"]
    where = describe(name, node)
    steps = np.array([ctx.steps_of(where, "a delay", seconds) for seconds in np.ravel(value)])
    if (steps == steps[0]).all():
        return {int(steps[0]): None}
    return {int(step): (steps == step).reshape(shape) for step in np.unique(steps)}


def select(ctx: Context, name: str, node: nir.Delay, shape: tuple[int, ...], late: Callable[[int], Value]) -> Value:
    """Each neuron's own of the signals `late(steps)`."""
    parts = delayed_by(ctx, name, node, shape)
    total = None
    for step, mask in parts.items():
        part = late(step)
        if mask is not None:
            part = ctx.builder.mask(part, ctx.constant(name, f"by{step}", lambda mask=mask: mask))
        total = part if total is None else ctx.builder.add(total, part)
    return total


def delay(ctx: Context, name: str, node: nir.Delay, x: Value) -> Value:
    steps, builder = x.shape[0], ctx.builder

    def late(by: int) -> Value:
        if by == 0:
            return x
        zeros = ctx.zeros(name, (min(by, steps), *x.shape[1:]))
        return zeros if by >= steps else builder.concat([zeros, builder.slice(x, 0, 0, steps - by)], 0)

    return select(ctx, name, node, x.shape[2:], late)
