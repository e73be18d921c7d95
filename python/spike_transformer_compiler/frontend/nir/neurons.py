# SPDX-License-Identifier: Apache-2.0
"""Neurons and readouts, by the equations of a scheme; and Threshold, which has no state."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import nir
import numpy as np

from ...ir import Value
from .context import Context
from .shapes import describe, neuron_parameters

__all__ = ["NEURONS", "Population", "threshold"]

NEURONS = (nir.I, nir.IF, nir.LI, nir.LIF, nir.CubaLI, nir.CubaLIF)


@dataclass
class Population:
    """A node that keeps state, to be stepped over all of time at once or piece by piece."""

    ctx: Context
    name: str
    node: nir.NIRNode
    shape: tuple[int, ...]
    on_cycle: bool = False

    def __post_init__(self) -> None:
        parameters = neuron_parameters(self.name, self.node, self.shape)
        where = describe(self.name, self.node)
        self.model = self.ctx.scheme.model(where, self.node, parameters, self.ctx.dt, self.on_cycle)

    def step(self, x: Value, init: Sequence[Value], path: str, states: bool) -> tuple[Value, list[Value]]:
        """Runs over the leading axis of `x`; also gives the final states, if asked for."""
        builder, model, shape = self.ctx.builder, self.model, x.shape
        x = scaled(self.ctx, self.name, "gain", x, model.gain)
        # Parameters that differ between neurons run along one axis of all of them.
        flat = any(np.ndim(value) for value in model.parameters.values())
        if flat:
            x = builder.reshape(x, (*shape[:2], math.prod(self.shape)))
        out, *final = builder.neuron_with_state(
            x,
            model.name,
            path,
            init=init,
            states=model.states if states else 0,
            **{key: self._parameter(key, value) for key, value in model.parameters.items()},
            **model.options,
        )
        return (builder.reshape(out, shape) if flat else out), final

    def _parameter(self, key: str, value: np.ndarray | float) -> Value | float:
        if not np.ndim(value):
            return float(value)
        return self.ctx.constant(self.name, key, lambda: np.reshape(value, -1))

    def run(self, x: Value) -> Value:
        return self.step(x, (), self.name, False)[0]


def scaled(ctx: Context, name: str, key: str, x: Value, factor: np.ndarray | float) -> Value:
    """The product with a number, rounded to f32, or with an array of the node's shape."""
    if np.ndim(factor):
        return ctx.builder.mask(x, ctx.constant(name, key, lambda: factor))
    rounded = float(np.float32(factor))
    return x if rounded == 1.0 else ctx.builder.scale(x, rounded)


def threshold(ctx: Context, name: str, node: nir.Threshold, x: Value) -> Value:
    """`x > threshold` at every step on its own."""
    value = neuron_parameters(name, node, x.shape[2:])["threshold"]
    shape = x.shape
    if not value.ndim:
        return ctx.builder.neuron(x, "threshold", name, v_threshold=float(value), fire="gt")
    parameter = ctx.constant(name, "threshold", lambda: value.reshape(-1))
    flat = ctx.builder.reshape(x, (*shape[:2], value.size))
    return ctx.builder.reshape(ctx.builder.neuron(flat, "threshold", name, v_threshold=parameter, fire="gt"), shape)
