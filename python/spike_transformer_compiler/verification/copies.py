# SPDX-License-Identifier: Apache-2.0
"""Copies of a model for the comparison: at rest, or in float64. The model itself is never touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ..frontend.importer import private_copy
from .rule import rule_of

__all__ = ["at_rest", "in_double", "modules_at"]


def at_rest(model: torch.nn.Module) -> torch.nn.Module:
    """A copy in evaluation mode that shares parameters; what neurons remember of earlier runs is forgotten."""
    copied = private_copy(model, clone_buffers=True).eval()
    for module in copied.modules():
        rule = rule_of(module)
        if rule is not None and rule.call.rest is not None:
            rule.call.rest(module)
        elif module is not copied and callable(getattr(module, "reset", None)):
            module.reset()
    return copied


def in_double(model: torch.nn.Module) -> torch.nn.Module:
    """A copy at rest whose floating point tensors are float64, those that are plain attributes as well."""
    copied = at_rest(model)
    known: dict[int, torch.Tensor] = {}

    def convert(value: Any) -> Any:
        if not isinstance(value, torch.Tensor) or not value.is_floating_point():
            return value
        if id(value) not in known:
            double = value.detach().double()
            known[id(value)] = torch.nn.Parameter(double, False) if isinstance(value, torch.nn.Parameter) else double
            kept.append(value)  # an identity is only valid while its object lives
        return known[id(value)]

    kept: list[torch.Tensor] = []
    for module in copied.modules():
        for tensors in (module._parameters, module._buffers):
            tensors.update({name: convert(value) for name, value in tensors.items()})
        for name, value in module.__dict__.items():
            if isinstance(value, torch.Tensor):
                module.__dict__[name] = convert(value)
    return copied


def modules_at(model: torch.nn.Module, rule: Callable[[torch.nn.Module], Any]) -> dict[str, torch.nn.Module]:
    """Every module with a rule by its path, those inside of another one left out."""
    found: dict[str, torch.nn.Module] = {}
    for path, module in model.named_modules():
        inside = any(path.startswith(f"{outer}.") or not outer for outer in found)
        if not inside and rule(module) is not None:
            found[path] = module
    return found
