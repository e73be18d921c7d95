# SPDX-License-Identifier: Apache-2.0
"""Our own compiler, as its users call it."""

from __future__ import annotations

import torch

from .base import Peer, Run, as_tuple


class Ours(Peer):
    name = "ours"
    packages = ("torch", "torch-mlir")
    unrolled = False

    def version(self) -> str:
        import spike_transformer_compiler

        return spike_transformer_compiler.__version__

    def load(self, threads: int) -> None:
        import spike_transformer_compiler  # noqa: F401

        torch.set_num_threads(threads)

    def prepare(self, model: torch.nn.Module, inputs: tuple[torch.Tensor, ...], threads: int, variant: str = "") -> Run:
        from spike_transformer_compiler import SpikeCompiler

        (example,) = inputs
        self.compiled = SpikeCompiler(target="simulation").compile(model, tuple(example.shape))
        return lambda *values: as_tuple(self.compiled.run(*values))


PEER = Ours
