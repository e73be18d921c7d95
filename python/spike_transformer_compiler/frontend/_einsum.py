# SPDX-License-Identifier: Apache-2.0
"""einsum of one or two operands as permutations, sums and one product of matrices."""

from __future__ import annotations

import torch

from ..exceptions import ValidationError

__all__ = ["einsum"]


def _reduced(x: torch.Tensor, axes: str, kept: set[str]) -> tuple[torch.Tensor, str]:
    """Sums over the axes that appear nowhere else."""
    gone = [i for i, axis in enumerate(axes) if axis not in kept]
    return (x.sum(gone) if gone else x), "".join(axis for axis in axes if axis in kept)


def einsum(equation: str, operands: list[torch.Tensor], path: list[int] | None = None) -> torch.Tensor:
    """As torch.einsum with explicit axes and without diagonals; what else it takes is refused."""
    inputs, arrow, output = equation.replace(" ", "").partition("->")
    axes = inputs.split(",")
    plain = arrow and "." not in equation and len(axes) == len(operands) <= 2
    if not plain or any(len(set(part)) < len(part) for part in (*axes, output)):
        raise ValidationError(
            f"einsum('{equation}') is not supported: expected one or two operands, explicit axes and no axis twice",
            error_code="unsupported-op",
            suggestions=["write it with matmul"],
        )
    if len(axes) == 1:
        x, left = _reduced(operands[0], axes[0], set(output))
        return x.permute([left.index(axis) for axis in output])
    a, left = _reduced(operands[0], axes[0], set(output) | set(axes[1]))
    b, right = _reduced(operands[1], axes[1], set(output) | set(axes[0]))
    batch = [axis for axis in left if axis in right and axis in output]
    inner = [axis for axis in left if axis in right and axis not in output]
    rows, columns = [x for x in left if x not in right], [x for x in right if x not in left]
    size = {**dict(zip(left, a.shape, strict=True)), **dict(zip(right, b.shape, strict=True))}
    lead = [size[axis] for axis in batch]
    length = 1
    for axis in inner:
        length *= size[axis]
    a = a.permute([left.index(axis) for axis in (*batch, *rows, *inner)]).reshape(*lead, -1, length)
    b = b.permute([right.index(axis) for axis in (*batch, *inner, *columns)]).reshape(*lead, length, -1)
    product = torch.matmul(a, b).reshape(*lead, *(size[axis] for axis in (*rows, *columns)))
    order = [*batch, *rows, *columns]
    return product.permute([order.index(axis) for axis in output])
