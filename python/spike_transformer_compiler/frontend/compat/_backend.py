# SPDX-License-Identifier: Apache-2.0
"""The `backend` argument of SpikingJelly's neurons, which versions from 2.0 on no longer take."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch

__all__ = ["NEURONS", "accept_backend"]

NEURONS = "spikingjelly.activation_based.neuron"

_BACKENDS = ("torch", "cupy", "triton", "inductor")


def _accepting(init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def wrapped(self: Any, *args: Any, backend: str = "torch", **kwargs: Any) -> None:
        if backend not in _BACKENDS:
            raise ValueError(f"expected backend to be one of {', '.join(_BACKENDS)}, got {backend!r}")
        init(self, *args, **kwargs)

    return wrapped


def accept_backend(module: ModuleType) -> Callable[[], None]:
    """Lets every neuron class of `module` take `backend`, and ignore it; returns the function that undoes this."""
    changed = []
    for cls in vars(module).values():
        init = vars(cls).get("__init__") if isinstance(cls, type) and issubclass(cls, torch.nn.Module) else None
        if init is None:
            continue
        parameters = inspect.signature(init).parameters.values()
        if not any(p.name == "backend" or p.kind is p.VAR_KEYWORD for p in parameters):
            cls.__init__ = _accepting(init)
            changed.append((cls, init))

    def undo() -> None:
        for cls, init in changed:
            cls.__init__ = init

    return undo
