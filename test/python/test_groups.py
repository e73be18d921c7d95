# SPDX-License-Identifier: Apache-2.0
"""Depthwise and grouped convolutions: exact sums in kernels, with the neurons behind, and the spikes of the source."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from spikingjelly.activation_based import layer, neuron

from spike_transformer_compiler import SpikeCompiler

T = 4


def lif(threshold: float) -> neuron.LIFNode:
    return neuron.LIFNode(v_threshold=threshold, step_mode="m")


class Mixers(torch.nn.Module):
    """Tokens mixed depth by depth as in Max-Former, RepConv forms and convolutions with groups, and counts as inputs."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)

        def conv(*sizes: int, **options) -> torch.nn.Module:
            return layer.Conv2d(*sizes, step_mode="m", **options)

        self.stem, self.stem_lif = conv(3, 40, 3, padding=1), lif(0.4)
        self.seven, self.seven_bn = conv(40, 40, 7, padding=3, groups=40), layer.BatchNorm2d(40, step_mode="m")
        self.seven_lif = lif(0.2)
        self.five, self.five_lif = conv(40, 40, 5, padding=2, groups=40, bias=False), lif(0.15)
        self.twice, self.twice_lif = conv(40, 80, 3, stride=2, padding=1, groups=40), lif(0.15)
        self.eights, self.eights_lif = conv(80, 30, (3, 2), dilation=(1, 2), padding=1, groups=10), lif(0.15)
        self.halves, self.halves_lif = conv(30, 64, 3, groups=2), lif(0.15)
        self.head = layer.Linear(64, 10, step_mode="m")

    def forward(self, x):
        x = x.unsqueeze(0).repeat(T, 1, 1, 1, 1)
        x = self.stem_lif(self.stem(x))
        x = self.seven_lif(self.seven_bn(self.seven(x))) + x
        x = self.five_lif(self.five(x)) + x
        x = self.eights_lif(self.eights(self.twice_lif(self.twice(x))))
        x = self.halves_lif(self.halves(x))
        return self.head(x.flatten(3).mean(3)).mean(0)


def images(count: int) -> torch.Tensor:
    return torch.randn(count, 3, 9, 9, generator=torch.Generator().manual_seed(5))


@pytest.fixture(scope="module")
def model() -> torch.nn.Module:
    return Mixers().eval()


@pytest.fixture(scope="module")
def compiled(model):
    return SpikeCompiler("simulation").compile(model, (2, 3, 9, 9))


def test_sums_are_exact_and_in_kernels(compiled):
    text = compiled.optimized_ir.module.asm()
    convolutions = re.findall(r"spike\.conv .*", text)
    assert len(convolutions) == 6 and sum(" exact" in line for line in convolutions) == 5
    lowered = compiled.optimized_ir.module.clone()
    lowered.run_pipeline("convert-spike-to-linalg")
    calls = re.findall(r"kernel\.conv .*", lowered.asm())
    # The stem; depthwise ones of 7, 5 and with two outputs each; ten groups; two products.
    assert len(calls) == 7 and sum(" groups " in line for line in calls) == 4
    assert sum("neuron #spike.lif" in line for line in calls) == 6


@pytest.mark.parametrize("stage", ["optimize", "compiled"])
def test_the_spikes_are_those_of_the_source(compiled, model, stage):
    report = compiled.verify(model, images(4), stage=stage)
    assert report.passed, str(report)
    assert len(report.spikes.layers) == 6 and "spike-exact" in str(report)


def test_kernels_loops_and_the_interpreter_give_the_same_bits(compiled):
    module, x = compiled.optimized_ir.module, [images(2).numpy()]
    expected = module.interpret(x)
    for contractions in ("kernel", "generic"):
        for threads in (1, 3):
            found = module.compile(num_threads=threads, contractions=contractions).run(x)
            assert all(
                np.array_equal(a.view(np.uint32), b.view(np.uint32)) for a, b in zip(expected, found, strict=True)
            )
