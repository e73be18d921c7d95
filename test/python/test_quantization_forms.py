# SPDX-License-Identifier: Apache-2.0
"""Forms of layers that quantisation brings to a chip: computed there as on the CPU, with rates as in the source."""

from __future__ import annotations

import nir
import numpy as np
import pytest
import torch
from calibration import calibrate
from official import build
from spikingjelly.activation_based import neuron
from test_chip_conversion import compare
from torch import nn

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler import quantization as Q

STEPS, CHANNELS, CLASSES = 4, 8, 5


class Network(nn.Module):
    """Images of every step, a layer of spikes, the layers under test, and a mean of currents as classes."""

    def __init__(self, middle: nn.Module) -> None:
        super().__init__()
        self.stem, self.spikes, self.middle = convolution(2), lif(), middle
        self.head = nn.Linear(CHANNELS, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.middle(self.spikes(at_each_step(self.stem, x))).flatten(3).mean(3)).mean(0)


def lif(**arguments) -> neuron.LIFNode:
    return neuron.LIFNode(step_mode="m", **arguments)


def convolution(inputs: int = CHANNELS) -> nn.Module:
    return nn.Sequential(nn.Conv2d(inputs, CHANNELS, 3, padding=1, bias=False), nn.BatchNorm2d(CHANNELS))


def at_each_step(layer: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return layer(x.flatten(0, 1)).unflatten(0, x.shape[:2])


class Shortcut(nn.Module):
    """Spikes and counts added to currents: a neuron reads both, and so does a second sum."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.a, self.b = convolution(), convolution(), lif(), lif()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = at_each_step(self.first, x) + x
        s = self.a(y)
        return self.b(at_each_step(self.second, s) + y + (s + x))


class Parts(nn.Module):
    """Spikes and currents beside each other."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.join, self.a, self.b = convolution(), nn.Conv2d(2 * CHANNELS, CHANNELS, 1), lif(), lif()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        joined = self.a(torch.cat([x, at_each_step(self.layer, x)], dim=2))
        return self.b(at_each_step(self.join, joined))


class Row(nn.Module):
    """Three convolutions without a neuron in between; a neuron reads the last, and a sum with the first."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(CHANNELS, CHANNELS, 1), convolution(), convolution()])
        self.a, self.b = lif(), lif()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = at_each_step(layer, x)
        return self.b(self.a(x) + x)


class Heads(nn.Module):
    """Products of currents and spikes with a constant for each head, as in SpikingResformer."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.attention, self.out = convolution(), lif(), lif()
        self.register_buffer("rate", torch.tensor([0.3, 0.15]).view(1, 1, 2, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads, y = (z.flatten(3).unflatten(2, (2, -1)) for z in (x, at_each_step(self.query, x)))
        attention = self.attention(y.transpose(-1, -2) @ heads * (1.0 / torch.sqrt(self.rate * 4)))
        return self.out((y @ attention * (1.0 / torch.sqrt(self.rate * 36))).reshape(x.shape))


class Counts(nn.Module):
    """I-LIF as it is trained: counts, divided by the most there is, and their products."""

    def __init__(self) -> None:
        super().__init__()
        self.counts = nn.ModuleList([build("sdt_v3.py:MultiSpike"), build("sdt_v3.py:Multispike")])
        self.layers, self.out = nn.ModuleList([convolution(), convolution(), convolution()]), lif()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a, b = (count(at_each_step(layer, x)) for count, layer in zip(self.counts, self.layers, strict=False))
        return self.out(at_each_step(self.layers[2], a * b + a))


FORMS = {"shortcut": Shortcut, "parts": Parts, "row": Row, "heads": Heads, "counts": Counts}


@pytest.mark.parametrize("bits", [8, 6, 4])
@pytest.mark.parametrize("form", FORMS)
def test_forms(form, bits):
    torch.manual_seed(0)
    model = Network(FORMS[form]())
    data = torch.randn(STEPS, 8, 2, 6, 6, generator=torch.Generator().manual_seed(1))
    compiled = SpikeCompiler("simulation").compile(calibrate(model, data), (STEPS, 1, 2, 6, 6))
    x = torch.randn(STEPS, 8, 2, 6, 6, generator=torch.Generator().manual_seed(2)).numpy()
    quantized = Q.quantize(compiled, x, bits=bits)
    report = Q.compare(compiled, quantized, x)
    bound = {8: 0.01, 6: 0.03, 4: 0.1}[bits]
    assert all(0.02 < layer.quantized_rate < 0.6 for layer in report.layers), str(report)
    assert all(abs(layer.rate_change) < bound and layer.agreement > 1 - 4 * bound for layer in report.layers), str(
        report
    )
    counts = compare(quantized.program, np.moveaxis(x[:, :2, None], 1, 0))
    assert counts["spikes"] == counts["membranes"] > 0


def test_neurons_without_state(tmp_path):
    """NIR's thresholds, half of them at zero or below: each fires in the step in which the current is there."""
    random = np.random.default_rng(3)
    graph = nir.NIRGraph.from_list(
        nir.Affine(random.normal(size=(12, 6)), random.normal(size=12) / 4),
        nir.Threshold(random.uniform(-1, 1, 12)),
        nir.Linear(random.normal(size=(5, 12))),
        nir.Threshold(np.zeros(5)),
    )
    nir.write(tmp_path / "net.nir", graph)
    x = random.normal(size=(STEPS, 64, 6)).astype(np.float32)
    compiled = SpikeCompiler("simulation", time_steps=STEPS).compile(tmp_path / "net.nir", (1, 6))
    quantized = Q.quantize(compiled, x)
    (_, expected), (_, trains) = (model.run(x, return_spike_trains=True) for model in (compiled, quantized))
    for path, train in trains.items():
        assert 0.2 < train.mean() < 0.8
        assert (train == expected[path]).mean() > 0.97, path
    counts = compare(quantized.program, np.moveaxis(x[:, :8, None], 1, 0))
    assert counts["spikes"] == counts["membranes"] == 8 * STEPS * (12 + 5)
