# SPDX-License-Identifier: Apache-2.0
"""OpenVINO's CPU plugin on the traced unrolled model, held to float32 (on CPUs that can, it would take bfloat16)."""

from __future__ import annotations

import numpy as np
import torch

from .base import Peer, Run


class OpenVino(Peer):
    name = "openvino"
    packages = ("openvino",)

    def load(self, threads: int) -> None:
        import openvino  # noqa: F401

        torch.set_num_threads(threads)

    def prepare(self, model: torch.nn.Module, inputs: tuple[torch.Tensor, ...], threads: int, variant: str = "") -> Run:
        import openvino

        converted = openvino.convert_model(
            model, example_input=inputs, input=[(openvino.PartialShape(list(x.shape))) for x in inputs]
        )
        compiled = openvino.Core().compile_model(
            converted,
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": "f32",
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": 1,
                "PERFORMANCE_HINT": "LATENCY",
            },
        )
        request = compiled.create_infer_request()

        def run(*values: torch.Tensor) -> list[np.ndarray]:
            # Inputs are shared and not copied. Outputs are, as they are the request's own memory.
            found = request.infer([v.numpy() for v in values], share_inputs=True, share_outputs=True)
            return [np.array(found[i]) for i in range(len(compiled.outputs))]

        return run


PEER = OpenVino
