# SPDX-License-Identifier: Apache-2.0
"""Data sets in files: .npy, .npz, .safetensors and .pt, never unpickled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..exceptions import ValidationError

__all__ = ["load_data"]

_SUFFIXES = (".npy", ".npz", ".safetensors", ".pt")


def load_data(source: str | Path, names: Sequence[str] = ()) -> Any:
    """An array, or a mapping from the names of a model's inputs, from a file.

    `file.npz:key` picks one array of a .npz, .safetensors or .pt file. Without a key the file holds one array, or one for
    each of `names`, the model's inputs. A .npy file is mapped into memory, not read.
    """
    text, key = str(source), None
    path = Path(text)
    if not path.exists() and ":" in text:
        stem, _, key = text.rpartition(":")
        path = Path(stem)
    if path.suffix not in _SUFFIXES:
        raise ValidationError(
            f"expected a data set in {', '.join(_SUFFIXES)}, got '{path.name}'", error_code="unknown-data-format"
        )
    if not path.is_file():
        raise ValidationError(f"there is no data set '{path}'", error_code="no-data")
    try:
        found = _READERS[path.suffix](path)
    except ValidationError:
        raise
    except Exception as error:  # a damaged file fails in as many ways as its reader has
        reason = " ".join((str(error) or type(error).__name__).split())[:300]
        raise ValidationError(f"cannot read the data set '{path}': {reason}", error_code="unreadable-data") from None
    if not isinstance(found, dict):
        if key is not None:
            raise ValidationError(f"'{path.name}' holds one array, it has no '{key}'", error_code="no-such-array")
        return found
    return _pick(found, path, key, names)


def _pick(arrays: dict[str, Any], path: Path, key: str | None, names: Sequence[str]) -> Any:
    held = ", ".join(f"'{name}'" for name in sorted(arrays)) or "nothing"
    if key is not None:
        if key not in arrays:
            raise ValidationError(f"'{path.name}' has no '{key}'; it holds {held}", error_code="no-such-array")
        return arrays[key]
    if len(names) > 1 and all(name in arrays for name in names):
        return {name: arrays[name] for name in names}
    if len(arrays) == 1 and len(names) < 2:
        return next(iter(arrays.values()))
    if len(names) == 1 and names[0] in arrays:
        return arrays[names[0]]
    wanted = f"the inputs {', '.join(names)}" if len(names) > 1 else "one array"
    raise ValidationError(
        f"expected {wanted} in '{path.name}', which holds {held}",
        error_code="ambiguous-data",
        suggestions=[f"name the array: {path.name}:{min(arrays, default='name')}"],
    )


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _read_safetensors(path: Path) -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file

    return load_file(str(path))


def _read_torch(path: Path) -> Any:
    import torch

    found = torch.load(path, map_location="cpu", weights_only=True)
    tensors = found if isinstance(found, dict) else {"": found}
    wrong = [f"a {type(value).__name__}" for value in tensors.values() if not isinstance(value, torch.Tensor)]
    if wrong:
        raise ValidationError(
            f"expected a tensor, or a dict of tensors, in '{path.name}', got {wrong[0]}",
            error_code="unknown-data-format",
        )
    return {str(name): value for name, value in tensors.items()} if isinstance(found, dict) else found


_READERS = {
    ".npy": lambda path: np.load(path, mmap_mode="r", allow_pickle=False),
    ".npz": _read_npz,
    ".safetensors": _read_safetensors,
    ".pt": _read_torch,
}
