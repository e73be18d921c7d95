# SPDX-License-Identifier: Apache-2.0
"""What our compiled models are compared with: one small file per peer, all with the interface of `peers.base.Peer`."""

from __future__ import annotations

import importlib

from .base import Peer, Refusal

__all__ = ["BASELINE", "PEERS", "Peer", "Refusal", "load"]

#: Times are ratios to this one, and its spikes are the reference.
BASELINE = "spikingjelly"

#: Name -> module of this package that defines `PEER`. The libraries behind them are imported when they are used.
PEERS = {
    BASELINE: "spikingjelly_eager",
    "ours": "ours",
    "torch.compile": "torch_compile",
    "onnxruntime": "onnx_runtime",
    "openvino": "openvino_f32",
    "iree": "iree_onnx",
}


def load(name: str) -> Peer:
    return importlib.import_module(f".{PEERS[name]}", __name__).PEER()
