# SPDX-License-Identifier: Apache-2.0
"""Neuron classes by library; importing this fills ENTRIES, whose keys are the full class names of the importer's registry.

A class that is used in two ways has a second entry, its name followed by a word.
"""

from . import clock_driven, norse, own, parallel, snntorch, spikingjelly, spikingjelly_variants  # noqa: F401
from .entry import ENTRIES, Entry, Room

__all__ = ["ENTRIES", "Entry", "Room"]
