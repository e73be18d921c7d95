# SPDX-License-Identifier: Apache-2.0
"""Which neuron classes are known: a registry, and one file of entries per library."""

from . import clock_driven, norse, own, snntorch, spikingjelly, spikingjelly_time  # noqa: F401  (they register their classes)
from .registry import Neuron, describe, is_stateful, keeps_state, register, register_state, reset_state, to_text
from .snntorch import own_instances
from .stub import NeuronRun, NeuronStub

__all__ = [
    "Neuron",
    "NeuronRun",
    "NeuronStub",
    "describe",
    "is_stateful",
    "keeps_state",
    "own_instances",
    "register",
    "register_state",
    "reset_state",
    "to_text",
]
