# SPDX-License-Identifier: Apache-2.0
"""What a backend is, and how packages add their own."""

from __future__ import annotations

import abc
import importlib.metadata
from collections.abc import Callable
from typing import Any

from ..exceptions import ValidationError

__all__ = ["ENTRY_POINTS", "Backend", "backends", "get_backend", "register"]

#: The group under which an installed package names its backends, in its `pyproject.toml`.
ENTRY_POINTS = "spike_transformer_compiler.backends"


class Backend(abc.ABC):
    """Turns a model into something that runs, puts it there, runs and measures it."""

    #: The name under which it is found.
    name: str

    @abc.abstractmethod
    def compile(self, model: Any, input_shape: Any, **options: Any) -> Any:
        """A compiled model for this backend."""

    @abc.abstractmethod
    def deploy(self, compiled: Any, verify: bool = True) -> Any:
        """Makes a compiled model ready to execute, checked first with `verify`; what `execute` takes."""

    @abc.abstractmethod
    def execute(self, deployed: Any, inputs: Any) -> Any:
        """One run."""

    @abc.abstractmethod
    def profile(self, deployed: Any, inputs: Any) -> Any:
        """What a run costs: a report."""


_registered: dict[str, Callable[..., Backend]] = {}


def register(name: str, make: Callable[..., Backend]) -> None:
    """Adds a backend for this process. A name that is taken is a ValidationError."""
    if _registered.setdefault(name, make) is not make:
        raise ValidationError(f"there is a backend '{name}' already", error_code="backend-exists")


def backends() -> list[str]:
    """Names of all backends: those of this process, then those of installed packages."""
    found = [point.name for point in importlib.metadata.entry_points(group=ENTRY_POINTS)]
    return [*_registered, *(name for name in found if name not in _registered)]


def get_backend(name: str, **options: Any) -> Backend:
    """A backend by its name."""
    make = _registered.get(name)
    if make is None:
        points = importlib.metadata.entry_points(group=ENTRY_POINTS, name=name)
        if not points:
            raise ValidationError(
                f"there is no backend '{name}'; there are: {', '.join(backends())}", error_code="unknown-backend"
            )
        make = next(iter(points)).load()
    backend = make(**options)
    if not isinstance(backend, Backend):
        raise ValidationError(f"'{name}' is no backend: it makes a {type(backend).__name__}")
    return backend
