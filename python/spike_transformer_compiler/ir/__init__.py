# SPDX-License-Identifier: Apache-2.0
"""The compiler's own form of a model: read it, check it, count it, draw it, build it by hand, transform it."""

from __future__ import annotations

from . import passes
from .builder import IRBuilder, Value
from .spike_ir import LayerStatistics, ModelStatistics, SpikeIR

__all__ = ["IRBuilder", "LayerStatistics", "ModelStatistics", "SpikeIR", "Value", "passes"]
