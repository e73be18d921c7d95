# SPDX-License-Identifier: Apache-2.0
"""Names that may be imported and mentioned, but not used: what a model file imports for training or printing only."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["stand_in"]


class _Absent(type):
    """A class in name only, so that `isinstance` and base class lists work; everything else is an ImportError."""

    path: str

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise ImportError(f"'{cls.path}' is used, but is not installed and not needed to run a model's forward")

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _absent(f"{cls.path}.{name}")


def _absent(path: str) -> _Absent:
    return _Absent(path.rpartition(".")[2], (), {"path": path, "__module__": path.rpartition(".")[0]})


def stand_in(module: str, has_file: Callable[[str], bool]) -> Callable[[str], Any]:
    """The `__getattr__` of a module that lacks names: each is importable, and an ImportError when it is used."""

    def __getattr__(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module '{module}' has no attribute '{name}'")
        if has_file(f"{module}.{name}"):
            return importlib.import_module(f"{module}.{name}")
        return _absent(f"{module}.{name}")

    return __getattr__
