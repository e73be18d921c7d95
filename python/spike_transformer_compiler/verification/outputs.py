# SPDX-License-Identifier: Apache-2.0
"""The model's outputs: their values under teacher forcing, and the classes they stand for end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.utils import _pytree

from ..exceptions import ValidationError
from .magnitude import Tracked, plain
from .reference import ULP, Reference

__all__ = ["ClassReport", "OutputReport", "classes_of", "judge_classes", "judge_outputs", "paired"]


@dataclass(frozen=True)
class OutputReport:
    """An output of the teacher-forced model against float64."""

    name: str
    values: int
    largest: float  # difference from float64
    bound: float  # what float32 may differ by at that value
    beyond: int  # values that differ by more than their bound
    unknown: str | None  # the operation that no bound is known for; nothing is judged then

    @property
    def passed(self) -> bool:
        return self.unknown is not None or self.beyond == 0


@dataclass(frozen=True)
class ClassReport:
    """The class of every sample, run freely: how many agree with the source, and those that do not."""

    name: str
    samples: int
    agree: int
    restored: tuple[int, ...]  # samples whose class the reference's spikes at listed ties bring back
    wrong: tuple[int, ...]

    @property
    def passed(self) -> bool:
        return not self.wrong


def named_outputs(output: Any) -> dict[str, torch.Tensor]:
    """The tensors that a model returned, in order, by where they are in what it returned."""
    found = {}
    for path, value in _pytree.tree_flatten_with_path(output)[0]:
        if isinstance(value, torch.Tensor):
            found["output" + _pytree.keystr(path)] = value
    return found


def paired(output: Any, ours: Sequence[np.ndarray]) -> list[tuple[str, torch.Tensor, torch.Tensor]]:
    """Name, the source's tensor, and the compiled model's as float64, for each tensor of what the source returned."""
    theirs = named_outputs(output)
    if len(theirs) != len(ours):
        raise ValidationError(
            f"the source returns {len(theirs)} tensors ({', '.join(theirs)}), the compiled model {len(ours)}",
            error_code="other-outputs",
        )
    pairs = []
    for (name, value), array in zip(theirs.items(), ours, strict=True):
        if value.numel() != array.size:
            raise ValidationError(
                f"{name}: the source gives shape {list(value.shape)}, the compiled model {list(array.shape)}",
                error_code="other-outputs",
            )
        pairs.append((name, value, torch.as_tensor(np.asarray(array)).reshape(value.shape).to(torch.float64)))
    return pairs


def judge_outputs(reference: Reference, forced: Sequence[np.ndarray]) -> tuple[OutputReport, ...]:
    """Each output of the teacher-forced model, whose layers all had the reference's spikes."""
    exact = list(named_outputs(reference.output64).values())
    reports = []
    for (name, _, ours), value in zip(paired(reference.output, forced), exact, strict=True):
        difference = (ours - plain(value).double()).abs().reshape(-1)
        if isinstance(value, Tracked) and value.unknown is None:
            bound = (value.magnitude * (ULP * max(1, value.terms) ** 0.5)).expand(value.shape).reshape(-1)
            unknown = None
        else:
            bound = torch.full_like(difference, float("inf"))
            unknown = getattr(value, "unknown", None) or "an operation"
        at = int(difference.argmax())
        beyond = int((~(difference <= bound)).sum())
        reports.append(OutputReport(name, len(difference), float(difference[at]), float(bound[at]), beyond, unknown))
    return tuple(reports)


def classes_of(value: torch.Tensor, batch: int, steps: int) -> torch.Tensor | None:
    """[B, ...] classes of an output [B, C, ...] or [T, B, C, ...]; none if it is neither."""
    if value.ndim >= 3 and value.shape[:2] == (steps, batch):
        value = value.double().mean(0)
    if value.ndim < 2 or value.shape[0] != batch or value.shape[1] < 2:
        return None
    return value.argmax(1).reshape(batch, -1)


def judge_classes(
    reference: Reference,
    free: Sequence[np.ndarray],
    forced: Sequence[np.ndarray],
    tied_samples: set[int],
    batch: int,
    steps: int,
) -> tuple[ClassReport, ...]:
    """Same class as the source, run freely; or the same once the reference's spikes stand at the listed ties.

    The layers of a network without loops see only what is upstream of them. So with the reference's spikes at every tie,
    and no errors, every layer sees the reference's spikes: that is the teacher-forced run.
    """
    reports = []
    for (name, theirs, ours), (_, _, injected) in zip(
        paired(reference.output, free), paired(reference.output, forced), strict=True
    ):
        wanted = classes_of(theirs, batch, steps)
        if wanted is None:
            continue
        same = (classes_of(ours, batch, steps) == wanted).all(1)
        back = (classes_of(injected, batch, steps) == wanted).all(1)
        other = [i for i in range(batch) if not same[i]]
        restored = tuple(i for i in other if back[i] and i in tied_samples)
        wrong = tuple(i for i in other if i not in restored)
        reports.append(ClassReport(name, batch, int(same.sum()), restored, wrong))
    return tuple(reports)
