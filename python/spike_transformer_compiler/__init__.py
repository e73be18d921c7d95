# SPDX-License-Identifier: Apache-2.0
"""A compiler for spiking transformers: PyTorch in, spike-exact compiled code out, MLIR in between."""

from __future__ import annotations

__version__ = "0.1.0"

from . import exceptions, optimization
from .compiled import CompiledModel
from .compiler import SpikeCompiler
from .ir import IRBuilder, SpikeIR
from .optimization import OptimizationPass, Optimizer, ResourceAllocator

__all__ = [
    "CompiledModel",
    "IRBuilder",
    "OptimizationPass",
    "Optimizer",
    "ResourceAllocator",
    "SpikeCompiler",
    "SpikeIR",
    "__version__",
    "exceptions",
    "optimization",
]
