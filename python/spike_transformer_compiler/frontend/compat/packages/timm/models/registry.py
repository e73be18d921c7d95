# SPDX-License-Identifier: Apache-2.0
"""`register_model` and `create_model`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["create_model", "is_model", "list_models", "register_model"]

_registered: dict[str, Callable[..., Any]] = {}


def register_model(factory: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a function that builds a model known by its name."""
    _registered[factory.__name__] = factory
    return factory


def is_model(name: str) -> bool:
    return name in _registered


def list_models() -> list[str]:
    return sorted(_registered)


def create_model(model_name: str, pretrained: bool = False, checkpoint_path: str = "", **kwargs: Any) -> Any:
    """Builds a registered model; arguments that are None are left out."""
    if not is_model(model_name):
        raise RuntimeError(f"no model '{model_name}' is registered; there are {', '.join(list_models()) or 'none'}")
    if pretrained or checkpoint_path:
        raise RuntimeError("weights are not fetched here; build the model and load its checkpoint")
    return _registered[model_name](**{key: value for key, value in kwargs.items() if value is not None})
