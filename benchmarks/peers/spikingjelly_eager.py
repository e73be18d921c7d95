# SPDX-License-Identifier: Apache-2.0
"""The source itself: SpikingJelly's modules, op by op, as a user runs them."""

from __future__ import annotations

import torch

from .base import Peer, Run, as_tuple


class SpikingJellyEager(Peer):
    name = "spikingjelly"
    packages = ("spikingjelly",)
    unrolled = False

    def load(self, threads: int) -> None:
        torch.set_num_threads(threads)

    def prepare(self, model: torch.nn.Module, inputs: tuple[torch.Tensor, ...], threads: int, variant: str = "") -> Run:
        from spikingjelly.activation_based import functional

        def run(*values: torch.Tensor):
            functional.reset_net(model)
            return as_tuple(model(*values))

        return run


PEER = SpikingJellyEager
