# SPDX-License-Identifier: Apache-2.0
"""The way in: PyTorch modules and NIR graphs to spike IR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from .compat import official_repositories
from .neurons import Neuron
from .neurons import register as register_neuron
from .nir import read_nir
from .parser import ImportedModel, ModelParser, import_model

if TYPE_CHECKING:
    from .. import _core
    from .._program import InputSpec, Program
    from ..ir import SpikeIR

__all__ = [
    "ImportedModel",
    "ModelParser",
    "Neuron",
    "import_model",
    "import_program",
    "official_repositories",
    "program_of",
    "read_nir",
    "register_neuron",
]


def import_program(
    model: torch.nn.Module, input_shape: Sequence[int] | Mapping[str, Sequence[int]], time_steps: int | None = None
) -> Program:
    """Imports a model for the compiler: its IR, and what is needed to compile it for other shapes."""
    from .._program import Program

    imported = import_model(model, input_shape, time_steps=time_steps)
    return Program(imported.module, _inputs(imported.module), imported.time_steps, imported.stepped)


def program_of(ir: SpikeIR) -> Program:
    """Spike IR as it is, for the compiler. Its time steps are those of its inputs' time axes, or of its neurons."""
    from .._errors import reported
    from .._program import Program

    module = ir.module.clone()
    with reported("import", module, "verify-spike-contract", error_code="malformed-ir"):
        module.run_pipeline("verify-spike-contract")
    return Program(module, _inputs(module), _time_steps(module))


def _inputs(module: _core.Module) -> tuple[InputSpec, ...]:
    from .._program import InputSpec

    inputs = []
    for spec in module.signature()["inputs"]:
        axis = 1 if spec["time_axis"] else 0
        inputs.append(
            InputSpec(spec["name"], spec["shape"], spec["dtype"], axis if axis < len(spec["shape"]) else None)
        )
    return tuple(inputs)


def _time_steps(module: _core.Module) -> int:
    for spec in module.signature()["inputs"]:
        if spec["time_axis"]:
            return spec["shape"][0]
    exposed = module.clone()
    exposed.run_pipeline("spike-expose-neurons")
    return next((spec["shape"][0] for spec in exposed.signature()["outputs"] if spec["path"]), 1)
