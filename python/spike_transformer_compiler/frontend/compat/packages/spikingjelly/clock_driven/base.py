# SPDX-License-Identifier: Apache-2.0
"""Modules with memories: state that `reset` puts back."""

from __future__ import annotations

import copy

import torch
from torch import nn

__all__ = ["MemoryModule"]


class MemoryModule(nn.Module):
    """A module whose registered memories return to their first values on `reset`."""

    def __init__(self) -> None:
        super().__init__()
        self._memories: dict[str, object] = {}
        self._memories_rv: dict[str, object] = {}

    def register_memory(self, name: str, value: object) -> None:
        """Adds a memory; `value` is a copy of what `reset` restores."""
        if hasattr(self, name):
            raise AttributeError(f"{type(self).__name__} has an attribute '{name}' already")
        self._memories[name] = value
        self._memories_rv[name] = copy.deepcopy(value)

    def reset(self) -> None:
        for name, value in self._memories_rv.items():
            self._memories[name] = copy.deepcopy(value)

    def set_reset_value(self, name: str, value: object) -> None:
        self._memories_rv[name] = copy.deepcopy(value)

    def get_reset_value(self, name: str) -> object:
        return self._memories_rv[name]

    def __getattr__(self, name: str):
        memories = self.__dict__.get("_memories")
        if memories is not None and name in memories:
            return memories[name]
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: object) -> None:
        memories = self.__dict__.get("_memories")
        if memories is not None and name in memories:
            memories[name] = value
        else:
            super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if name in self._memories:
            del self._memories[name], self._memories_rv[name]
        else:
            super().__delattr__(name)

    def _apply(self, fn, *args, **kwargs):
        for name, value in self._memories.items():
            if isinstance(value, torch.Tensor):
                self._memories[name] = fn(value)
        return super()._apply(fn, *args, **kwargs)

    def detach(self) -> None:
        for name, value in self._memories.items():
            if isinstance(value, torch.Tensor):
                self._memories[name] = value.detach()
