# SPDX-License-Identifier: Apache-2.0
"""Weights from a file into a model: safetensors, or a checkpoint of torch.save, which is read without running code."""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .exceptions import ValidationError

__all__ = ["load_weights", "read_weights"]

#: Where training scripts put a state_dict, in the order of preference.
_KEYS = ("state_dict", "model", "model_state_dict", "net", "network", "module", "state_dict_ema", "model_ema")

#: What wrappers for training put before every name.
_PREFIXES = ("module.", "_orig_mod.")

#: Buffers that batch norm counts in and never reads in evaluation mode, and what profilers leave behind.
_UNUSED = ("num_batches_tracked", "total_ops", "total_params")

_SUFFIXES = (".safetensors", ".pth", ".pt", ".tar", ".bin", ".ckpt")

_BuiltinRuntimeError = RuntimeError


def _unreadable(path: Path, reason: object) -> ValidationError:
    return ValidationError(f"cannot read the weights '{path}': {reason}", error_code="weights-unreadable")


def _read_pickle(path: Path) -> Any:
    """torch.load with `weights_only`: tensors, containers and numbers. Plain options of a script are data as well."""
    import torch

    try:
        with torch.serialization.safe_globals([argparse.Namespace]):
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        lines = [line.strip() for line in str(error).splitlines() if "nsupported" in line]
        raise ValidationError(
            f"'{path.name}' holds more than weights and is not read, as that could execute code: "
            f"{(lines[-1] if lines else str(error))[:300]}",
            error_code="weights-unsafe",
            suggestions=[
                "if you trust it: torch.save(torch.load(path, weights_only=False)['model'], 'weights.pth')",
                "or convert it: safetensors.torch.save_file(model.state_dict(), 'weights.safetensors')",
            ],
        ) from None
    except (OSError, EOFError, ValueError, _BuiltinRuntimeError) as error:
        raise _unreadable(path, str(error).splitlines()[0] if str(error) else type(error).__name__) from None


def _is_state(value: object) -> bool:
    import torch

    return isinstance(value, Mapping) and bool(value) and all(isinstance(v, torch.Tensor) for v in value.values())


def _state_of(found: Any, path: Path) -> dict[str, Any]:
    """The state_dict in a checkpoint, with the wrappers' prefixes taken off."""
    at = path.name
    while not _is_state(found):
        key = next((k for k in _KEYS if isinstance(found, Mapping) and isinstance(found.get(k), Mapping)), None)
        if key is None:
            what = f"a mapping with {', '.join(map(str, found))[:200]}" if isinstance(found, Mapping) else type(found)
            raise ValidationError(
                f"expected weights by name in '{at}', found {what}",
                error_code="weights-format",
                suggestions=[f"save a state_dict, or a mapping with one of {', '.join(_KEYS)}"],
            )
        found, at = found[key], f"{at}[{key!r}]"
    state = {str(name): value for name, value in found.items()}
    for prefix in _PREFIXES * 2:
        if all(name.startswith(prefix) for name in state):
            state = {name.removeprefix(prefix): value for name, value in state.items()}
    return state


def read_weights(path: Path) -> dict[str, Any]:
    """Tensors by name. A checkpoint may nest them under a usual key and prefix their names with `module.`."""
    if not path.name.endswith(_SUFFIXES):
        raise ValidationError(
            f"expected a file of weights ({', '.join(_SUFFIXES)}), got '{path.name}'",
            error_code="weights-format",
            suggestions=["convert it: safetensors.torch.save_file(model.state_dict(), 'weights.safetensors')"],
        )
    if not path.is_file():
        raise _unreadable(path, "there is no such file")
    if path.suffix != ".safetensors":
        return _state_of(_read_pickle(path), path)
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(str(path))
    except (OSError, SafetensorError) as error:
        raise _unreadable(path, error) from None


def load_weights(model: Any, path: Path) -> list[str]:
    """Loads the weights of a file; every one that evaluation uses must be there, in its shape, and nothing else.

    Returns the names that were ignored: counters of batch norm and what profilers leave, which no forward reads.
    """
    import torch

    state, own = read_weights(path), model.state_dict()
    ignored = [name for name in state.keys() ^ own.keys() if name.rpartition(".")[2] in _UNUSED]
    missing = [name for name in own if name not in state and name not in ignored]
    unexpected = [name for name in state if name not in own and name not in ignored]
    shapes = [
        f"{name} {tuple(state[name].shape)} for {tuple(own[name].shape)}"
        for name in state.keys() & own.keys()
        if state[name].shape != own[name].shape
    ]
    wrong = [
        f"{len(names)} {what}: {', '.join(sorted(names))}"
        for what, names in (("missing", missing), ("unexpected", unexpected), ("of another shape", shapes))
        if names
    ]
    if wrong:
        raise ValidationError(
            f"the weights in {path.name} do not fit the model: {'; '.join(wrong)}",
            error_code="weights-mismatch",
            suggestions=["build the model with the arguments that it was trained with (--argument name=value)"],
        )
    with torch.no_grad():
        model.load_state_dict({name: value for name, value in state.items() if name in own}, strict=False)
    return sorted(ignored)
