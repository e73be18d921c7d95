# SPDX-License-Identifier: Apache-2.0
"""Tuples, under the name of timm 0.5."""

from timm.layers import to_1tuple, to_2tuple, to_3tuple, to_4tuple, to_ntuple

__all__ = ["to_1tuple", "to_2tuple", "to_3tuple", "to_4tuple", "to_ntuple"]
