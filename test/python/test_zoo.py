# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly's own models: each compiles, and where the rule applies, every spike is the source's."""

from __future__ import annotations

import importlib

import pytest
import torch
from official import Exact, fire, images

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.frontend import official_repositories


def zoo(module: str):
    """A module of SpikingJelly's models; some of them import torchvision, to fetch weights."""
    with official_repositories():
        return importlib.import_module(f"spikingjelly.activation_based.model.{module}")


def sew(cnf: str):
    from spikingjelly.activation_based import functional, neuron, surrogate

    net = zoo("sew_resnet").sew_resnet18(
        cnf=cnf, spiking_neuron=neuron.IFNode, surrogate_function=surrogate.ATan(), num_classes=5
    )
    functional.set_step_mode(net, "m")
    return net


def multi_step(module: str, factory: str, **options):
    from spikingjelly.activation_based import functional, neuron, surrogate

    net = getattr(zoo(module), factory)(
        spiking_neuron=neuron.LIFNode, surrogate_function=surrogate.ATan(), tau=2.0, num_classes=5, **options
    )
    functional.set_step_mode(net, "m")
    return net


MODELS = {
    "sew_resnet18 ADD": (lambda: sew("ADD"), (2, 1, 3, 32, 32)),
    "sew_resnet18 AND": (lambda: sew("AND"), (2, 1, 3, 32, 32)),
    "sew_resnet18 IAND": (lambda: sew("IAND"), (2, 1, 3, 32, 32)),
    "spiking_resnet18": (lambda: multi_step("spiking_resnet", "spiking_resnet18"), (2, 1, 3, 32, 32)),
    "spiking_vgg11_bn": (lambda: multi_step("spiking_vgg", "spiking_vgg11_bn"), (2, 1, 3, 32, 32)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_every_spike(name):
    build, shape = MODELS[name]
    torch.manual_seed(0)
    model = fire(build(), images(*shape))
    exact = Exact(model, images(*shape, seed=2))
    assert len(exact.rates()) >= 8 and sum(rate > 0.03 for rate in exact.rates().values()) > len(exact.rates()) / 2
    exact.judge("compile")


def test_compiles_without_torchvision():
    model = multi_step("spiking_vgg", "spiking_vgg11").eval()
    compiled = SpikeCompiler(target="simulation", optimization_level=0).compile(model, (1, 1, 3, 32, 32))
    assert compiled.statistics.num_neurons > 0
