# SPDX-License-Identifier: Apache-2.0
"""The neuron registry: every entry computes what its library computes, bit for bit; everything else is refused."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from frontend_support import interpret
from official import build
from spikingjelly.activation_based import functional, neuron, surrogate

from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.frontend import ModelParser, Neuron, import_model, register_neuron
from spike_transformer_compiler.frontend.neurons import registry

STEPS = 8


class Strict(torch.nn.Module):
    """Spikes strictly above the threshold."""

    def forward(self, x):
        return (x > 0).to(x)


class Every(torch.nn.Module):
    """All neurons on the same input."""

    def __init__(self, nodes):
        super().__init__()
        self.nodes = torch.nn.ModuleList(nodes)

    def forward(self, x):
        return tuple(node(x) for node in self.nodes)


def zoo(step_mode: str) -> list[torch.nn.Module]:
    nodes = []
    for v_reset, v_threshold in itertools.product((0.0, 0.3, -0.25, None), (1.0, 0.5)):
        common = {"v_reset": v_reset, "v_threshold": v_threshold, "step_mode": step_mode}
        nodes.append(neuron.IFNode(**common))
        for decay_input, tau in itertools.product((True, False), (2.0, 3.0)):
            nodes.append(neuron.LIFNode(tau=tau, decay_input=decay_input, **common))
            nodes.append(neuron.ParametricLIFNode(init_tau=tau, decay_input=decay_input, **common))
    for decay_input, tau in itertools.product((True, False), (2.0, 3.0)):
        nodes.append(neuron.SimpleLIFNode(tau=tau, decay_input=decay_input, step_mode=step_mode))
    nodes.append(neuron.SimpleIFNode(step_mode=step_mode))
    nodes.append(neuron.SimpleIFNode(v_reset=None, step_mode=step_mode))
    nodes.append(neuron.LIFNode(surrogate_function=Strict(), step_mode=step_mode))
    for function in (surrogate.ATan(), surrogate.Erf(), surrogate.Rect(), surrogate.LeakyKReLU()):
        nodes.append(neuron.LIFNode(surrogate_function=function, step_mode=step_mode))
    return nodes


def currents() -> torch.Tensor:
    """Half of them on a grid where the membrane meets the threshold exactly, half anywhere."""
    generator = torch.Generator().manual_seed(3)
    grid = torch.randint(-6, 17, (STEPS, 2, 64), generator=generator) / 4.0
    anywhere = torch.randn(STEPS, 2, 64, generator=generator) * 3.0
    return torch.cat([grid, anywhere], dim=2)


def test_multi_step_neurons_are_bit_exact():
    model, x = Every(zoo("m")).eval(), currents()
    imported = import_model(model, {"x": tuple(x.shape)})
    with torch.no_grad():
        expected = model(x)
    for node, want, got in zip(model.nodes, expected, interpret(imported.module, [x]), strict=True):
        assert 0.02 < want.mean() < 0.98, f"{node} hardly tests anything"
        np.testing.assert_array_equal(got, want.numpy(), err_msg=repr(node))


def test_single_step_neurons_are_bit_exact():
    model, x = Every(zoo("s")).eval(), currents()
    # The input of a lifted model has no time axis: the time is part of the batch here, and every step sees all of it.
    imported = import_model(model, {"x": tuple(x.shape)}, time_steps=5)
    assert imported.stepped and imported.time_steps == 5
    functional.reset_net(model)
    with torch.no_grad():
        expected = [torch.stack(outputs) for outputs in zip(*(model(x) for _ in range(5)), strict=True)]
    for node, want, got in zip(model.nodes, expected, interpret(imported.module, [x]), strict=True):
        np.testing.assert_array_equal(got, want.numpy(), err_msg=repr(node))


@pytest.mark.parametrize("decode", ["last_mem", "mean-mem", "max-mem", None])
def test_readout(decode):
    model, x = torch.nn.Sequential(neuron.NonSpikingLIFNode(tau=3.0, decode=decode)).eval(), currents()
    imported = import_model(model, {"x": tuple(x.shape)})
    with torch.no_grad():
        expected = model(x)
    expected = expected if isinstance(expected, list) else [expected]
    results = interpret(imported.module, [x])
    assert len(results) == len(expected)
    for want, got in zip(expected, results, strict=True):
        np.testing.assert_allclose(
            got, want.numpy(), rtol=0 if decode != "mean-mem" else 1e-6, atol=0 if decode != "mean-mem" else 1e-6
        )


def test_learned_leak_is_the_sigmoid_in_float32():
    node = neuron.ParametricLIFNode(init_tau=2.7, step_mode="m").eval()
    decay = float(node.w.detach().sigmoid())
    assert f"decay = {decay!r}" in registry.describe(node, "lif").model


def parse(node: torch.nn.Module, shape=(4, 1, 8)):
    model = torch.nn.Sequential()
    model.add_module("stage", torch.nn.Sequential(node))
    return ModelParser().parse(model.eval(), {"x": shape})


@pytest.mark.parametrize(
    "node",
    [
        neuron.MPBNLIFNode(out_features=8, step_mode="m"),
        neuron.OTTTLIFNode(),
    ],
    ids=lambda node: type(node).__name__,
)
def test_other_neurons_are_refused_by_class_and_path(node):
    with pytest.raises(ValidationError) as caught:
        parse(node)
    assert "'stage.0'" in str(caught.value) and type(node).__name__ in str(caught.value)
    assert caught.value.error_code == "unsupported-neuron"


def test_a_refused_neuron_that_never_runs_does_no_harm():
    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.used = neuron.LIFNode(step_mode="m")
            self.unused = neuron.OTTTLIFNode()

        def forward(self, x):
            return self.used(x)

    assert "spike.neuron" in str(ModelParser().parse(Model().eval(), {"x": (4, 1, 8)}))


def test_a_subclass_that_changes_nothing_is_its_base():
    class Mine(neuron.LIFNode):
        def __init__(self):
            super().__init__(tau=4.0, step_mode="m")

    assert "tau = 4.0" in str(parse(Mine()))


def test_a_subclass_that_overrides_is_refused():
    class Mine(neuron.LIFNode):
        def multi_step_forward(self, x_seq, *args, **kwargs):
            return super().multi_step_forward(x_seq * 2.0)

    with pytest.raises(ValidationError, match="Mine"):
        parse(Mine(step_mode="m"))


def spoilt(**attributes) -> torch.nn.Module:
    node = neuron.LIFNode(step_mode="m")
    for name, value in attributes.items():
        setattr(node, name, value)
    return node


@pytest.mark.parametrize(
    "node, reason",
    [
        (spoilt(v_threshold=torch.tensor(1.0)), "v_threshold to be a finite number"),
        (spoilt(tau=float("nan")), "tau to be a finite number"),
        (spoilt(surrogate_function=surrogate.Sigmoid(spiking=False)), "does not output spikes"),
    ],
)
def test_attributes_that_decide_about_spikes_are_read(node, reason):
    with pytest.raises(ValidationError, match=reason) as caught:
        parse(node)
    assert "'stage.0'" in str(caught.value)


def test_the_membrane_starts_where_the_module_says():
    node = neuron.LIFNode(step_mode="m")
    node.set_reset_value("v", 0.4)
    assert "v_init = 0.4" in str(parse(node))
    node = neuron.QIFNode(step_mode="m")
    node.set_reset_value("v", 0.4)
    with pytest.raises(ValidationError, match="v to start at -0.1, got 0.4"):
        parse(node)


def test_state_left_by_earlier_runs_does_not_matter():
    node = neuron.LIFNode(step_mode="m").eval()
    fresh = str(parse(node))
    node(torch.ones(4, 1, 8))
    assert isinstance(node.v, torch.Tensor)
    membrane = node.v.clone()
    assert str(parse(node)) == fresh
    assert torch.equal(node.v, membrane)


def test_register_a_class_of_ones_own():
    class Twice(torch.nn.Module):
        def forward(self, x):
            raise AssertionError("only its registration matters")

    name = f"{Twice.__module__}.{Twice.__qualname__}"
    register_neuron(name)(lambda module: Neuron("#spike.if<v_threshold = 2.0>", single_step=False))
    try:
        assert registry.describe(Twice(), "x").model == "#spike.if<v_threshold = 2.0>"
    finally:
        del registry._registry[name]


@pytest.mark.parametrize("leak", (1e-6, 0.1, 0.25, 0.3, 0.5, 0.75, 0.9, 0.9375, 1.0))
def test_a_neuron_of_the_models_own_file_is_known_by_its_equation(leak):
    x = currents()
    node = build("stmixer.py:LIFSpike", T=STEPS, thresh=0.75, tau=leak)
    model = torch.nn.Sequential(torch.nn.Flatten(0, 1), node).eval()
    imported = import_model(model, {"x": tuple(x.shape)})
    assert imported.time_steps == STEPS and imported.module.signature()["inputs"][0]["time_axis"]
    with torch.no_grad():
        expected = model(x)
    np.testing.assert_array_equal(interpret(imported.module, [x])[0], expected.numpy())


class Subtracting(torch.nn.Module):
    """The leak is taken off the membrane: another rounding than that of a factor, unless both are exact."""

    def __init__(self, tau):
        super().__init__()
        self.T, self.thresh, self.tau = 4, 1.0, tau

    def forward(self, x):
        membrane, spikes = 0.0, []
        for current in x.view(self.T, -1, *x.shape[1:]):
            membrane = membrane - membrane * (1 - self.tau) + current
            spikes.append((membrane >= self.thresh).float())
            membrane = membrane * (1 - spikes[-1])
        return torch.stack(spikes).flatten(0, 1)


@pytest.mark.parametrize("leak, known", ((0.5, True), (0.75, True), (0.3, False), (0.9, False)))
def test_another_rounding_is_another_neuron(leak, known):
    assert (registry.describe(Subtracting(leak), "x") is not None) == known


@pytest.mark.parametrize(
    "change",
    ({"tau": 1e-20}, {"tau": 0.0}, {"tau": -0.5}, {"tau": 1.5}, {"tau": float("nan")}, {"thresh": float("inf")}),
)
def test_leaks_and_thresholds_without_a_model_stay_code(change):
    assert registry.describe(build("stmixer.py:LIFSpike", **{"T": 4, **change}), "x") is None
