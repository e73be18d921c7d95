# SPDX-License-Identifier: Apache-2.0
"""Norse's cells, which a loop passes their state, and its layers, which run over time; models of single steps have none."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import norse.torch as norse
import torch
from norse.torch.functional import lif_box, reset
from norse.torch.functional.leaky_integrator import LIParameters
from norse.torch.functional.leaky_integrator_box import LIBoxParameters
from torch import nn

from ..plan import Flow, checked
from ..weights import Weights
from .entry import ENTRIES, Entry, Room, vector
from .spikingjelly import silent, unread

_LIBRARY = "norse.torch.module"


def _rates(rng: Random, room: Room) -> dict[str, Any] | None:
    """Rates per second; with steps of 1/1024 s some are powers of two."""
    if room.stepped or room.steps == 1:  # a call in one step says nothing of time
        return None
    return {
        "v_threshold": 1.0,
        "dt": rng.choice((0.0009765625, 0.001)),
        "membrane": rng.choice((512.0, 256.0, 300.0)),
        "synapse": rng.choice((512.0, 256.0, 200.0)),
        "v_leak": rng.choice((0.0, 0.0, 0.25)),
        "v_reset": rng.choice((0.0, 0.0, -0.25)),
    }


def _cell(rng: Random, room: Room) -> dict[str, Any] | None:
    attrs = _rates(rng, room)
    return attrs and {**attrs, "vector": room.shape[-1] > 1 and rng.random() < 0.25}


def _layer(rng: Random, room: Room) -> dict[str, Any] | None:
    attrs = _rates(rng, room)
    return attrs and {**attrs, "record": rng.random() < 0.3}


def _box(rng: Random, room: Room) -> dict[str, Any] | None:
    attrs = _rates(rng, room)
    return attrs and {**attrs, "reset": rng.choice(("reset_value", "reset_subtract"))}


def _recurrent(rng: Random, room: Room) -> dict[str, Any] | None:
    attrs = _rates(rng, room)
    if attrs is None:
        return None
    try:
        _recurrent_flow(attrs, room)
    except ValueError:
        return None
    return attrs


def _recurrent_flow(attrs: dict[str, Any], room: Room) -> Flow:
    """A spike; raises NotExact if the sum of the inputs would round."""
    if room.exact:
        checked(room.flow.fraction + 2, room.flow.bound * room.shape[-1])
    return Flow(0, 1.0)


def _number(value: float) -> torch.Tensor:
    return torch.tensor(value)


def _parameters(attrs: dict[str, Any], room: Room, weights: Weights) -> norse.LIFParameters:
    rate, threshold = _number(attrs["membrane"]), _number(attrs["v_threshold"])
    if attrs.get("vector"):
        rate = vector(weights, room.shape[-1], 0.5, 1.0) * rate
        threshold = vector(weights, room.shape[-1], 0.5, 1.5) * threshold
    return norse.LIFParameters(
        tau_syn_inv=_number(attrs["synapse"]), tau_mem_inv=rate, v_leak=_number(attrs["v_leak"]),
        v_th=threshold, v_reset=_number(attrs["v_reset"]),
    )  # fmt: skip


def _build_box(attrs: dict[str, Any], room: Room, weights: Weights) -> nn.Module:
    parameters = lif_box.LIFBoxParameters(
        tau_mem_inv=_number(attrs["membrane"]), v_leak=_number(attrs["v_leak"]), v_th=_number(attrs["v_threshold"]),
        v_reset=_number(attrs["v_reset"]), reset_method=getattr(reset, attrs["reset"]),
    )  # fmt: skip
    return norse.LIFBoxCell(parameters, dt=attrs["dt"])


def _build_recurrent(cls: type) -> Callable[..., nn.Module]:
    def build(attrs: dict[str, Any], room: Room, weights: Weights) -> nn.Module:
        size = room.shape[-1]
        return cls(
            size, size, _parameters(attrs, room, weights), dt=attrs["dt"],
            input_weights=nn.Parameter(weights.synapse((size, size))),
            recurrent_weights=nn.Parameter(weights.synapse((size, size))),
        )  # fmt: skip

    return build


def _integrator(attrs: dict[str, Any]) -> LIParameters:
    return LIParameters(_number(attrs["synapse"]), _number(attrs["membrane"]), _number(attrs["v_leak"]))


def _box_integrator(attrs: dict[str, Any], room: Room, weights: Weights) -> nn.Module:
    return norse.LIBoxCell(LIBoxParameters(_number(attrs["membrane"]), _number(attrs["v_leak"])), dt=attrs["dt"])


def _steps(cell: nn.Module, x: torch.Tensor, attrs: dict[str, Any], room: Room) -> torch.Tensor:
    state, outputs = None, []
    for current in x:
        output, state = cell(current, state)
        outputs.append(output)
    return torch.stack(outputs)


def _whole(layer: nn.Module, x: torch.Tensor, attrs: dict[str, Any], room: Room) -> torch.Tensor:
    return layer(x)[0]


def _train(y: tuple, attrs: dict[str, Any], room: Room) -> torch.Tensor:
    return y[0]


_READ = {"train": silent, "flow": unread, "fires": False}

ENTRIES |= {
    f"{_LIBRARY}.lif.LIFCell": Entry(
        _cell, lambda a, r, w: norse.LIFCell(_parameters(a, r, w), dt=a["dt"]), _steps, _train
    ),
    f"{_LIBRARY}.lif.LIF": Entry(
        _layer,
        lambda a, r, w: norse.LIF(_parameters(a, r, w), dt=a["dt"], record_states=a["record"]),
        _whole,
        _train,
    ),
    f"{_LIBRARY}.lif_box.LIFBoxCell": Entry(_box, _build_box, _steps, _train),
    f"{_LIBRARY}.lif.LIFRecurrentCell": Entry(
        _recurrent, _build_recurrent(norse.LIFRecurrentCell), _steps, _train, _recurrent_flow
    ),
    f"{_LIBRARY}.lif.LIFRecurrent": Entry(
        _recurrent, _build_recurrent(norse.LIFRecurrent), _whole, _train, _recurrent_flow
    ),
    f"{_LIBRARY}.leaky_integrator.LICell": Entry(
        _rates, lambda a, r, w: norse.LICell(_integrator(a), dt=a["dt"]), _steps, **_READ
    ),
    f"{_LIBRARY}.leaky_integrator.LI": Entry(
        _rates, lambda a, r, w: norse.LI(_integrator(a), dt=a["dt"]), _whole, **_READ
    ),
    f"{_LIBRARY}.leaky_integrator_box.LIBoxCell": Entry(_rates, _box_integrator, _steps, **_READ),
}
