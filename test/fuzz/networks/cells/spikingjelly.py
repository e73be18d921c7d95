# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly's integrate-and-fire neurons, leaky ones, and readouts."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

from spikingjelly.activation_based import neuron, surrogate
from torch import nn

from ..plan import DIGITS, Flow, NotExact
from .entry import ENTRIES, Entry, Room, Strict, always, vector

LIBRARY = "spikingjelly.activation_based.neuron"

SURROGATES = {"sigmoid": surrogate.Sigmoid, "atan": surrogate.ATan, "strict": Strict}


def common(rng: Random, room: Room, resets: tuple, strict: bool = True) -> dict[str, Any]:
    """Threshold, reset, surrogate, and whether a single-step module is called in a loop."""
    kinds = ["sigmoid", "sigmoid", "atan", "strict"] if strict else ["sigmoid", "atan"]
    attrs = {"v_reset": rng.choice(resets), "surrogate": rng.choice(kinds), "v_threshold": 1.0}
    if not room.stepped and room.steps > 1 and rng.random() < 0.1:
        attrs["call"] = "loop"
    return attrs


def resets(room: Room) -> tuple:
    return (0.0, 0.0, None, 0.25, -0.5) if room.exact else (0.0, 0.0, None, 0.1, -0.37)


def mode(attrs: dict[str, Any], room: Room) -> str:
    return "s" if room.stepped or attrs.get("call") == "loop" else "m"


def keywords(attrs: dict[str, Any], *names: str) -> dict[str, Any]:
    chosen = {name: attrs[name] for name in ("v_threshold", "v_reset", *names) if name in attrs}
    return {**chosen, "surrogate_function": SURROGATES[attrs["surrogate"]]()}


def made(cls: type, *names: str, **renamed: str) -> Callable[..., nn.Module]:
    """A builder that passes the attributes of these names."""

    def build(attrs, room, weights):
        given = {theirs: attrs[ours] for theirs, ours in renamed.items()}
        node = cls(**keywords(attrs, *names), **given)
        node.step_mode = mode(attrs, room)
        return node

    return build


def _if(rng: Random, room: Room) -> dict[str, Any] | None:
    return common(rng, room, resets(room)) if room.holds(0, (room.steps + 1) / 2) else None


def _simple_if(rng: Random, room: Room) -> dict[str, Any] | None:
    return common(rng, room, (0.0, None)) if room.holds(0, (room.steps + 1) / 2) else None


def leak(rng: Random, room: Room, taus: tuple, resets: tuple) -> dict[str, Any] | None:
    fitting = [
        tau
        for tau in (taus if room.exact else (1.5, 2.0, 2.3, 3.0, 4.0, 7.5))
        if not room.exact or room.holds(int(math.log2(tau)), tau)
    ]
    if not fitting:
        return None
    return {**common(rng, room, resets), "tau": rng.choice(fitting), "decay_input": rng.random() < 0.6}


def lif(rng: Random, room: Room) -> dict[str, Any] | None:
    return leak(rng, room, (2.0, 4.0), resets(room))


def _simple_lif(rng: Random, room: Room) -> dict[str, Any] | None:
    return leak(rng, room, (2.0, 4.0), (0.0,))  # it starts at 0, whatever it is reset to


def plif(rng: Random, room: Room) -> dict[str, Any] | None:
    return leak(rng, room, (2.0,), resets(room))


def grid_flow(attrs: dict[str, Any], room: Room) -> Flow:
    """A spike; raises NotExact where a membrane would round."""
    bits = int(math.log2(attrs["tau"])) if "tau" in attrs else 0
    if not room.holds(bits, attrs.get("tau", (room.steps + 1) / 2)):
        raise NotExact(f"membranes of a current {room.flow}")
    return Flow(0, 1.0)


def _half_threshold(rng: Random, room: Room) -> dict[str, Any]:
    attrs = common(rng, room, (None,))
    del attrs["v_reset"]  # soft, always
    return attrs


