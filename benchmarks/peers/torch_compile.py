# SPDX-License-Identifier: Apache-2.0
"""torch.compile on the unrolled model: inductor as it is by default, and with frozen weights."""

from __future__ import annotations

import torch

from .base import Peer, Run, as_tuple


class TorchCompile(Peer):
    name = "torch.compile"
    packages = ("torch",)
    variants = ("default", "freezing")

    def load(self, threads: int) -> None:
        import torch._dynamo
        import torch._inductor.config as config

        torch.set_num_threads(threads)
        config.force_disable_caches = True  # compile times are those of a first use

    def prepare(
        self, model: torch.nn.Module, inputs: tuple[torch.Tensor, ...], threads: int, variant: str = "default"
    ) -> Run:
        import torch._inductor.config as config

        torch._dynamo.reset()
        # Frozen weights, and code for inference mode, are decided while compiling.
        with config.patch(freezing=variant == "freezing"), torch.inference_mode():
            compiled = torch.compile(model, fullgraph=True, dynamic=False)
            compiled(*inputs)
        return lambda *values: as_tuple(compiled(*values))


PEER = TorchCompile
