# SPDX-License-Identifier: Apache-2.0
"""NIR, the Neuromorphic Intermediate Representation: graphs and files to spike IR."""

from __future__ import annotations

from .libraries import SCHEMES
from .reader import is_nir, read_for, read_nir
from .schemes import Scheme

__all__ = ["SCHEMES", "Scheme", "is_nir", "read_for", "read_nir"]
