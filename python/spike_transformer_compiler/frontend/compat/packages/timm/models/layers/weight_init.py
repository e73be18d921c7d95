# SPDX-License-Identifier: Apache-2.0
"""Initialisation, under the name of timm 0.5."""

from timm.layers import trunc_normal_

__all__ = ["trunc_normal_"]
