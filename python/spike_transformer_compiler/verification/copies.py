# SPDX-License-Identifier: Apache-2.0
"""Copies of a model for the comparison: at rest, or in float64. The model itself is never touched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from ..frontend.importer import private_copy
from .rule import NeuronRule, rule_of

__all__ = ["at_rest", "in_double", "rules_of"]


def at_rest(model: torch.nn.Module, rules: Mapping[str, NeuronRule]) -> torch.nn.Module:
    """A copy in evaluation mode that shares parameters; what neurons remember of earlier runs is forgotten."""
    copied = private_copy(model, clone_buffers=True).eval()
    for path, module in copied.named_modules():
        rule = rules.get(path)
        if rule is not None and rule.call.rest is not None:
            rule.call.rest(module)
        elif module is not copied and callable(getattr(module, "reset", None)):
            module.reset()
    return copied


def in_double(model: torch.nn.Module, rules: Mapping[str, NeuronRule]) -> torch.nn.Module:
    """A copy at rest whose floating point tensors are float64, those that are plain attributes as well."""
    copied = at_rest(model, rules)
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


def rules_of(model: torch.nn.Module) -> dict[str, NeuronRule]:
    """The rule of every neuron by its path, those inside of another one left out.

    Some rules are found by calling copies of a module, so they are looked for once, not in every copy of a model.
    """
    found: dict[str, NeuronRule] = {}
    for path, module in model.named_modules():
        inside = any(path.startswith(f"{outer}.") or not outer for outer in found)
        if not inside and (rule := rule_of(module)) is not None:
            found[path] = rule
    return found
