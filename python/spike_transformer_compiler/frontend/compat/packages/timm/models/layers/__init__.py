# SPDX-License-Identifier: Apache-2.0
"""The old place of `timm.layers`."""

from timm.layers import (
    DropPath,
    drop_path,
    to_1tuple,
    to_2tuple,
    to_3tuple,
    to_4tuple,
    to_ntuple,
    trunc_normal_,
)

__all__ = ["DropPath", "drop_path", "to_1tuple", "to_2tuple", "to_3tuple", "to_4tuple", "to_ntuple", "trunc_normal_"]
