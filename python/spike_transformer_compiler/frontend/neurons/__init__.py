# SPDX-License-Identifier: Apache-2.0
"""Which neuron classes are known: a registry, and one file of entries per library."""

from . import clock_driven, own, spikingjelly  # noqa: F401  (they register their classes)
from .registry import Neuron, describe, is_stateful, register, register_state, to_text

__all__ = ["Neuron", "describe", "is_stateful", "register", "register_state", "to_text"]
