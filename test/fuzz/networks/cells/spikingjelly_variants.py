# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly's other neurons. Their membranes round as the library's do, so in exact plans every bit is compared; those
whose exponential is the library's own, or whose current is scaled, stand in other plans only."""

from __future__ import annotations

from random import Random
from typing import Any

import torch
from spikingjelly.activation_based import neuron, surrogate
from torch import nn

from ..plan import Flow
from .entry import ENTRIES, Entry, Room
from .spikingjelly import LIBRARY, common, keywords, made, mode, resets

_TAUS = (1.5, 2.0, 2.3, 4.0)


def _real(draw):
    """Only where bits of the membranes are not compared with the library's."""
    return lambda rng, room: None if room.exact else draw(rng, room)


def _quadratic(rng: Random, room: Room) -> dict[str, Any]:
    attrs = common(rng, room, (-0.125, -0.125, None))
    return {**attrs, "tau": rng.choice(_TAUS), "v_c": rng.choice((0.8, 0.5)), "a0": rng.choice((1.0, 0.4))}


def _izhikevich(rng: Random, room: Room) -> dict[str, Any]:
    weights = {"a": rng.choice((0.0, 0.125)), "b": rng.choice((0.0, 0.25)), "w_rest": rng.choice((0.0, 0.125))}
    return {**_quadratic(rng, room), **weights, "tau_w": rng.choice(_TAUS), "v_rest": -0.1}


def _exponential(rng: Random, room: Room) -> dict[str, Any]:
    attrs = common(rng, room, (-0.1, -0.3, None))
    return {**attrs, "tau": rng.choice(_TAUS), "delta_T": rng.choice((1.0, 0.7)), "theta_rh": rng.choice((0.8, 0.6))}


def _klif(rng: Random, room: Room) -> dict[str, Any]:
    attrs = common(rng, room, resets(room))
    return {
        **attrs,
        "tau": rng.choice(_TAUS),
        "decay_input": rng.random() < 0.6,
        "scale_reset": rng.random() < 0.5,
        "k": rng.choice((1.0, 1.3, 2.0)),
    }


def _build_klif(attrs: dict[str, Any], room: Room, weights) -> nn.Module:
    node = neuron.KLIFNode(**keywords(attrs, "tau", "decay_input", "scale_reset"), step_mode=mode(attrs, room))
    node.k.data.fill_(attrs["k"])
    return node


def _clif(rng: Random, room: Room) -> dict[str, Any]:
    attrs = common(rng, room, (None,), strict=False)
    del attrs["v_reset"]
    return {**attrs, "tau": rng.choice((2.0, 3.0))}


def _cuba(rng: Random, room: Room) -> dict[str, Any]:
    rates = {"c_decay": rng.choice((0.5, 0.3)), "v_decay": rng.choice((0.75, 0.9, 0.5))}
    return {**common(rng, room, resets(room)), **rates}


def _raf(rng: Random, room: Room) -> dict[str, Any]:
    rates = {"b": rng.choice((-0.2, -0.05)), "omega": rng.choice((1.0, 0.3)), "dt": rng.choice((1.0, 0.5))}
    return {**common(rng, room, (0.0, None)), **rates}


def _liaf(rng: Random, room: Room) -> dict[str, Any]:
    """`stored` makes a multi-step module go step by step, as it does then with its activation; else it is LIF."""
    attrs = common(rng, room, resets(room))
    more = {"tau": rng.choice(_TAUS), "decay_input": rng.random() < 0.6, "related": rng.random() < 0.5}
    stored = room.exact and rng.random() < 0.7  # the tie rule is for spikes
    if not room.exact and (room.stepped or "call" in attrs):
        return None
    return {**attrs, **more, "stored": stored}


def _fired(v: torch.Tensor) -> torch.Tensor:
    """An activation of membranes that gives spikes, so that any layer can follow."""
    return (v >= 0.25).float()


def _build_liaf(attrs: dict[str, Any], room: Room, weights) -> nn.Module:
    options = {**keywords(attrs, "tau", "decay_input"), "step_mode": mode(attrs, room), "store_v_seq": attrs["stored"]}
    return neuron.LIAFNode(_fired, attrs["related"], **options)


def _liaf_train(y: torch.Tensor, attrs: dict[str, Any], room: Room) -> torch.Tensor | None:
    """The IR shows the membranes behind which the activation stands; only LIF's form shows spikes."""
    return None if attrs["stored"] or mode(attrs, room) == "s" else y


def _is_lif(attrs: dict[str, Any], room: Room) -> bool:
    return not attrs["stored"] and mode(attrs, room) == "m"


def _ilif(rng: Random, room: Room) -> dict[str, Any]:
    attrs = common(rng, room, (None,))
    del attrs["v_reset"], attrs["surrogate"]
    return {**attrs, "tau": rng.choice((4.0 / 3.0, 2.0, 4.0)), "most": rng.choice((2, 4, 8))}


def _build_ilif(attrs: dict[str, Any], room: Room, weights) -> nn.Module:
    counts = surrogate.MultiLevelSpikeCount(max_spike_count=attrs["most"])
    return neuron.ILIFNode(attrs["tau"], attrs["v_threshold"], counts, step_mode=mode(attrs, room))


def _ternary(rng: Random, room: Room) -> dict[str, Any]:
    return common(rng, room, (0.0, None))


def _ternary_lif(rng: Random, room: Room) -> dict[str, Any]:
    attrs = common(rng, room, (0.0, None))
    return {**attrs, "tau": rng.choice(_TAUS), "decay_input": rng.random() < 0.6}


def _signs(attrs: dict[str, Any], room: Room) -> Flow:
    return Flow(0, 2.0)  # not binary


ENTRIES |= {
    f"{LIBRARY}.nonlinear_if.QIFNode": Entry(_quadratic, made(neuron.QIFNode, "tau", "v_c", "a0"), unit=True),
    f"{LIBRARY}.nonlinear_if.EIFNode": Entry(
        _real(_exponential), made(neuron.EIFNode, "tau", "delta_T", "theta_rh"), unit=True
    ),
    f"{LIBRARY}.adapt.IzhikevichNode": Entry(
        _izhikevich,
        made(neuron.IzhikevichNode, "tau", "v_c", "a0", "a", "b", "w_rest", "tau_w", "v_rest"),
        unit=True,
    ),
    f"{LIBRARY}.lif_variants.KLIFNode": Entry(_klif, _build_klif),
    f"{LIBRARY}.lif_variants.ComplementaryLIFNode": Entry(
        _real(_clif), made(neuron.ComplementaryLIFNode, "tau"), unit=True
    ),
    f"{LIBRARY}.lif_variants.CUBALIFNode": Entry(_cuba, made(neuron.CUBALIFNode, "c_decay", "v_decay")),
    f"{LIBRARY}.lif_variants.LIAFNode": Entry(_liaf, _build_liaf, train=_liaf_train, on_chip=_is_lif),
    f"{LIBRARY}.resonate.RAFNode": Entry(_raf, made(neuron.RAFNode, "b", "omega", "dt")),
    f"{LIBRARY}.ilif.ILIFNode": Entry(_ilif, _build_ilif, flow=lambda attrs, room: Flow(0, float(attrs["most"]))),
    f"{LIBRARY}.ternary.TernaryIFNode": Entry(_ternary, made(neuron.TernaryIFNode), flow=_signs),
    f"{LIBRARY}.ternary.TernaryLIFNode": Entry(
        _ternary_lif, made(neuron.TernaryLIFNode, "tau", "decay_input"), flow=_signs, rare=True
    ),
}
