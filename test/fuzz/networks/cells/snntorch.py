# SPDX-License-Identifier: Apache-2.0
"""snnTorch's neurons: a step for each call, the state kept by the module ("hidden") or passed by the caller ("states")."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import snntorch
import torch
from snntorch import SpikingNeuron
from torch import nn

from ..plan import Flow
from ..weights import Weights
from .entry import ENTRIES, Entry, Room, never, vector
from .spikingjelly import unread

_LIBRARY = "snntorch._neurons"
_STATES = ("spk", "syn", "syn_exc", "syn_inh", "mem")
_RATES = (0.5, 0.75, 0.9, 0.3)


def _common(rng: Random, room: Room) -> dict[str, Any]:
    """`vector`: parameters that differ along the last axis; `learned`: they are parameters of the module."""
    return {
        "v_threshold": 1.0,
        "call": "hidden" if room.stepped or rng.random() < 0.4 else "states",
        "reset": rng.choice(("subtract", "zero", "none")),
        "beta": rng.choice(_RATES),
        "vector": room.shape[-1] > 1 and rng.random() < 0.25,
        "learned": rng.random() < 0.2,
    }


def _leaky(rng: Random, room: Room) -> dict[str, Any]:
    graded = rng.choice((1.0, 1.0, 1.0, 0.5 if room.exact else 0.37))
    return {**_common(rng, room), "delay": rng.random() < 0.6, "graded": graded}


def _lapicque(rng: Random, room: Room) -> dict[str, Any] | None:
    """By `beta` or by a resistance and a capacity, which scale the current: by powers of two in an exact plan."""
    attrs = _common(rng, room)
    del attrs["vector"]
    attrs["learned"] = False  # by a circuit there is nothing to learn
    if room.exact:
        circuit = (2.0, rng.choice((1.0, 0.5)), rng.choice((0.5, 1.0)))
    else:
        circuit = rng.choice(((5.1, 0.2, 0.3), (2.0, 1.5, 1.0)))
    return {**attrs, "circuit": circuit}


def _synaptic(rng: Random, room: Room) -> dict[str, Any]:
    return {**_common(rng, room), "delay": rng.random() < 0.6, "alpha": rng.choice(_RATES)}


def _alpha(rng: Random, room: Room) -> dict[str, Any]:
    attrs = {**_common(rng, room), "vector": False}
    beta = rng.choice((0.5, 0.8))
    return {**attrs, "beta": beta, "alpha": rng.choice((0.9, 0.85))}


def _recurrent(rng: Random, room: Room) -> dict[str, Any]:
    """`link`: one weight for each neuron ("V"), a linear layer along the last axis, or a convolution."""
    layers = ["linear"] + (["conv"] if len(room.shape) == 3 else [])
    links = ["V", "V"] + ([] if room.stepped else layers)  # a synapse to itself is not lifted over time
    attrs = {**_common(rng, room), "link": rng.choice(links), "V": rng.choice((-0.25, 0.5, 1.0))}
    return {**attrs, "delay": rng.random() < 0.6}


def _recurrent_synaptic(rng: Random, room: Room) -> dict[str, Any]:
    # With reset_delay=False the library's own first step fails.
    return {**_recurrent(rng, room), "alpha": rng.choice(_RATES), "delay": True}


def _keywords(attrs: dict[str, Any], room: Room, weights: Weights) -> dict[str, Any]:
    several = attrs.get("vector", False)
    size = room.shape[-1]

    def rate(value: float):
        return vector(weights, size, 0.25, 1.0) * value if several else value

    given: dict[str, Any] = {
        "beta": rate(attrs["beta"]),
        "threshold": vector(weights, size, 0.5, 1.5) * attrs["v_threshold"] if several else attrs["v_threshold"],
        "reset_mechanism": attrs["reset"],
        "init_hidden": attrs["call"] == "hidden",
        "output": attrs["call"] == "hidden" and attrs["learned"],
        "learn_beta": attrs["learned"],
        "learn_threshold": attrs["learned"],
    }
    if "alpha" in attrs:
        given["alpha"] = rate(attrs["alpha"])
    if "delay" in attrs:
        given["reset_delay"] = attrs["delay"]
    if attrs.get("graded", 1.0) != 1.0:
        given["graded_spikes_factor"] = attrs["graded"]
    if "circuit" in attrs:
        del given["beta"]
        given |= dict(zip(("R", "C", "time_step"), attrs["circuit"], strict=True))
    return given


def _links(attrs: dict[str, Any], room: Room, weights: Weights) -> dict[str, Any]:
    if attrs["link"] == "V":
        several = vector(weights, room.shape[-1], -0.5, 1.0)
        return {"V": several * attrs["V"] if attrs["vector"] else attrs["V"], "all_to_all": False}
    if attrs["link"] == "linear":
        return {"linear_features": room.shape[-1]}
    return {"conv2d_channels": room.shape[0], "kernel_size": 3}


def _made(cls: type) -> Callable[..., nn.Module]:
    def build(attrs: dict[str, Any], room: Room, weights: Weights) -> nn.Module:
        links = _links(attrs, room, weights) if "link" in attrs else {}
        cell = cls(**_keywords(attrs, room, weights), **links)
        SpikingNeuron.instances.clear()  # a list of all neurons ever made
        if attrs.get("link", "V") != "V":
            cell.recurrent.weight.data = weights.synapse(tuple(cell.recurrent.weight.shape)) / 2
            cell.recurrent.bias.data = weights.bias(cell.recurrent.bias.shape[0]) / 4
        return cell

    return build


def _first(cell: nn.Module, name: str) -> tuple[torch.Tensor, ...]:
    start = getattr(cell, f"init_{name.split('.')[2]}")()
    return start if isinstance(start, tuple) else (start,)


def _outputs(cell: nn.Module, x: torch.Tensor, attrs: dict[str, Any], room: Room) -> list[tuple]:
    """What the calls return, one after the other."""
    if room.stepped or attrs["call"] == "hidden":
        outputs = [cell(x)] if room.stepped else [cell(current) for current in x]
        return [y if isinstance(y, tuple) else (y,) for y in outputs]
    states, found = _first(cell, attrs["class"]), []
    for current in x:
        found.append(cell(current, *states))
        states = found[-1][-len(states) :]  # recurrent neurons take their spikes back as well
    return found


def _spikes(cell: nn.Module, x: torch.Tensor, attrs: dict[str, Any], room: Room) -> torch.Tensor:
    spikes = [y[0] for y in _outputs(cell, x, attrs, room)]
    return spikes[0] if room.stepped else torch.stack(spikes)


def _membranes(cell: nn.Module, x: torch.Tensor, attrs: dict[str, Any], room: Room) -> torch.Tensor:
    return torch.stack([y[-1] for y in _outputs(cell, x, attrs, room)])


def _train(y: Any, attrs: dict[str, Any], room: Room) -> torch.Tensor:
    spikes = y[0] if isinstance(y, tuple) else y
    return spikes / attrs.get("graded", 1.0)


def _rest(cell: nn.Module) -> None:
    for name in _STATES:
        if name in cell._buffers:
            cell._buffers[name] = torch.zeros(0)


def _flow(attrs: dict[str, Any], room: Room) -> Flow:
    return Flow(1 if attrs.get("graded", 1.0) != 1.0 else 0, 1.0)


def _read(draw: Callable) -> Callable:
    """As a readout: membranes are what the caller passes from step to step."""
    return lambda rng, room: None if room.stepped or room.steps == 1 else {**draw(rng, room), "call": "states"}


_DRAWS: dict[type, Callable] = {
    snntorch.Leaky: _leaky,
    snntorch.Lapicque: _lapicque,
    snntorch.Synaptic: _synaptic,
    snntorch.Alpha: _alpha,
    snntorch.RLeaky: _recurrent,
    snntorch.RSynaptic: _recurrent_synaptic,
}


def _firing(draw: Callable) -> Callable:
    """Where a loop has steps: a call in one step says nothing of time."""
    return lambda rng, room: draw(rng, room) if room.stepped or room.steps > 1 else None


def _plain(attrs: dict[str, Any], room: Room) -> bool:
    """A hard reset at once, and one leak."""
    return attrs["reset"] == "zero" and not attrs["vector"] and not attrs["delay"]


for _cls, _draw in _DRAWS.items():
    _name = f"{_LIBRARY}.{_cls.__name__.lower()}.{_cls.__name__}"
    ENTRIES[_name] = Entry(
        _firing(_draw), _made(_cls), _spikes, _train, _flow, _rest, rare=_cls is snntorch.RLeaky,
        on_chip=_plain if _cls is snntorch.Leaky else never,
    )  # fmt: skip
    ENTRIES[f"{_name} read"] = Entry(_read(_draw), _made(_cls), _membranes, _train, unread, _rest, fires=False)
