# SPDX-License-Identifier: Apache-2.0
"""Operations that are written out in others before the conversion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ._einsum import einsum

__all__ = ["WRITTEN_OUT"]


def _conv3d(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None, stride=1, padding=0, dilation=1, groups=1
) -> torch.Tensor:
    """One tap and unit strides, as attention over pooled axes has it, is a linear layer on the channels [N, C, D, H, W]."""
    ones = all(int(step) == 1 for step in (stride if isinstance(stride, (tuple, list)) else [stride]))
    none = all(int(pad) == 0 for pad in (padding if isinstance(padding, (tuple, list)) else [padding]))
    if weight.shape[2:] != (1, 1, 1) or not ones or not none or groups != 1:
        return NotImplemented
    return torch.nn.functional.linear(x.movedim(1, -1), weight.flatten(1), bias).movedim(-1, 1)


def _adaptive_avg_pool2d(x: torch.Tensor, output_size: list[int]) -> torch.Tensor:
    """To a larger image: if every pixel fills whole pixels of the result, its means are of one number each."""
    height, width = x.shape[-2:]
    rows, columns = output_size[0] // height, output_size[1] // width
    if [rows * height, columns * width] != list(output_size) or rows * columns <= 1:
        return NotImplemented
    wide = torch.stack([x] * columns, -1).flatten(-2)
    return torch.stack([wide] * rows, -2).flatten(-3, -2)


def _adaptive_max_pool1d(x: torch.Tensor, output_size: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """To one element: the largest of the last axis, and where it is."""
    if list(output_size) != [1]:
        return NotImplemented
    return _max(x, -1, True)


def _max(x: torch.Tensor, dim: int, keepdim: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    """The largest, and where it is: a model that reads the second is refused, as for argmax itself."""
    return x.amax(dim, keepdim), x.argmax(dim, keepdim)


def _min(x: torch.Tensor, dim: int, keepdim: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    return -(-x).amax(dim, keepdim), x.argmin(dim, keepdim)


#: By operation, what takes its place; a function that returns NotImplemented leaves the operation alone.
WRITTEN_OUT: dict[Any, Callable] = {
    torch.ops.aten.einsum.default: einsum,
    torch.ops.aten.type_as.default: lambda x, other: x.to(other.dtype),
    torch.ops.aten.relu6.default: lambda x: x.clamp(0, 6),
    torch.ops.aten.leaky_relu.default: lambda x, slope=0.01: torch.where(x > 0, x, x * slope),
    torch.ops.aten.conv3d.default: _conv3d,
    torch.ops.aten.max.dim: _max,
    torch.ops.aten.min.dim: _min,
    torch.ops.aten.adaptive_avg_pool2d.default: _adaptive_avg_pool2d,
    torch.ops.aten.adaptive_max_pool1d.default: _adaptive_max_pool1d,
}
