# SPDX-License-Identifier: Apache-2.0
"""The models of the table in docs/models.md: what to build, from where, and what to feed it."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from calibration import SEED


@dataclass(frozen=True)
class Entry:
    """A model by name; `build` makes it with fresh weights, in evaluation mode."""

    name: str
    source: str
    build: Callable[[], torch.nn.Module]
    shape: tuple[int, ...]
    options: dict = field(default_factory=dict)  # of SpikeCompiler
    over_time: bool = False  # the first axis of the input is time
    needs_statistics: bool = False  # with fresh buffers it divides by a firing rate of zero

    def model(self) -> torch.nn.Module:
        torch.manual_seed(SEED)
        return self.build().eval()

    def input(self, samples: int = 1, seed: int = SEED + 1) -> torch.Tensor:
        """Images, or events where the second axis is the batch."""
        shape = list(self.shape)
        shape[self.batch_axis] = samples
        values = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
        return values if self.batch_axis == 0 else values.abs()

    @property
    def batch_axis(self) -> int:
        return 1 if self.over_time or len(self.shape) == 5 else 0


MODEL_FILES = Path(__file__).parent.parent / "test" / "python" / "models"
IMAGE, CIFAR = (1, 3, 224, 224), (1, 3, 32, 32)


def _spikingjelly(module: str, name: str, shape: tuple[int, ...], **arguments) -> Entry:
    def build() -> torch.nn.Module:
        source = importlib.import_module(f"spikingjelly.activation_based.model.{module}")
        return getattr(source, name)(**arguments)

    return Entry(name, "SpikingJelly 2.0", build, shape)


def _with_torchvision(module: str, name: str, neuron: str) -> Entry:
    """SpikingJelly's models that import torchvision, whose place a stand-in takes; they compute one step by default."""

    def build() -> torch.nn.Module:
        from spikingjelly.activation_based import functional, surrogate
        from spikingjelly.activation_based import neuron as neurons

        from spike_transformer_compiler.frontend import official_repositories

        with official_repositories():
            source = importlib.import_module(f"spikingjelly.activation_based.model.{module}")
        cnf = {"cnf": "ADD"} if module == "sew_resnet" else {}
        net = getattr(source, name)(
            spiking_neuron=getattr(neurons, neuron), surrogate_function=surrogate.ATan(), num_classes=10, **cnf
        )
        functional.set_step_mode(net, "m")
        return net

    return Entry(name, "SpikingJelly 2.0", build, (4, 1, 3, 32, 32))


def _official(name: str, file: str, shape: tuple[int, ...], **arguments) -> Entry:
    """A file of our own with the imports, classes and construction of a published repository."""

    def build() -> torch.nn.Module:
        from spike_transformer_compiler._model_file import load_model

        path, _, factory = file.partition(":")
        return load_model(f"{MODEL_FILES / path}:{factory}", arguments)

    statistics = file.startswith("spikingresformer")
    return Entry(name, f"construction of {file.partition('.')[0]}", build, shape, needs_statistics=statistics)


def _own(name: str, source: str, file: str, shape: tuple[int, ...]) -> Entry:
    """A file of our own that builds a model from a library's neurons, over time."""
    return dataclasses.replace(_official(name, file, shape), source=source, over_time=True)


def _spikformer_8_768() -> torch.nn.Module:
    from spikingjelly.activation_based.model.spikformer import Spikformer

    return Spikformer(embed_dims=768, num_heads=12, depths=8)


ENTRIES = [
    _spikingjelly("spikformer", "spikformer_cifar10", CIFAR),
    _spikingjelly("spikformer", "spikformer_ti", IMAGE),
    _spikingjelly("spikformer", "spikformer_s", IMAGE),
    Entry("Spikformer-8-768", "SpikingJelly 2.0", _spikformer_8_768, IMAGE),
    _spikingjelly("spike_driven_transformer", "sdt_8_384", IMAGE),
    _spikingjelly("qkformer", "qkformer_10_384", IMAGE),
    _spikingjelly("maxformer", "maxformer_cifar", CIFAR),
    _spikingjelly("maxformer", "maxformer_10_384", IMAGE),
    _with_torchvision("spiking_vgg", "spiking_vgg11_bn", "LIFNode"),
    _with_torchvision("sew_resnet", "sew_resnet18", "IFNode"),
    _with_torchvision("spiking_resnet", "spiking_resnet18", "LIFNode"),
    _spikingjelly("ms_resnet", "ms_resnet18", (4, 1, 3, 32, 32), num_classes=10),
    _spikingjelly("masnn", "att_ms_resnet18", (1, 1, 3, 224, 224), num_classes=10),
    _spikingjelly("masnn", "masnn_dvs128_gesture", (20, 1, 2, 32, 32), T=20),
    _official("Spikformer, clock_driven", "spikformer_cifar10.py:spikformer", CIFAR),
    _official("SDT V1, clock_driven", "sdt_v1.py:sdt", (1, 3, 64, 64), in_channels=3, embed_dims=384, depths=2),
    _official(
        "SDT V2 (Meta-SpikeFormer)", "sdt_v2.py:metaspikformer_8_384", (1, 3, 64, 64), embed_dim=(96, 192, 384, 480)
    ),
    _official("SDT V3 (I-LIF), base", "sdt_v3.py:base", (1, 3, 64, 64)),
    _official("SDT V3 (I-LIF), large", "sdt_v3.py:large", (1, 3, 64, 64)),
    _official("QKFormer, clock_driven", "qkformer.py:QKFormer_10_384", (1, 3, 64, 64), T=4),
    _official("SpikingResformer", "spikingresformer.py:spikingresformer_ti", (1, 3, 224, 224)),
    _official("MaxFormer, clock_driven", "maxformer.py:maxformer", (1, 3, 32, 32)),
    _own("snnTorch Leaky, 784-1000-10", "snnTorch 1.0", "snntorch_loop.py:Net", (25, 1, 784)),
    _own("Norse LIF, convolutions", "Norse 1.1", "norse_conv.py:Net", (25, 1, 1, 28, 28)),
    _official("STMixer", "stmixer.py:STMixerV3", (1, 3, 32, 32)),
]


def find(name: str) -> Entry:
    return next(entry for entry in ENTRIES if entry.name == name)
