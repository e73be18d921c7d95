# SPDX-License-Identifier: Apache-2.0
"""What every peer offers, and how it says that it cannot."""

from __future__ import annotations

import importlib.metadata
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import torch

#: One inference: the model's inputs as contiguous CPU tensors in, its outputs as tensors or arrays out.
Run = Callable[..., Sequence[Any]]


class Refusal(Exception):
    """The peer does not take this model; the text is the reason that the table shows."""


class Peer(ABC):
    """A way to run a PyTorch model. An object serves one model in one process."""

    name: ClassVar[str]
    #: Distributions that must be installed; the first one's version is the peer's.
    packages: ClassVar[tuple[str, ...]]
    #: The model with its neurons' loops over time written out, where a compiler cannot take SpikingJelly's modules.
    unrolled: ClassVar[bool] = True
    #: Ways to prepare the model that the user would have to try; the fastest is taken and named in the table.
    variants: ClassVar[tuple[str, ...]] = ("",)

    def missing(self) -> str | None:
        """Why the peer cannot run at all, or nothing."""
        absent = [package for package in self.packages if not _installed(package)]
        return f"not installed: {', '.join(absent)}" if absent else None

    def version(self) -> str:
        return importlib.metadata.version(self.packages[0])

    def load(self, threads: int) -> None:  # noqa: B027 (a peer without a library of its own has nothing to import)
        """Imports the library and sets its threads, neither of which counts as compile time."""

    @abstractmethod
    def prepare(self, model: torch.nn.Module, inputs: tuple[torch.Tensor, ...], threads: int, variant: str = "") -> Run:
        """Compiles `model` for inputs of these shapes and for so many threads; raises Refusal if it does not take it."""


def _installed(package: str) -> bool:
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def as_tuple(output: Any) -> tuple[Any, ...]:
    return tuple(output) if isinstance(output, (tuple, list)) else (output,)


def first_line(error: BaseException, limit: int = 200) -> str:
    """The class and the first line of an error that says something, for a cell of the table."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return text if len(text) <= limit else text[: limit - 1] + "…"
