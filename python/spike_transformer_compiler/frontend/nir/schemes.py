# SPDX-License-Identifier: Apache-2.0
"""From NIR's continuous equations to discrete ones. NIR leaves this step open, so a reader must name it.

`euler` is ours, and the default. The schemes of libraries (`libraries.py`) read a file back with the equation of the
library that wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import nir
import numpy as np

from ...exceptions import ValidationError

__all__ = ["EULER", "Model", "Parameters", "Scheme", "refuse", "steps"]

Parameters = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Model:
    """A neuron model of the spike dialect. Parameters are numbers, or arrays of the population's shape; `options` are
    the model's other attributes; `gain` multiplies what flows in."""

    name: str
    parameters: Mapping[str, np.ndarray | float] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    gain: np.ndarray | float = 1.0
    states: int = 1


#: Makes a model: (node in words, its parameters, seconds of a time step).
Maker = Callable[[str, Parameters, float], Model]


@dataclass(frozen=True)
class Scheme:
    """A named way to step NIR's neurons. `dt` is the default length of a time step, in seconds."""

    name: str
    dt: float
    models: Mapping[type, Maker]
    #: Where a neuron on a cycle has another equation.
    on_cycles: Mapping[type, Maker] = field(default_factory=dict)

    def model(self, where: str, node: nir.NIRNode, parameters: Parameters, dt: float, on_cycle: bool = False) -> Model:
        make = (self.on_cycles if on_cycle else {}).get(type(node)) or self.models.get(type(node))
        if make is None:
            raise refuse(f"{where}: the scheme '{self.name}' has no equation for it")
        return make(where, parameters, dt)


def refuse(what: str, *suggestions: str) -> ValidationError:
    return ValidationError(
        what,
        error_code="nir-scheme",
        suggestions=suggestions or ["read the file with scheme='euler', which has an equation for every node"],
    )


def steps(where: str, key: str, value: np.ndarray, dt: float) -> np.ndarray:
    """A time constant in time steps; below one, forward Euler overshoots."""
    least = float(np.min(value))
    if least / dt < 1 - 1e-6:
        raise refuse(
            f"{where}: expected {key} of at least one time step of {dt:g} s, got {least:g} s",
            "give the dt that the file was written for",
            "name the scheme of the library that wrote it",
        )
    return np.maximum(value / dt, 1.0)


def _integrator(where: str, p: Parameters, dt: float) -> Model:
    return Model("integrator", gain=p["r"] * dt)


def _if(where: str, p: Parameters, dt: float) -> Model:
    return Model("if", {"v_threshold": p["v_threshold"], "v_reset": p["v_reset"]}, {"fire": "gt"}, gain=p["r"] * dt)


def _box(name: str) -> Maker:
    def make(where: str, p: Parameters, dt: float) -> Model:
        rest = {key: value for key, value in p.items() if key != "tau"}
        return Model(name, {"v_factor": 1.0 / steps(where, "tau", p["tau"], dt), **rest, "v_init": p["v_leak"]})

    return make


def _cuba(name: str) -> Maker:
    def make(where: str, p: Parameters, dt: float) -> Model:
        factors = {
            factor: 1.0 / steps(where, key, p[key], dt)
            for factor, key in (("i_factor", "tau_syn"), ("v_factor", "tau_mem"))
        }
        rest = {key: value for key, value in p.items() if key not in ("tau_syn", "tau_mem")}
        return Model(name, {**factors, **rest, "v_init": p["v_leak"]}, {"form": "euler"}, states=2)

    return make


EULER = Scheme(
    "euler",
    1e-4,
    {
        nir.I: _integrator,
        nir.IF: _if,
        nir.LI: _box("box_li"),
        nir.LIF: _box("box_lif"),
        nir.CubaLI: _cuba("cuba_li"),
        nir.CubaLIF: _cuba("cuba_lif"),
    },
)