def _activation_aware(rng: Random, room: Room) -> dict[str, Any]:
    """`channel` is the axis, from the end, along which thresholds differ; 0 for one threshold."""
    attrs = common(rng, room, (None, None, 0.0, 0.25), strict=False)
    axes = [axis for axis in range(1, len(room.shape) + 1) if room.shape[-axis] > 1]
    return {**attrs, "channel": -rng.choice([0, *axes]), "v_offset": rng.choice((0.0, 0.125, -0.25))}


def _build_activation_aware(attrs: dict[str, Any], room: Room, weights) -> nn.Module:
    threshold, offset, axis = attrs["v_threshold"], attrs["v_offset"], attrs["channel"]
    if axis:
        size = room.shape[axis]
        threshold = vector(weights, size, 0.5, 1.5) * threshold
        offset = vector(weights, size, -0.25, 0.25)
    return neuron.ActivationAwareIFNode(
        threshold, offset, axis or -1, attrs["v_reset"], SURROGATES[attrs["surrogate"]](), step_mode=mode(attrs, room)
    )


def unread(attrs: dict[str, Any], room: Room) -> Flow:
    """A readout's numbers: no layer may read them."""
    return Flow(DIGITS, 1.0)


def _readout(rng: Random, room: Room) -> dict[str, Any] | None:
    if room.stepped or not room.holds(1, 2.0 * room.steps):
        return None
    decodes = ["last_mem", "max-mem", None]
    if not room.exact or room.steps & (room.steps - 1) == 0:
        decodes.append("mean-mem")
    return {"tau": 2.0 if room.exact else rng.choice((1.5, 2.0, 5.0)), "decode": rng.choice(decodes)}


def _integrator(rng: Random, room: Room) -> dict[str, Any] | None:
    attrs = _readout(rng, room)
    if attrs is not None:
        del attrs["tau"]
    return attrs


def _read(cell: nn.Module, x, attrs: dict[str, Any], room: Room):
    y = cell(x)
    return sum(y[1:], y[0]) if isinstance(y, list) else y


def silent(y: Any, attrs: dict[str, Any], room: Room) -> None:
    """The IR shows no train of it."""
    return None


def _one_offset(attrs: dict[str, Any], room: Room) -> bool:
    """One v_offset for all channels, and none where the threshold is subtracted."""
    return not attrs["channel"] and (attrs["v_reset"] is not None or not attrs["v_offset"])


_GRID = {"threshold": "grid", "flow": grid_flow, "on_chip": always}

ENTRIES |= {
    f"{LIBRARY}.integrate_and_fire.IFNode": Entry(_if, made(neuron.IFNode), **_GRID),
    f"{LIBRARY}.integrate_and_fire.SimpleIFNode": Entry(_simple_if, made(neuron.SimpleIFNode), **_GRID),
    f"{LIBRARY}.lif.LIFNode": Entry(lif, made(neuron.LIFNode, "tau", "decay_input"), **_GRID),
    f"{LIBRARY}.lif.SimpleLIFNode": Entry(_simple_lif, made(neuron.SimpleLIFNode, "tau", "decay_input"), **_GRID),
    f"{LIBRARY}.plif.ParametricLIFNode": Entry(
        plif, made(neuron.ParametricLIFNode, "decay_input", init_tau="tau"), **_GRID
    ),
    f"{LIBRARY}.integrate_and_fire.HalfThresholdIFNode": Entry(_half_threshold, made(neuron.HalfThresholdIFNode)),
    f"{LIBRARY}.integrate_and_fire.ActivationAwareIFNode": Entry(
        _activation_aware, _build_activation_aware, on_chip=_one_offset
    ),
    f"{LIBRARY}.lif.NonSpikingLIFNode": Entry(
        _readout,
        lambda attrs, room, weights: neuron.NonSpikingLIFNode(tau=attrs["tau"], decode=attrs["decode"]),
        run=_read, train=silent, flow=unread, fires=False,
    ),
    f"{LIBRARY}.integrate_and_fire.NonSpikingIFNode": Entry(
        _integrator,
        lambda attrs, room, weights: neuron.NonSpikingIFNode(decode=attrs["decode"]),
        run=_read, train=silent, flow=unread, fires=False,
    ),
}  # fmt: skip
