# SPDX-License-Identifier: Apache-2.0
"""Every spike of SpikingJelly's CIFAR-10 Spikformer, calibrated to 15 % firing, is the source's."""

from __future__ import annotations

import pytest
import torch
from calibration import calibrated_spikformer_cifar10, cifar10_shaped_images, firing_rates
from test_exactness import Case

from spike_transformer_compiler.optimization import stage_pipeline


@pytest.fixture(scope="module")
def model():
    return calibrated_spikformer_cifar10()


@pytest.fixture(scope="module")
def eight(model):
    return Case(model, cifar10_shaped_images(8).numpy())


@pytest.mark.slow
def test_it_fires(model):
    rates = firing_rates(model, cifar10_shaped_images(8))
    assert len(rates) == 25 and all(0.10 < rate < 0.20 for rate in rates.values()), rates


@pytest.mark.slow
def test_attention_is_proved_exact(eight):
    assert sum(exact for path, exact in eight.exact.items() if path.endswith("attn_lif")) == 4


@pytest.mark.slow
@pytest.mark.parametrize("level", range(4))
def test_compiled(eight, level):
    module = eight.forced.clone()
    module.run_pipeline(stage_pipeline("optimize", level))
    report = eight.judge(module, module.compile(num_threads=2).run)
    assert report.total("steps") > 39_000_000


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["import", "optimize"])
def test_interpreted(model, stage):
    torch.set_num_threads(2)
    case = Case(model, cifar10_shaped_images(1).numpy())
    module = case.forced.clone()
    if stage == "optimize":
        module.run_pipeline(stage_pipeline("optimize", 2))
    case.judge(module, module.interpret)


@pytest.mark.slow
def test_classes(model, eight):
    """The same class for every image, but for those where a listed tie turns it: random weights make it chaotic."""
    report = eight.compiled.verify(model, eight.images)
    assert report.passed and report.classes, report
