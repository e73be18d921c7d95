# SPDX-License-Identifier: Apache-2.0
"""What a data set says about a model's inputs: the integers that they become."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._program import InputSpec, Program
from ..compiled import CompiledModel
from ..exceptions import ValidationError
from ..profiling.activity import check_finite, pieces

__all__ = ["InputFormat", "calibrate", "readable_again"]

#: Samples that are looked at at a time.
_CHUNK = 64
#: The largest scale: a power of two, far from where a product with it leaves f32.
_FINEST = 2.0**100


@dataclass(frozen=True)
class InputFormat:
    """An input `x` becomes `clamp(round(x * scale), low, high)`."""

    scale: float
    low: int
    high: int


class _Range:
    """The range of one input over a data set, and how well a scale fits it."""

    def __init__(self, bits: int) -> None:
        self.bits, self.low, self.high = bits, 0.0, 0.0

    def add(self, array: np.ndarray) -> None:
        self.low = min(self.low, float(array.min()))
        self.high = max(self.high, float(array.max()))

    def formats(self) -> list[InputFormat]:
        """The scale that uses all integers, and the power of two below it, which may hold the values exactly."""
        low = -(1 << self.bits - 1) if self.low < 0 else 0
        high = (1 << self.bits - 1) - 1 if self.low < 0 else (1 << self.bits) - 1
        largest = max(self.high, -self.low)
        # Smaller values have no scale that is an f32; the finest one rounds them to integers, be they fewer.
        full = float(np.float32(min(high / largest, _FINEST))) if largest > 0 else 1.0
        return [InputFormat(scale, low, high) for scale in (2.0 ** math.floor(math.log2(full)), full)]


def readable_again(data: Any) -> Any:
    """The data set, kept if it is an iterable of batches that can be read only once."""
    return list(data) if isinstance(data, Iterator) else data


def _error(array: np.ndarray, form: InputFormat) -> float:
    rounded = np.clip(np.rint(array * np.float32(form.scale)), form.low, form.high)
    return float(np.square(rounded / form.scale - array, dtype=np.float64).sum())


def calibrate(model: CompiledModel | Program, data: Any, *, input_bits: int = 8) -> list[InputFormat]:
    """How each real input becomes integers of `input_bits` bits, so that the whole data set fits.

    `data` is what `profiling.measure_activity` takes: arrays with the data set along the batch axis, or an iterable of
    batches. An input without negative values has no sign. A power of two is taken as the scale where it loses no more
    than the finest scale does, as with images that hold few levels.
    """
    if isinstance(input_bits, bool) or not isinstance(input_bits, int) or not 2 <= input_bits <= 16:
        raise ValidationError(f"expected input_bits from 2 to 16, got {input_bits!r}", error_code="invalid-bits")
    specs: tuple[InputSpec, ...] = model.inputs
    data = readable_again(data)
    ranges = [_Range(input_bits) for _ in specs]
    samples = 0
    for arrays in pieces(data, specs, _CHUNK):
        check_finite(arrays, specs, samples)
        for found, array in zip(ranges, arrays, strict=True):
            found.add(array)
        samples += len(arrays[0])
    if samples == 0:
        raise ValidationError("the data set is empty, expected at least one sample", error_code="empty-data-set")
    choices = [found.formats() for found in ranges]
    errors = np.zeros((len(specs), 2))
    for arrays in pieces(data, specs, _CHUNK):
        for i, array in enumerate(arrays):
            errors[i] += [_error(array, form) for form in choices[i]]
    return [forms[int(np.argmin(error))] for forms, error in zip(choices, errors, strict=True)]
