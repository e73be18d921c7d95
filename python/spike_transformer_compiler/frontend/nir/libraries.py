# SPDX-License-Identifier: Apache-2.0
"""Schemes of libraries: each reads what the library's own exporter writes, with the library's own equation.

The exporters drop what NIR cannot say (the kind of reset and its delay in snnTorch, a learned leak in SpikingJelly), so
there is a scheme for each choice. Parameters are turned back into those of the library: of the float32 numbers that the
exporter maps to the file's number, the one with the shortest decimal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import nir
import numpy as np

from .schemes import EULER, Maker, Model, Parameters, Scheme, refuse

__all__ = ["SCHEMES", "scheme_of"]


def _same(where: str, key: str, value: np.ndarray, expected: np.ndarray | float, why: str) -> None:
    """The exporter always writes this; another number has no place in the library's equation."""
    if not np.allclose(value, expected, rtol=1e-5, atol=1e-12):
        raise refuse(f"{where}: expected {key} = {np.ravel(expected)[0]:g} ({why}), got {np.ravel(value)[0]:g}")


def _shortest(export: Callable[[np.ndarray], np.ndarray], guess: np.ndarray, written: np.ndarray) -> np.ndarray:
    """The float32 near `guess` that `export` turns into what is written."""

    pairs, place = np.unique(np.stack([np.ravel(guess), np.ravel(written)]), axis=1, return_inverse=True)
    start, target = pairs[0].astype(np.float32), pairs[1].astype(np.float32)
    best, digits = start, np.full(start.shape, 99)
    near = [start]
    for direction in (-np.inf, np.inf):
        value = start
        for _ in range(8):
            value = np.nextafter(value, np.float32(direction))
            near.append(value)
    for value in near:
        length = np.char.str_len(value.astype(str))
        better = (export(value).astype(np.float32) == target) & (length < digits)
        best, digits = np.where(better, value, best), np.where(better, length, digits)
    return best[place.reshape(-1)].reshape(np.shape(guess)).astype(np.float64)


# snnTorch: tau = dt / (1 - beta) in float32, r = tau / dt.


def _decay(tau: np.ndarray, dt: float) -> np.ndarray:
    step, one = np.float32(dt), np.float32(1)
    return _shortest(lambda beta: step / (one - beta), 1.0 - float(step) / tau, tau)


def _snntorch(name: str, reset: str, delay: bool) -> Scheme:
    options = {"reset": reset, "reset_delay": delay}

    def leaky(where: str, p: Parameters, dt: float) -> Model:
        for key, value in (("v_leak", 0.0), ("v_reset", 0.0), ("r", p["tau"] / dt)):
            _same(where, key, p[key], value, "snnTorch's Leaky")
        return Model("leaky", {"beta": _decay(p["tau"], dt), "v_threshold": p["v_threshold"]}, options)

    def recurrent(where: str, p: Parameters, dt: float) -> Model:
        """RLeaky clears the membrane with its new current, Leaky without it."""
        model = leaky(where, p, dt)
        return Model(model.name, model.parameters, {**options, "reset_charged": True})

    def synaptic(where: str, p: Parameters, dt: float) -> Model:
        expected = {"v_leak": 0.0, "v_reset": 0.0, "r": p["tau_mem"] / dt, "w_in": p["tau_syn"] / dt}
        for key, value in expected.items():
            _same(where, key, p[key], value, "snnTorch's Synaptic")
        decays = {"alpha": _decay(p["tau_syn"], dt), "beta": _decay(p["tau_mem"], dt)}
        return Model("synaptic", {**decays, "v_threshold": p["v_threshold"]}, options, states=2)

    return Scheme(name, 1e-4, {nir.LIF: leaky, nir.CubaLIF: synaptic}, {nir.LIF: recurrent})


# SpikingJelly: tau in seconds and float64; r = 1 where the input decays, tau / dt where it does not.


