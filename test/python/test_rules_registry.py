# SPDX-License-Identifier: Apache-2.0
"""Every neuron that the importer accepts has a rule, or a reason why it needs none."""

from __future__ import annotations

import importlib

import pytest
import torch
from official import build
from rule_checks import check_rule
from spikingjelly.activation_based import neuron

from spike_transformer_compiler import verification as V
from spike_transformer_compiler.frontend.neurons import registry

pytest.importorskip("snntorch")
pytest.importorskip("norse")

#: What a class must be given to be made.
ARGUMENTS = {
    "SimpleLIFNode": (2.0, True),
    "LIFRecurrentCell": (4, 4),
    "LIFRecurrent": (4, 4),
    "Leaky": (0.5,),
    "Lapicque": (0.5,),
    "Synaptic": (0.5, 0.5),
    "Alpha": (0.6, 0.5),
    "RLeaky": (0.5, 1.0, False),
    "RSynaptic": (0.5, 0.5, 1.0, False),
    "PSN": (4,),
    "MaskedPSN": (2, 4),
    "SlidingPSN": (2,),
    "GatedLIFNode": (4,),
}

#: Membranes are all they give: there is no decision to judge, the comparison runs the source's own code in float64.
READOUTS = {
    f"{module}.{name}"
    for module, names in {
        "spikingjelly.activation_based.neuron.lif": ("NonSpikingLIFNode",),
        "spikingjelly.activation_based.neuron.integrate_and_fire": ("NonSpikingIFNode",),
        "norse.torch.module.leaky_integrator": ("LI", "LICell"),
        "norse.torch.module.leaky_integrator_box": ("LIBoxCell",),
    }.items()
    for name in names
}

#: An activation of the membrane is its output; its spikes are never seen, so that they cannot be recorded.
ANALOG = {"spikingjelly.activation_based.neuron.lif_variants.LIAFNode"}


def _make(name: str) -> torch.nn.Module:
    module, _, cls = name.rpartition(".")
    if module.startswith("spikingjelly.clock_driven"):  # the old package is no longer installed
        base = getattr(neuron, cls.removeprefix("MultiStep"))
        return type(cls, (base,), {"__module__": module, "__qualname__": cls})()
    made = getattr(importlib.import_module(module), cls)(*ARGUMENTS.get(cls, ())).eval()
    if module.endswith(".psn"):  # in single-step mode they keep a queue, which the importer refuses
        made.step_mode = "m"
    return made


@pytest.mark.parametrize("name", sorted(set(registry._registry) - ANALOG - READOUTS))
def test_every_registered_class_has_a_rule(name):
    module = _make(name)
    assert registry.describe(module, "x") is not None
    assert isinstance(V.rule_of(module), V.NeuronRule)


def test_the_exceptions_are_registered():
    assert READOUTS | ANALOG <= set(registry._registry)
    for name in READOUTS:
        assert V.rule_of(_make(name)) is None


def test_an_analog_neuron_has_a_rule_where_it_is_a_spiking_one():
    node = neuron.LIAFNode(torch.relu, False, step_mode="m").eval()
    assert isinstance(V.rule_of(node), V.NeuronRule)


class Rounded(torch.nn.Module):
    """A quantiser under a name of its own."""

    def __init__(self, largest, norm, up):
        super().__init__()
        self.largest, self.norm, self.up = largest, norm, up

    def forward(self, x):
        x = x.clamp(0, self.largest)
        return (torch.floor(x + 0.5) if self.up else torch.round(x)) / self.norm


def _renamed(module: torch.nn.Module) -> torch.nn.Module:
    module.__class__ = type("Another", (type(module),), {})
    return module


OWN = {
    "MultiSpike": lambda: build("sdt_v3.py:MultiSpike"),
    "Multispike": lambda: build("sdt_v3.py:Multispike"),
    "LIFSpike": lambda: build("stmixer.py:LIFSpike", T=4),
    "one step": lambda: build("stmixer.py:LIFSpike"),
    "under another name": lambda: _renamed(build("stmixer.py:LIFSpike", T=2, thresh=0.5, tau=0.75)),
    "another leak": lambda: build("stmixer.py:LIFSpike", T=4, tau=0.3),
    "no leak": lambda: build("stmixer.py:LIFSpike", T=4, tau=1.0),
    "rounded": lambda: Rounded(8, 8, False),
    "rounded up": lambda: Rounded(3, 1, True),
    "spikes": lambda: Rounded(1, 1, False),
}


@pytest.mark.parametrize("name", OWN)
def test_neurons_that_models_define_themselves(name):
    torch.manual_seed(0)
    spike = OWN[name]()
    assert registry.describe(spike, "x") is not None
    model = torch.nn.Sequential(torch.nn.Linear(8, 32), spike).eval()
    check_rule(model, 2 * torch.randn(8, 8))


@pytest.mark.parametrize(
    "module",
    [
        torch.nn.Identity(),
        torch.nn.ReLU(),
        build("stmixer.py:LIFSpike", use_ann=True),
        build("stmixer.py:LIFSpike", T=4, tau=1.5),
        torch.nn.Sequential(neuron.IFNode()),
        torch.nn.Sequential(torch.nn.Linear(4, 4), Rounded(4, 4, False)),
    ],
    ids=["identity", "relu", "activation", "growing", "around a neuron", "with weights"],
)
def test_what_is_none(module):
    assert V.rule_of(module.eval()) is None
