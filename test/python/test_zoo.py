# SPDX-License-Identifier: Apache-2.0
"""A model of SpikingJelly that imports torchvision, without it: every spike is the source's."""

from __future__ import annotations

import importlib

import pytest
import torch
from calibration import calibrate
from official import Exact, fire, images

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.frontend import official_repositories


@pytest.mark.slow
def test_sew_resnet_with_iand():
    """Its connecting function is (1 - x) * y."""
    from spikingjelly.activation_based import functional, neuron, surrogate

    with official_repositories():
        zoo = importlib.import_module("spikingjelly.activation_based.model.sew_resnet")
    torch.manual_seed(0)
    net = zoo.sew_resnet18(cnf="IAND", spiking_neuron=neuron.IFNode, surrogate_function=surrogate.ATan(), num_classes=5)
    functional.set_step_mode(net, "m")
    exact = Exact(fire(net, images(2, 1, 3, 32, 32)), images(2, 1, 3, 32, 32, seed=2))
    rates = exact.rates()
    assert len(rates) >= 8 and sum(rate > 0.03 for rate in rates.values()) > len(rates) / 2
    exact.judge("compile")


def attention_blocks():
    """SpikingJelly's attention of the MA-SNN kind between synapses and neurons: name, model, shape."""
    from spikingjelly.activation_based import layer, neuron

    lif, low = (neuron.LIFNode(v_threshold=v, step_mode="m") for v in (0.1, 0.02))  # three factors below one make less
    conv = layer.Conv2d(2, 8, 3, step_mode="m")
    yield "time", (conv, layer.TemporalWiseAttention(8, 4), lif), (8, 2, 2, 8, 8)
    linear = layer.Linear(6, 24, step_mode="m")
    yield "time of features", (linear, layer.TemporalWiseAttention(8, 4, 2), lif), (8, 2, 6)
    yield "all axes", (conv, layer.MultiDimensionalAttention(8, 8, 4, 4), low), (8, 2, 2, 8, 8)
    yield "space", (conv, layer.MultiDimensionalAttention(8, 8, 4, 4, use_temporal=False), low), (8, 2, 2, 8, 8)


@pytest.mark.parametrize("name", ["time", "time of features", "all axes", "space"])
def test_attention_over_axes(name):
    torch.manual_seed(3)
    parts, shape = next((parts, shape) for own, parts, shape in attention_blocks() if own == name)
    model, x = torch.nn.Sequential(*parts).eval(), images(*shape, seed=5)
    report = SpikeCompiler().compile(model, shape).verify(model, x)
    assert report.passed and 0.05 < report.spikes.rate < 0.6, str(report)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "factory", "arguments", "shape"),
    [
        ("masnn", "MASNN", {"T": 6, "input_size": (16, 16), "channels": (16, 16), "pools": (1, 2), "fc_hidden": 32,
                            "reduction_t": 2}, (6, 1, 2, 16, 16)),
        ("masnn", "att_ms_resnet18", {"num_classes": 10}, (2, 1, 3, 32, 32)),
        ("ms_resnet", "ms_resnet18", {"num_classes": 10}, (2, 1, 3, 32, 32)),
        ("ms_resnet", "max_resnet18", {"num_classes": 10}, (2, 1, 3, 32, 32)),
    ],
)  # fmt: skip
def test_attention_and_residual_networks(module, factory, arguments, shape):
    """As shipped; thresholds calibrated."""
    source = importlib.import_module(f"spikingjelly.activation_based.model.{module}")
    torch.manual_seed(0)
    model = calibrate(getattr(source, factory)(**arguments).eval(), images(*shape))
    report = SpikeCompiler().compile(model, shape).verify(model, images(*shape, seed=2))
    assert report.passed and report.spikes.rate > 0.05, str(report)
