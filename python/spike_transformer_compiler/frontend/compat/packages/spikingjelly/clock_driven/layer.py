# SPDX-License-Identifier: Apache-2.0
"""Containers and the dropouts whose mask is one for all time steps."""

from __future__ import annotations

import torch
from torch import nn

from . import base, functional

__all__ = ["Dropout", "Dropout2d", "MultiStepContainer", "MultiStepDropout", "MultiStepDropout2d", "SeqToANNContainer"]


class SeqToANNContainer(nn.Sequential):
    """Modules without state; `[T, B, ...]` passes them as one batch."""

    def forward(self, x_seq: torch.Tensor) -> torch.Tensor:
        return functional.seq_to_ann_forward(x_seq, list(self))


class MultiStepContainer(nn.Sequential):
    """Single-step modules, run once for every step of `[T, ...]`."""

    def forward(self, x_seq: torch.Tensor) -> torch.Tensor:
        return functional.multi_step_forward(x_seq, list(self))

    def reset(self) -> None:
        for module in self:
            if callable(getattr(module, "reset", None)):
                module.reset()


class Dropout(base.MemoryModule):
    """One step; the mask of the first step after a reset is kept. The identity in evaluation mode."""

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"expected p in [0, 1), got {p}")
        super().__init__()
        self.p = p
        self.register_memory("mask", None)

    def _mask_for(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.dropout(torch.ones_like(x), self.p, training=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        if self.mask is None:
            self.mask = self._mask_for(x)
        return x * self.mask


class Dropout2d(Dropout):
    def _mask_for(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.dropout2d(torch.ones_like(x), self.p, training=True)


class MultiStepDropout(Dropout):
    def forward(self, x_seq: torch.Tensor) -> torch.Tensor:
        return x_seq * self._mask_for(x_seq[0]) if self.training else x_seq


class MultiStepDropout2d(Dropout2d):
    forward = MultiStepDropout.forward
