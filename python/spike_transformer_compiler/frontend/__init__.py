# SPDX-License-Identifier: Apache-2.0
"""The way in: PyTorch modules to spike IR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from .compat import official_repositories
from .neurons import Neuron
from .neurons import register as register_neuron
from .parser import ImportedModel, ModelParser, import_model

if TYPE_CHECKING:
    from .._program import Program

__all__ = [
    "ImportedModel",
    "ModelParser",
    "Neuron",
    "import_model",
    "import_program",
    "official_repositories",
    "register_neuron",
]


def import_program(
    model: torch.nn.Module, input_shape: Sequence[int] | Mapping[str, Sequence[int]], time_steps: int | None = None
) -> Program:
    """Imports a model for the compiler: its IR, and what is needed to compile it for other shapes."""
    from .._program import InputSpec, Program

    imported = import_model(model, input_shape, time_steps=time_steps)
    inputs = []
    for spec in imported.module.signature()["inputs"]:
        axis = 1 if spec["time_axis"] else 0
        inputs.append(
            InputSpec(spec["name"], spec["shape"], spec["dtype"], axis if axis < len(spec["shape"]) else None)
        )
    return Program(imported.module, tuple(inputs), imported.time_steps, imported.stepped)
