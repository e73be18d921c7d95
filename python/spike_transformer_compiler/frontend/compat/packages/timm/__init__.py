# SPDX-License-Identifier: Apache-2.0
"""timm, where it is not installed: the names that published spiking models use."""

from .models.registry import create_model

__all__ = ["create_model"]
