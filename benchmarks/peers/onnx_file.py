# SPDX-License-Identifier: Apache-2.0
"""The unrolled model as an ONNX file, for the peers that read one."""

from __future__ import annotations

from pathlib import Path

import torch

#: The newest that all of the pinned peers read.
OPSET = 18
PACKAGES = ("onnx", "onnxscript")


def write(model: torch.nn.Module, inputs: tuple[torch.Tensor, ...], folder: str | Path) -> Path:
    """Exports with fixed shapes; the weights are folded where the exporter can (batch norms into convolutions)."""
    path = Path(folder) / "model.onnx"
    torch.onnx.export(model, inputs, path, dynamo=True, opset_version=OPSET, optimize=True, verbose=False)
    return path
