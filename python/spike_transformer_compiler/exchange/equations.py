# SPDX-License-Identifier: Apache-2.0
"""Neuron models of the spike dialect as NIR nodes. A node is only taken if the reader gets the very model back from it,
bit by bit: so what a file says is what was meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import nir
import numpy as np

from ..exceptions import ValidationError
from ..frontend.nir.schemes import Scheme
from ..frontend.nir.shapes import neuron_parameters

__all__ = ["DEFAULTS", "Values", "canonical", "parse_model", "propose"]

Values = dict[str, Any]

_FIRE = {"v_threshold": 1.0, "v_reset": 0.0, "reset": "hard", "fire": "ge"}
#: Attributes of the models that a NIR node may stand for, with their defaults in the dialect.
DEFAULTS: dict[str, Values] = {
    "if": _FIRE,
    "lif": {"tau": 2.0, "decay_input": True, "charge": "divide", **_FIRE},
    "plif": {"decay": 0.5, "decay_input": True, **_FIRE},
    "li": {"tau": 2.0, "v_reset": 0.0, "decay_input": True},
    "leaky": {
        "beta": 0.5,
        "v_threshold": 1.0,
        "reset": "soft",
        "reset_delay": True,
        "reset_charged": False,
        "fire": "gt",
    },
    "synaptic": {"alpha": 0.9, "beta": 0.5, "v_threshold": 1.0, "reset": "soft", "reset_delay": True, "fire": "gt"},
    "box_lif": {
        **_FIRE,
        "v_factor": 0.5,
        "v_leak": 0.0,
        "r": 1.0,
        "v_init": 0.0,
        "form": "leak_first",
        "fire": "gt",
    },
    "box_li": {"v_factor": 0.5, "v_leak": 0.0, "r": 1.0, "v_init": 0.0, "form": "leak_first"},
    "cuba_lif": {
        **_FIRE,
        "i_factor": 0.5,
        "v_factor": 0.5,
        "v_leak": 0.0,
        "w_in": 1.0,
        "r": 1.0,
        "v_init": 0.0,
        "form": "jump",
        "fire": "gt",
    },
    "cuba_li": {
        "i_factor": 0.5,
        "v_factor": 0.5,
        "v_leak": 0.0,
        "w_in": 1.0,
        "r": 1.0,
        "v_init": 0.0,
        "form": "jump",
    },
    "integrator": {"v_init": 0.0},
    "threshold": {"v_threshold": 1.0, "fire": "ge"},
}


def parse_model(text: str) -> tuple[str, Values]:
    """Name and all attributes of a model such as #spike.lif<tau = 2.0, reset = soft>."""
    found = re.fullmatch(r"#spike\.(\w+)(?:<(.*)>)?", text)
    if not found or found[1] not in DEFAULTS:
        return text, {}
    values = dict(DEFAULTS[found[1]])
    for item in (found[2] or "").split(", "):
        if item:
            key, _, value = item.partition(" = ")
            values[key] = {"true": True, "false": False}.get(value, value)
            if re.match(r"-?[\d.]", value):
                values[key] = float(value)
    return found[1], values


def _rounded(values: Values) -> Values:
    return {
        k: np.asarray(v, np.float64).astype(np.float32) if not isinstance(v, str | bool) else v
        for k, v in values.items()
    }


def _is_power_of_two(value: np.ndarray) -> bool:
    return bool((np.frexp(value)[0] == 0.5).all())


def canonical(name: str, values: Values) -> tuple[str, Values]:
    """One form for models whose steps give the same bits."""
    v = _rounded(values)
    if v.get("fire") == "ge" and v.get("reset", "hard") == "hard":
        # H >= a where H > b, with b the float32 just below a.
        v |= {"fire": "gt", "v_threshold": np.nextafter(v["v_threshold"], np.float32(-np.inf))}
    one = np.float32(1)
    if name in ("lif", "li") and v["decay_input"] and _is_power_of_two(v["tau"]):
        rest = {key: v[key] for key in ("v_threshold", "v_reset", "reset", "fire") if key in v and name == "lif"}
        start = v.get("v_init", v["v_reset"])
        pull = {"v_factor": one / v["tau"], "v_leak": v["v_reset"], "r": one, "v_init": start}
        return f"box_{name}", {**rest, **pull, "form": "leak_first"}
    if name == "plif" and v["decay_input"]:
        rest = {key: v[key] for key in ("v_threshold", "v_reset", "reset", "fire")}
        pull = {"v_factor": v["decay"], "v_leak": v["v_reset"], "r": one, "v_init": v.get("v_init", v["v_reset"])}
        return "box_lif", {**rest, **pull, "form": "leak_first"}
    if name in ("box_lif", "box_li") and (v["v_leak"] == 0).all():
        v["form"] = "leak_first"  # (x + 0) - v is (0 - v) + x
    if name == "lif":
        v["charge"] = "divide"  # the other form differs in the sign of a zero at most
    return name, v


