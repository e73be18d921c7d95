# SPDX-License-Identifier: Apache-2.0
"""A model of SpikingJelly that imports torchvision, without it: every spike is the source's."""

from __future__ import annotations

import importlib

import pytest
import torch
from official import Exact, fire, images

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
