# SPDX-License-Identifier: Apache-2.0
"""Teacher forcing: a module of ours whose layers are fed the reference's spikes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from .reference import Reference

__all__ = ["exact_layers", "forced_spikes"]

#: A neuron module that is called several times has one layer per call: "lif", "lif#1", "lif#2".
_CALL = re.compile(r"(?P<path>.*)#(?P<number>\d+)$")


def _layer_and_call(path: str, reference: Reference) -> tuple[str, int]:
    match = _CALL.match(path)
    if path in reference.layers or not match or match["path"] not in reference.layers:
        return path, 0
    return match["path"], int(match["number"])


def forced_spikes(
    module: Any, execute: Callable[[list[np.ndarray]], list[np.ndarray]], reference: Reference, inputs: Any
) -> tuple[Any, dict[str, np.ndarray]]:
    """The model's output and each layer's own spikes, from a module that `spike-teacher-force` has been applied to.

    `execute` runs the module: its interpreter, or code compiled from it. Arguments that carry a layer's path are fed the
    reference's spikes; the others are fed `inputs` in order. Several outputs come as a tuple.
    """
    teachers, signature = reference.spikes(), module.signature()
    own = iter(inputs if isinstance(inputs, (tuple, list)) else (inputs,))
    arguments = []
    for value in signature["inputs"]:
        given = _teacher(value["path"], signature, teachers, reference) if value["path"] else np.asarray(next(own))
        arguments.append(np.ascontiguousarray(given, dtype=value["dtype"]).reshape(value["shape"]))
    outputs: list[np.ndarray] = []
    spikes: dict[str, list[tuple[int, np.ndarray]]] = {}
    for value, result in zip(signature["outputs"], execute(arguments), strict=True):
        if not value["path"]:
            outputs.append(np.asarray(result))
            continue
        path, call = _layer_and_call(value["path"], reference)
        spikes.setdefault(path, []).append((call, np.asarray(result)))
    joined = {
        path: parts[0][1]
        if len(parts) == 1
        else np.concatenate([part for _, part in sorted(parts, key=lambda p: p[0])])
        for path, parts in spikes.items()
    }
    return outputs[0] if len(outputs) == 1 else tuple(outputs), joined


def _teacher(path: str, signature: Any, teachers: dict[str, np.ndarray], reference: Reference) -> np.ndarray:
    layer, call = _layer_and_call(path, reference)
    own = [v for v in signature["inputs"] if v["path"] and _layer_and_call(v["path"], reference)[0] == layer]
    if len(own) == 1:
        return teachers[layer]
    calls = reference.layers[layer].spikes
    if len(calls) == len(own):
        return calls[call].numpy()
    return np.split(teachers[layer], len(own))[call]  # a call of the source that runs as a chain of steps


def exact_layers(ir: Any) -> dict[str, bool]:
    """Which neuron layers of an imported model range analysis proves exact: path -> whether ties are ruled out."""
    return ir.module.exact_neurons()