def _spikingjelly(parametric: bool) -> Mapping[type, Maker]:
    def lif(where: str, p: Parameters, dt: float) -> Model:
        tau = p["tau"] / dt
        _same(where, "v_leak", p["v_leak"], p["v_reset"], "SpikingJelly's LIFNode leaks towards v_reset")
        decay_input = bool(np.allclose(p["r"], 1.0))
        if not decay_input:
            _same(where, "r", p["r"], tau, "SpikingJelly's LIFNode has 1 or tau / dt")
        leak = {"decay": 1.0 / tau} if parametric else {"tau": tau}
        return Model(
            "plif" if parametric else "lif",
            {**leak, "v_threshold": p["v_threshold"], "v_reset": p["v_reset"]},
            {"decay_input": decay_input},
        )

    def integrate(where: str, p: Parameters, dt: float) -> Model:
        _same(where, "r", p["r"], 1.0 / dt, "SpikingJelly's IFNode")
        return Model("if", {"v_threshold": p["v_threshold"], "v_reset": p["v_reset"]})

    def cuba(where: str, p: Parameters, dt: float) -> Model:
        for key, value in {"v_leak": 0.0, "r": p["tau_mem"] / dt, "w_in": p["tau_syn"] / dt}.items():
            _same(where, key, p[key], value, "SpikingJelly's CUBALIFNode")
        factors = {"i_factor": 1.0 - dt / p["tau_syn"], "v_factor": 1.0 - dt / p["tau_mem"]}
        return Model(
            "cuba_lif",
            {**factors, "v_threshold": p["v_threshold"], "v_reset": p["v_reset"]},
            {"form": "decay", "fire": "ge"},
            states=2,
        )

    return {nir.LIF: lif, nir.IF: integrate, nir.CubaLIF: cuba}


# Norse: tau = dt / tau_inv in float32, written as a product with the reciprocal; v_reset is not written.


def _factor(tau: np.ndarray, dt: float) -> np.ndarray:
    """What Norse multiplies with at every step: dt * tau_inv in float32."""
    step, one = np.float32(dt), np.float32(1)
    inverse = _shortest(lambda value: (one / value) * step, float(step) / tau, tau)
    return (inverse.astype(np.float32) * step).astype(np.float64)


def _norse_if(where: str, p: Parameters, dt: float) -> Model:
    _same(where, "r", p["r"], 1.0, "Norse's IAFCell")
    return Model("if", {"v_threshold": p["v_threshold"], "v_reset": p["v_reset"]}, {"fire": "gt"})


def _norse_li(where: str, p: Parameters, dt: float) -> Model:
    _same(where, "r", p["r"], 1.0, "Norse's LIBoxCell")
    return Model("box_li", {"v_factor": _factor(p["tau"], dt), "v_leak": p["v_leak"], "v_init": p["v_leak"]})


def _norse_lif(where: str, p: Parameters, dt: float) -> Model:
    _same(where, "r", p["r"], 1.0, "Norse's LIFBoxCell")
    rest = {key: p[key] for key in ("v_leak", "v_threshold", "v_reset")}
    return Model("box_lif", {"v_factor": _factor(p["tau"], dt), **rest, "v_init": p["v_leak"]}, {"form": "input_first"})


def _norse_cuba(where: str, p: Parameters, dt: float) -> Model:
    for key in ("r", "w_in"):
        _same(where, key, p[key], 1.0, "Norse's LIFCell")
    factors = {"i_factor": _factor(p["tau_syn"], dt), "v_factor": _factor(p["tau_mem"], dt)}
    rest = {key: p[key] for key in ("v_leak", "v_threshold", "v_reset")}
    return Model("cuba_lif", {**factors, **rest, "v_init": p["v_leak"]}, {"form": "jump"}, states=2)


_NORSE = {nir.IF: _norse_if, nir.LI: _norse_li, nir.LIF: _norse_lif, nir.CubaLIF: _norse_cuba}

SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        EULER,
        _snntorch("snntorch", "hard", False),
        _snntorch("snntorch-delayed", "hard", True),
        _snntorch("snntorch-subtract", "soft", False),
        _snntorch("snntorch-subtract-delayed", "soft", True),
        Scheme("spikingjelly", 1e-4, _spikingjelly(False)),
        Scheme("spikingjelly-plif", 1e-4, _spikingjelly(True)),
        Scheme("norse", 1e-3, _NORSE),
    )
}


def scheme_of(name: str | Scheme) -> Scheme:
    if isinstance(name, Scheme):
        return name
    if name not in SCHEMES:
        raise refuse(f"expected a scheme of {', '.join(SCHEMES)}, got {name!r}", "see docs/nir.md")
    return SCHEMES[name]
