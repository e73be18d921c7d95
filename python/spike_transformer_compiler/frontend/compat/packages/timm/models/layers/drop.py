# SPDX-License-Identifier: Apache-2.0
"""Stochastic depth, under the name of timm 0.5."""

from timm.layers import DropPath, drop_path

__all__ = ["DropPath", "drop_path"]
