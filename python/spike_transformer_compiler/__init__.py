# SPDX-License-Identifier: Apache-2.0
"""A compiler for spiking transformers: PyTorch in, spike-exact compiled code out, MLIR in between."""

from __future__ import annotations

from . import exceptions

__version__ = "0.1.0"
__all__ = ["__version__", "exceptions"]
