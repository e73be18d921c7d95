# SPDX-License-Identifier: Apache-2.0
"""Functions on networks and sequences."""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["multi_step_forward", "reset_net", "seq_to_ann_forward"]


def reset_net(net: nn.Module) -> None:
    """Puts every module of `net` that has a `reset` back to its start."""
    for module in net.modules():
        if module is not net and callable(getattr(module, "reset", None)):
            module.reset()
    if callable(getattr(net, "reset", None)):
        net.reset()


def _chain(x: torch.Tensor, modules) -> torch.Tensor:
    for module in modules if isinstance(modules, list | tuple | nn.Sequential) else [modules]:
        x = module(x)
    return x


def seq_to_ann_forward(x_seq: torch.Tensor, stateless_module) -> torch.Tensor:
    """`[T, B, ...]` through a module without state as one batch `[T * B, ...]`."""
    y = _chain(x_seq.flatten(0, 1), stateless_module)
    return y.view(x_seq.shape[0], x_seq.shape[1], *y.shape[1:])


def multi_step_forward(x_seq: torch.Tensor, single_step_module) -> torch.Tensor:
    """`[T, ...]` step by step."""
    return torch.stack([_chain(x, single_step_module) for x in x_seq])
