# SPDX-License-Identifier: Apache-2.0
"""Backends: where models run. `Loihi3Backend` maps to boards of chips and runs them on the chip simulator."""

from __future__ import annotations

from .base import Backend, backends, get_backend, register
from .board import ATTENTION, OBJECTIVES, MappingOptions
from .chip_model import ChipComparison, ChipModel, compile_for_chip
from .image import ChipImage, ChipRun
from .loihi import Deployment, DeploymentConfig, Loihi3Backend
from .multichip import ChipPartition, MultiChipManager

__all__ = [
    "ATTENTION",
    "Backend",
    "ChipComparison",
    "ChipImage",
    "ChipModel",
    "ChipPartition",
    "ChipRun",
    "Deployment",
    "DeploymentConfig",
    "Loihi3Backend",
    "MappingOptions",
    "MultiChipManager",
    "OBJECTIVES",
    "backends",
    "compile_for_chip",
    "get_backend",
    "register",
]

register(Loihi3Backend.name, Loihi3Backend)
