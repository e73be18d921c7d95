# SPDX-License-Identifier: Apache-2.0
"""Inputs to verify with: arrays from .npy files, or random samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..exceptions import ValidationError

__all__ = ["load_inputs", "random_inputs"]


def load_inputs(texts: Sequence[str]) -> np.ndarray | dict[str, np.ndarray]:
    """`x.npy`, or `name=x.npy` for each of several inputs."""
    if len(texts) == 1 and (Path(texts[0]).exists() or "=" not in texts[0]):
        return _load(Path(texts[0]))
    found: dict[str, np.ndarray] = {}
    for text in texts:
        name, equals, path = text.partition("=")
        if not equals or not name or name in found:
            raise ValidationError("several inputs need different names: --data a=a.npy --data b=b.npy")
        found[name] = _load(Path(path))
    return found


def _load(path: Path) -> np.ndarray:
    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise ValidationError(
            f"cannot read '{path}': {error.strerror or error}", error_code="data-unreadable"
        ) from None
    except (ValueError, EOFError) as error:
        raise ValidationError(
            f"'{path}' is not a whole .npy file of numbers: {error}",
            error_code="data-unreadable",
            suggestions=["write it with numpy.save(path, x.astype('float32'))"],
        ) from None
    if not isinstance(array, np.ndarray):
        raise ValidationError(
            f"'{path}' holds several arrays; expected one", error_code="data-unreadable", suggestions=["use numpy.save"]
        )
    return array


def random_inputs(
    shapes: Mapping[str, Sequence[int]] | Sequence[int], seed: int = 0
) -> np.ndarray | dict[str, np.ndarray]:
    """Standard normal numbers of these shapes; the same for the same seed."""
    generator = np.random.default_rng(seed)
    if isinstance(shapes, Mapping):
        return {name: generator.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    return generator.standard_normal(tuple(shapes)).astype(np.float32)
