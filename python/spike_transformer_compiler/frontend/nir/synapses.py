# SPDX-License-Identifier: Apache-2.0
"""Linear, Affine, Scale, Conv1d and Conv2d."""

from __future__ import annotations

import math

import nir
import numpy as np

from ...ir import Value
from .context import Context
from .neurons import scaled
from .shapes import array, neuron_parameters, window

__all__ = ["HANDLERS"]


def _bias(ctx: Context, name: str, node: nir.NIRNode, shape: tuple[int, ...]) -> Value | None:
    """One number for each row of the weight. Zeros are left out: a sum that starts from +0 is never -0, so adding them
    would change nothing."""
    if getattr(node, "bias", None) is None:
        return None
    values = np.broadcast_to(array(name, node, "bias", np.float32), shape).reshape(-1)
    return ctx.constant(name, "bias", lambda: values) if values.any() else None


def _matrix(ctx: Context, name: str, node: nir.Linear | nir.Affine, x: Value) -> Value:
    shape = np.shape(node.weight)
    bias = _bias(ctx, name, node, (*shape[:-2], shape[-2]))
    if len(shape) == 2:
        weight = ctx.constant(name, "weight", lambda: array(name, node, "weight", np.float32))
        return ctx.builder.linear(x, weight, bias)
    # One matrix for each leading index: a grouped convolution over an axis of one, which sums in the same order.
    groups = math.prod(shape[:-2])
    weight = ctx.constant(
        name, "weight", lambda: array(name, node, "weight", np.float32).reshape(groups * shape[-2], shape[-1], 1)
    )
    flat = ctx.builder.reshape(x, (*x.shape[:2], groups * shape[-1], 1))
    y = ctx.builder.conv(flat, weight, bias, groups=groups)
    return ctx.builder.reshape(y, (*x.shape[:2], *shape[:-2], shape[-2]))


def _scale(ctx: Context, name: str, node: nir.Scale, x: Value) -> Value:
    scale = neuron_parameters(name, node, x.shape[2:])["scale"]
    return scaled(ctx, name, "scale", x, scale)


def _conv(ctx: Context, name: str, node: nir.Conv1d | nir.Conv2d, x: Value) -> Value:
    weight = ctx.constant(name, "weight", lambda: array(name, node, "weight", np.float32))
    bias = _bias(ctx, name, node, weight.shape[:1])
    found = window(name, node, x.shape[2:], weight.shape[2:])
    return ctx.builder.conv(
        x,
        weight,
        bias,
        stride=found["stride"],
        padding=found["padding"],
        dilation=found["dilation"],
        groups=x.shape[2] // weight.shape[1],
    )


HANDLERS = {nir.Linear: _matrix, nir.Affine: _matrix, nir.Scale: _scale, nir.Conv1d: _conv, nir.Conv2d: _conv}