def _same(a: tuple[str, Values], b: tuple[str, Values]) -> bool:
    return (
        a[0] == b[0]
        and a[1].keys() == b[1].keys()
        and all(np.array_equal(*np.broadcast_arrays(a[1][key], b[1][key])) for key in a[1])
    )


Propose = Callable[[str, Values, float], tuple[type, Values] | None]


def _euler(name: str, v: Values, dt: float) -> tuple[type, Values] | None:
    """From the canonical form, so that `>=` has become `>`."""
    name, v = canonical(name, v)
    fire = {key: v[key] for key in ("v_threshold", "v_reset") if key in v}
    if name == "if":
        return nir.IF, {"r": 1.0 / dt, **fire}
    if name == "integrator":
        return nir.I, {"r": 1.0 / dt}
    if name in ("box_lif", "box_li"):
        kind = nir.LIF if name == "box_lif" else nir.LI
        return kind, {"tau": dt / np.float64(v["v_factor"]), "r": v["r"], "v_leak": v["v_leak"], **fire}
    if name in ("cuba_lif", "cuba_li"):
        taus = {"tau_syn": dt / np.float64(v["i_factor"]), "tau_mem": dt / np.float64(v["v_factor"])}
        rest = {key: v[key] for key in ("r", "v_leak", "w_in")}
        return (nir.CubaLIF if name == "cuba_lif" else nir.CubaLI), {**taus, **rest, **fire}
    return None


def _spikingjelly(name: str, v: Values, dt: float) -> tuple[type, Values] | None:
    fire = {key: v[key] for key in ("v_threshold", "v_reset") if key in v}
    if name == "if":
        return nir.IF, {"r": 1.0 / dt, **fire}
    if name in ("lif", "plif"):
        tau = np.float64(v["tau"]) if name == "lif" else 1.0 / np.float64(v["decay"])
        return nir.LIF, {"tau": tau * dt, "r": 1.0 if v["decay_input"] else tau, "v_leak": v["v_reset"], **fire}
    if name == "cuba_lif":
        taus = {"tau_syn": dt / (1.0 - np.float64(v["i_factor"])), "tau_mem": dt / (1.0 - np.float64(v["v_factor"]))}
        return nir.CubaLIF, {**taus, "r": taus["tau_mem"] / dt, "w_in": taus["tau_syn"] / dt, "v_leak": 0.0, **fire}
    return None


def _snntorch(name: str, v: Values, dt: float) -> tuple[type, Values] | None:
    step, one = np.float32(dt), np.float32(1)
    fire = {"v_threshold": v.get("v_threshold"), "v_reset": 0.0, "v_leak": 0.0}
    if name == "leaky":
        tau = step / (one - np.float32(v["beta"]))
        return nir.LIF, {"tau": tau, "r": tau / step, **fire}
    if name == "synaptic":
        syn, mem = step / (one - np.float32(v["alpha"])), step / (one - np.float32(v["beta"]))
        return nir.CubaLIF, {"tau_syn": syn, "tau_mem": mem, "r": mem / step, "w_in": syn / step, **fire}
    return None


def _norse(name: str, v: Values, dt: float) -> tuple[type, Values] | None:
    step, one = np.float32(dt), np.float32(1)

    def tau(factor):
        return one / (np.float32(factor) / step) * step

    rest = {key: v[key] for key in ("v_leak", "v_threshold", "v_reset") if key in v}
    if name == "if":
        return nir.IF, {"r": 1.0, **rest}
    if name in ("box_lif", "box_li"):
        return (nir.LIF if name == "box_lif" else nir.LI), {"tau": tau(v["v_factor"]), "r": 1.0, **rest}
    if name == "cuba_lif":
        taus = {"tau_syn": tau(v["i_factor"]), "tau_mem": tau(v["v_factor"])}
        return nir.CubaLIF, {**taus, "r": 1.0, "w_in": 1.0, **rest}
    return None


_PROPOSALS: Mapping[str, Propose] = {
    "euler": _euler,
    "spikingjelly": _spikingjelly,
    "snntorch": _snntorch,
    "norse": _norse,
}


def propose(scheme: Scheme, dt: float, name: str, values: Values, shape: tuple[int, ...]) -> nir.NIRNode | None:
    """A node that `scheme` reads as this model, or None. `values` are numbers or arrays of the population's shape."""
    with np.errstate(all="ignore"):
        found = _PROPOSALS[scheme.name.partition("-")[0]](name, values, dt)
    if found is None:
        return None
    kind, parameters = found
    arrays = {key: np.broadcast_to(value, shape).copy() for key, value in parameters.items()}
    if not all(np.isfinite(value).all() for value in arrays.values()):
        return None
    node = kind(**arrays)
    try:
        model = scheme.model("", node, neuron_parameters("", node, shape), dt)
    except ValidationError:
        return None
    if np.any(np.float32(model.gain) != 1):
        return None
    again = {**DEFAULTS[model.name], **model.parameters, **model.options}
    return node if _same(canonical(model.name, again), canonical(name, values)) else None
