# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly's neurons that see all steps at once, and the one with learned gates."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import torch
from spikingjelly.activation_based import neuron
from torch import nn

from ..plan import Flow, checked
from ..weights import Weights
from .entry import ENTRIES, Entry, Room
from .spikingjelly import LIBRARY, SURROGATES


def _parallel(rng: Random, room: Room) -> dict[str, Any] | None:
    if room.stepped:
        return None
    attrs = {"v_threshold": 1.0, "surrogate": rng.choice(("sigmoid", "strict")), "window": rng.randint(1, 4)}
    try:
        _mixed(attrs, room)
    except ValueError:
        return None
    return attrs


def _mixed(attrs: dict[str, Any], room: Room) -> Flow:
    """A spike; raises NotExact if the sum over time would round."""
    if room.exact:
        checked(room.flow.fraction + 3, room.flow.bound * room.steps + attrs["v_threshold"])
    return Flow(0, 1.0)


def _weights(weights: Weights, shape: tuple[int, ...]) -> torch.Tensor:
    return weights.grid(shape, -0.5, 1, 2) if weights.exact else weights.real(shape, 0.6, 0.2)


def _psn(attrs: dict[str, Any], room: Room, weights: Weights) -> nn.Module:
    node = neuron.PSN(room.steps, SURROGATES[attrs["surrogate"]]())
    return _filled(node, attrs, weights)


def _masked(attrs: dict[str, Any], room: Room, weights: Weights) -> nn.Module:
    part = 0.5 if weights.exact else 0.4
    node = neuron.MaskedPSN(attrs["window"], room.steps, part, SURROGATES[attrs["surrogate"]](), step_mode="m")
    return _filled(node, attrs, weights)


def _sliding(attrs: dict[str, Any], room: Room, weights: Weights) -> nn.Module:
    node = neuron.SlidingPSN(attrs["window"], surrogate_function=SURROGATES[attrs["surrogate"]](), step_mode="m")
    return _filled(node, attrs, weights)


def _filled(node: nn.Module, attrs: dict[str, Any], weights: Weights) -> nn.Module:
    node.weight.data = _weights(weights, tuple(node.weight.shape))
    node.bias.data.fill_(-attrs["v_threshold"])
    return node


def _gated(rng: Random, room: Room) -> dict[str, Any] | None:
    # Its conductances scale the current, which rounds once they are folded into the synapse before it.
    if room.stepped or room.exact or len(room.shape) != 3:
        return None
    return {"v_threshold": 0.5, "surrogate": rng.choice(("sigmoid", "strict")), "channels": rng.random() < 0.5}


def _build_gated(attrs: dict[str, Any], room: Room, weights: Weights) -> nn.Module:
    channels = room.shape[0] if attrs["channels"] else None
    node = neuron.GatedLIFNode(T=room.steps, inplane=channels, surrogate_function=SURROGATES[attrs["surrogate"]]())
    for name in ("alpha", "beta", "gamma", "tau", "linear_decay", "v_subreset", "conduct"):
        parameter = getattr(node, name)
        parameter.data = weights.real(tuple(parameter.shape), 0.5)
    part = min(max(attrs["v_threshold"], 0.01), 0.99)
    node.v_threshold.data.fill_(math.log(part / (1 - part)))  # it is a sigmoid's argument
    return node


ENTRIES |= {
    f"{LIBRARY}.psn.PSN": Entry(_parallel, _psn, flow=_mixed, threshold="grid"),
    f"{LIBRARY}.psn.MaskedPSN": Entry(_parallel, _masked, flow=_mixed, threshold="grid"),
    f"{LIBRARY}.psn.SlidingPSN": Entry(_parallel, _sliding, flow=_mixed, threshold="grid"),
    f"{LIBRARY}.lif_variants.GatedLIFNode": Entry(_gated, _build_gated, unit=True, rare=True),
}
