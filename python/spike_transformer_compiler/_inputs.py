# SPDX-License-Identifier: Apache-2.0
"""What users hand to a compiled model: arrays in order, of the right type and shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ._program import InputSpec
from .exceptions import ValidationError

__all__ = ["accept", "check_shapes", "in_kind"]


def accept(data: Any, specs: Sequence[InputSpec]) -> tuple[list[np.ndarray], bool]:
    """The inputs in order, as contiguous float32 arrays, and whether they came as torch tensors."""
    if isinstance(data, Mapping):
        names = [spec.name for spec in specs]
        if sorted(data) != sorted(names):
            raise ValidationError(f"expected inputs named {', '.join(names)}, got {', '.join(map(str, data))}")
        values = [data[name] for name in names]
    else:
        values = list(data) if isinstance(data, (list, tuple)) else [data]
    if len(values) != len(specs):
        raise ValidationError(f"expected {len(specs)} inputs ({', '.join(s.name for s in specs)}), got {len(values)}")
    as_torch, arrays = False, []
    for spec, value in zip(specs, values, strict=True):
        if not isinstance(value, np.ndarray):
            if type(value).__module__.partition(".")[0] != "torch" or not hasattr(value, "detach"):
                raise ValidationError(
                    f"input '{spec.name}': expected a NumPy array or a torch tensor, got {type(value).__name__}",
                    error_code="wrong-input-type",
                )
            if value.device.type != "cpu":
                raise ValidationError(f"input '{spec.name}': expected a tensor on the CPU, got {value.device}")
            as_torch, dtype = True, str(value.dtype).removeprefix("torch.")
            value = value.detach()
            array = value.numpy() if dtype == spec.dtype else None
        else:
            dtype, array = str(value.dtype), value
        if dtype != spec.dtype:
            raise ValidationError(
                f"input '{spec.name}': expected dtype {spec.dtype}, got {dtype}",
                error_code="wrong-input-dtype",
                suggestions=[
                    f"convert it: x.to(torch.{spec.dtype})" if as_torch else f"convert it: x.astype('{spec.dtype}')"
                ],
            )
        arrays.append(np.ascontiguousarray(array).reshape(array.shape))
    return arrays, as_torch


def check_shapes(arrays: Sequence[np.ndarray], specs: Sequence[InputSpec]) -> int | None:
    """Checks ranks and sizes, all but the batch as compiled; the batch size, if there is a batch."""
    batch: int | None = None
    for spec, array in zip(specs, arrays, strict=True):
        wanted = [str(size) if i != spec.batch_axis else "batch" for i, size in enumerate(spec.shape)]
        expected = f"[{', '.join(wanted)}]"
        if array.ndim != len(spec.shape):
            raise ValidationError(
                f"input '{spec.name}': expected rank {len(spec.shape)}, shape {expected}, got rank {array.ndim}, "
                f"shape {list(array.shape)}",
                error_code="wrong-input-rank",
            )
        if any(a != b for i, (a, b) in enumerate(zip(array.shape, spec.shape, strict=True)) if i != spec.batch_axis):
            raise ValidationError(
                f"input '{spec.name}': expected shape {expected}, got {list(array.shape)}",
                error_code="wrong-input-shape",
            )
        if spec.batch_axis is not None:
            size = array.shape[spec.batch_axis]
            if size < 1 or (batch is not None and size != batch):
                raise ValidationError(
                    f"input '{spec.name}': expected a batch of {batch or 'at least 1'}, got {size}",
                    error_code="wrong-input-shape",
                )
            batch = size
    return batch


def in_kind(array: np.ndarray, as_torch: bool) -> Any:
    """The array, as a torch tensor where the input was one."""
    if not as_torch:
        return array
    import torch

    return torch.from_numpy(array)
