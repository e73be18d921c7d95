# SPDX-License-Identifier: Apache-2.0
"""Flatten, AvgPool2d and SumPool2d."""

from __future__ import annotations

import nir
import numpy as np

from ...ir import Value
from .context import Context
from .shapes import flattened, pool_window

__all__ = ["HANDLERS"]


def _flatten(ctx: Context, name: str, node: nir.Flatten, x: Value) -> Value:
    return ctx.builder.reshape(x, (*x.shape[:2], *flattened(name, node, x.shape[2:])))


def _average(ctx: Context, name: str, node: nir.AvgPool2d, x: Value) -> Value:
    """Divides by the whole window, padding included: PyTorch's default, which the exporters rely on."""
    found = pool_window(name, node, x.shape[2:])
    return ctx.builder.pool(x, found["kernel"], found["stride"], found["padding"], kind="avg", count_include_pad=True)


def _sum(ctx: Context, name: str, node: nir.SumPool2d, x: Value) -> Value:
    """A depthwise convolution with ones: the mean times the window's size would round twice."""
    found = pool_window(name, node, x.shape[2:])
    channels = x.shape[2]
    ones = ctx.constant(name, "ones", lambda: np.ones((channels, 1, *found["kernel"]), np.float32))
    return ctx.builder.conv(x, ones, stride=found["stride"], padding=found["padding"], groups=channels)


HANDLERS = {nir.Flatten: _flatten, nir.AvgPool2d: _average, nir.SumPool2d: _sum}
