# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime's CPU provider on the exported unrolled model, all graph optimisations on."""

from __future__ import annotations

import tempfile

import torch

from . import onnx_file
from .base import Peer, Run


class OnnxRuntime(Peer):
    name = "onnxruntime"
    packages = ("onnxruntime", *onnx_file.PACKAGES)

    def load(self, threads: int) -> None:
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401

        torch.set_num_threads(threads)

    def prepare(self, model: torch.nn.Module, inputs: tuple[torch.Tensor, ...], threads: int, variant: str = "") -> Run:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 3
        with tempfile.TemporaryDirectory() as folder:
            path = onnx_file.write(model, inputs, folder)
            session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        names = [value.name for value in session.get_inputs()]
        return lambda *values: session.run(None, dict(zip(names, (v.numpy() for v in values), strict=True)))


PEER = OnnxRuntime
