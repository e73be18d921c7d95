# SPDX-License-Identifier: Apache-2.0
"""Every SpikingJelly neuron class and option over 100 time steps, spike for spike, against SpikingJelly's own eager run.

Interpreter and compiled code give the library's very bits, but where the library calls its own exponential (EIF, CLIF): there
the rule of `verification` decides. That rule, written from the equations in float64, is held to the library here as well.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from frontend_support import interpret
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spikingjelly.activation_based import functional, neuron, surrogate

from spike_transformer_compiler import verification
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.frontend import import_model

STEPS = 100
OWN_EXPONENTIAL = (neuron.EIFNode, neuron.ComplementaryLIFNode)


class Strict(torch.nn.Module):
    """Spikes strictly above the threshold."""

    spiking = True

    def forward(self, x):
        return (x > 0).to(x)


def options(**choices):
    names = list(choices)
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*choices.values())]


FIRING = options(v_reset=(0.0, -0.25, None), v_threshold=(1.0, 0.5))
LEAKY = options(v_reset=(0.0, -0.25, None), v_threshold=(1.0, 0.5), decay_input=(True, False), tau=(2.0, 3.0))
SIMPLE = options(decay_input=(True, False), tau=(2.0, 3.0), v_reset=(0.0, -0.25))

CLASSES: dict[type, list[dict]] = {
    neuron.IFNode: FIRING,
    neuron.SimpleIFNode: FIRING,
    neuron.HalfThresholdIFNode: options(v_threshold=(1.0, 0.75)),
    neuron.ActivationAwareIFNode: options(v_threshold=(1.0, 0.75), v_offset=(0.0, 0.3), v_reset=(None, 0.0)),
    neuron.LIFNode: LEAKY,
    neuron.SimpleLIFNode: SIMPLE,
    neuron.ParametricLIFNode: [{("init_tau" if k == "tau" else k): v for k, v in choice.items()} for choice in LEAKY],
    neuron.QIFNode: options(v_reset=(-0.1, None), tau=(2.0, 5.0), v_c=(0.8, 0.5), a0=(1.0, 0.4)),
    neuron.EIFNode: options(v_reset=(-0.1, -0.3), tau=(2.0, 5.0), delta_T=(1.0, 0.7), theta_rh=(0.8, 0.6)),
    neuron.IzhikevichNode: options(v_reset=(-0.1, -0.3), a=(0.0, 0.1), b=(0.0, 0.2), w_rest=(0.0, 0.1)),
    neuron.KLIFNode: options(v_reset=(0.0, None), scale_reset=(True, False), decay_input=(True, False)),
    neuron.ComplementaryLIFNode: options(tau=(2.0, 3.0), v_threshold=(1.0, 0.5)),
    neuron.CUBALIFNode: options(v_reset=(0.0, -0.25, None), c_decay=(0.5, 0.3), v_decay=(0.75, 0.9)),
    neuron.RAFNode: options(v_reset=(0.0, None), omega=(1.0, 0.3), b=(-0.2, -0.05)),
    neuron.ILIFNode: options(tau=(2.0, 4.0 / 3.0), v_threshold=(1.0, 0.75)),
    neuron.TernaryIFNode: FIRING,
    neuron.TernaryLIFNode: LEAKY,
}


def make(cls: type, step_mode: str, **chosen) -> torch.nn.Module:
    node = cls(**chosen)
    if hasattr(node, "k"):
        torch.nn.init.constant_(node.k, 1.3)
    functional.set_step_mode(node, step_mode)
    return node.eval()


class Every(torch.nn.Module):
    """All neurons on the same current, each with a gain of its own."""

    def __init__(self, nodes, gains):
        super().__init__()
        self.nodes, self.gains = torch.nn.ModuleList(nodes), gains
        self.eval()

    def forward(self, x):
        return tuple(node(x * gain) for node, gain in zip(self.nodes, self.gains, strict=True))


def currents(steps: int = STEPS) -> torch.Tensor:
    """[T, B, N]: half of them on a grid where membranes meet thresholds exactly, half anywhere."""
    generator = torch.Generator().manual_seed(5)
    grid = torch.randint(-4, 7, (steps, 2, 12), generator=generator) / 4.0
    anywhere = torch.randn(steps, 2, 12, generator=generator) + 0.3
    return torch.cat([grid, anywhere], dim=2)


def eager(node: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    functional.reset_net(node)
    with torch.no_grad():
        return torch.stack([node(step) for step in x]) if node.step_mode == "s" else node(x)


def calibrated(node: torch.nn.Module, x: torch.Tensor) -> float:
    """A gain, a power of two, at which the neuron fires at 10 to 25 % of the steps, or as near to that as there is."""
    gains = [2.0**e for e in range(-4, 5)]
    return min(gains, key=lambda gain: abs(float((eager(node, x * gain) != 0).float().mean()) - 0.17))


def ours(model: Every, x: torch.Tensor) -> tuple[list[np.ndarray], list[np.ndarray]]:
    imported = import_model(model, {"x": tuple(x.shape)})
    return interpret(imported.module, [x]), imported.module.compile(num_threads=1).run([x.numpy()])


def judge(node: torch.nn.Module, x: torch.Tensor, spikes: np.ndarray) -> None:
    model = torch.nn.Sequential(node)
    functional.reset_net(model)
    report = verification.verify(model, x, {"0": np.asarray(spikes)})
    assert report.passed, f"{node}: {report}"


def compare(nodes: list[torch.nn.Module], x: torch.Tensor, thorough: bool) -> None:
    model = Every(nodes, [calibrated(node, x) for node in nodes])
    interpreted, compiled = ours(model, x)
    rates = []
    for node, gain, got, run in zip(nodes, model.gains, interpreted, compiled, strict=True):
        np.testing.assert_array_equal(np.asarray(run), got, err_msg=repr(node))
        want = eager(node, x * gain).numpy()
        rates.append(float((want != 0).mean()))
        exact = not isinstance(node, OWN_EXPONENTIAL)
        if exact:
            np.testing.assert_array_equal(got, want, err_msg=repr(node))
        if thorough or not exact:
            judge(node, x * gain, got)
    assert 0.02 < min(rates) and max(rates) < 0.6, rates


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_one_of_each(cls):
    compare([make(cls, "m", **CLASSES[cls][0])], currents(30), thorough=False)


@pytest.mark.slow
@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_multi_step_neurons(cls):
    nodes = [make(cls, "m", **chosen) for chosen in CLASSES[cls]]
    if cls is not neuron.ILIFNode:
        nodes.append(make(cls, "m", surrogate_function=surrogate.ATan(), **CLASSES[cls][0]))
    if cls not in (neuron.ILIFNode, neuron.ComplementaryLIFNode, neuron.ActivationAwareIFNode):
        nodes.append(make(cls, "m", surrogate_function=Strict(), **CLASSES[cls][0]))
    compare(nodes, currents(), thorough=True)


@pytest.mark.slow
@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_single_step_neurons(cls):
    """In single-step mode the model has no time axis: every step of the lifted model sees the same input."""
    steps = 12
    nodes = [make(cls, "s", **chosen) for chosen in CLASSES[cls][::3]]
    x = currents(1)[0]
    model = Every(nodes, [calibrated(node, x.expand(steps, *x.shape)) for node in nodes])
    imported = import_model(model, {"x": tuple(x.shape)}, time_steps=steps)
    for node, gain, got in zip(nodes, model.gains, interpret(imported.module, [x]), strict=True):
        want = eager(node, (x * gain).expand(steps, *x.shape)).numpy()
        if isinstance(node, OWN_EXPONENTIAL):
            judge(make_multi(node), (x * gain).expand(steps, *x.shape).contiguous(), got)
        else:
            np.testing.assert_array_equal(got, want, err_msg=repr(node))


def make_multi(node: torch.nn.Module) -> torch.nn.Module:
    functional.reset_net(node)
    functional.set_step_mode(node, "m")
    return node


@pytest.mark.parametrize("store_v_seq", [True, False])
def test_liaf_gives_its_membrane_to_an_activation(store_v_seq):
    """Its multi-step form runs step by step where the membranes are stored; otherwise it is the one that LIF has."""
    x = currents(20)
    nodes = [
        neuron.LIAFNode(lambda v: v * 0.3, related, step_mode="m", store_v_seq=store_v_seq, **chosen).eval()
        for chosen, related in itertools.product(LEAKY[:3], (True, False))
    ]
    interpreted, compiled = ours(Every(nodes, [1.0] * len(nodes)), x)
    for node, got, run in zip(nodes, interpreted, compiled, strict=True):
        want = eager(node, x).numpy()
        assert set(np.unique(want)) == {0.0, 1.0} or store_v_seq
        np.testing.assert_array_equal(got, want, err_msg=repr(node))
        np.testing.assert_array_equal(np.asarray(run), got, err_msg=repr(node))


@pytest.mark.parametrize("decode", ["last_mem", "max-mem", None])
def test_integrating_readout(decode):
    x = currents(8)
    model = torch.nn.Sequential(neuron.NonSpikingIFNode(decode=decode)).eval()
    with torch.no_grad():
        expected = model(x)
    imported = import_model(model, {"x": tuple(x.shape)})
    expected = expected if isinstance(expected, list) else [expected]
    for want, got in zip(expected, interpret(imported.module, [x]), strict=True):
        np.testing.assert_array_equal(got, want.numpy())


numbers = st.floats(0.125, 4.0, width=32)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tau=st.floats(1.01, 20.0),
    threshold=numbers,
    reset=st.one_of(st.none(), st.floats(-1.0, 0.05)),
    decay_input=st.booleans(),
    k=st.floats(0.5, 2.0, width=32),
    gain=st.sampled_from([0.5, 1.0, 2.0]),
)
def test_any_parameters(tau, threshold, reset, decay_input, k, gain):
    common = {"v_threshold": threshold, "v_reset": reset, "step_mode": "m"}
    klif = neuron.KLIFNode(tau=tau, decay_input=decay_input, scale_reset=reset is None, **common)
    torch.nn.init.constant_(klif.k, k)
    nodes = [
        neuron.LIFNode(tau=tau, decay_input=decay_input, **common),
        neuron.QIFNode(tau=tau, v_rest=max(reset or 0.0, 0.05), v_threshold=threshold, v_reset=reset, step_mode="m"),
        neuron.IzhikevichNode(tau=tau, a=0.1, b=0.1, tau_w=tau, **common),
        neuron.TernaryLIFNode(
            tau=tau,
            decay_input=decay_input,
            **{**common, "v_reset": None if reset is None else reset * threshold * 0.9},
        ),
        neuron.ILIFNode(tau=tau, v_threshold=threshold, step_mode="m"),
        klif,
    ]
    x = currents(20)
    model = Every([node.eval() for node in nodes], [gain] * len(nodes))
    imported = import_model(model, {"x": tuple(x.shape)})
    for node, got in zip(nodes, interpret(imported.module, [x]), strict=True):
        np.testing.assert_array_equal(got, eager(node, x * gain).numpy(), err_msg=repr(node))


@pytest.mark.parametrize(
    "node, reason",
    [
        (neuron.ComplementaryLIFNode(step_mode="m"), "m to start at 0.0, got 0.5"),
        (neuron.CUBALIFNode(), "c to start at 0.0, got 0.5"),
        (neuron.RAFNode(step_mode="m"), "u to start at 0.0, got 0.5"),
        (neuron.KLIFNode(step_mode="m"), "k to be finite, got nan"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, torch.nn.Module) else "",
)
def test_what_decides_about_spikes_is_read(node, reason):
    if isinstance(node, neuron.KLIFNode):
        torch.nn.init.constant_(node.k, float("nan"))
    else:
        node.set_reset_value(next(name for name in ("m", "c", "u") if name in node._memories), 0.5)
    functional.set_step_mode(node, "m")
    with pytest.raises(ValidationError, match=reason):
        import_model(torch.nn.Sequential(node).eval(), {"x": (4, 1, 8)})


@pytest.mark.parametrize(
    "make_node",
    [
        lambda: neuron.PSN(12),
        lambda: neuron.MaskedPSN(3, 12, 0.4, step_mode="m"),
        lambda: neuron.SlidingPSN(4, step_mode="m"),
    ],
    ids=["PSN", "MaskedPSN", "SlidingPSN"],
)
def test_parallel_neurons(make_node):
    """They sum over time by a matrix product, whose order is not the library's: the rule decides."""
    torch.manual_seed(2)
    node = make_node().eval()
    torch.nn.init.constant_(node.bias, -0.5)
    x = currents(12)
    interpreted, compiled = ours(Every([node], [1.0]), x)
    assert 0.05 < interpreted[0].mean() < 0.5
    np.testing.assert_array_equal(np.asarray(compiled[0]), interpreted[0])
    judge(node, x, interpreted[0])


def test_a_parallel_neuron_in_single_steps_is_refused():
    with pytest.raises(ValidationError, match="expected step_mode 'm', got 's'"):
        import_model(torch.nn.Sequential(neuron.SlidingPSN(2)).eval(), {"x": (1, 8)}, time_steps=4)


@pytest.mark.parametrize("inplane", [None, 6])
def test_gated_neurons(inplane):
    torch.manual_seed(4)
    np.random.seed(4)
    node = neuron.GatedLIFNode(T=8, inplane=inplane).eval()
    for name in ("tau", "v_threshold", "linear_decay", "v_subreset", "conduct"):
        torch.nn.init.normal_(getattr(node, name), std=0.5)
    x = currents(8).reshape(8, 2, 6, 2, 2)
    functional.reset_net(node)
    gain = calibrated(node, x)
    interpreted, compiled = ours(Every([node], [gain]), x)
    np.testing.assert_array_equal(interpreted[0], eager(node, x * gain).numpy())
    np.testing.assert_array_equal(np.asarray(compiled[0]), interpreted[0])
    assert 0.05 < interpreted[0].mean() < 0.5
    judge(node, x * gain, interpreted[0])


def test_a_threshold_for_every_channel():
    x = currents(12).reshape(12, 2, 4, 6)
    for channel_dim, reset in ((-1, None), (-2, 0.25)):
        channels = x.shape[channel_dim]
        node = neuron.ActivationAwareIFNode(
            torch.linspace(0.5, 2.0, channels), torch.linspace(-0.2, 0.2, channels), channel_dim, reset, step_mode="m"
        ).eval()
        interpreted, compiled = ours(Every([node], [1.0]), x)
        np.testing.assert_array_equal(interpreted[0], eager(node, x).numpy())
        np.testing.assert_array_equal(np.asarray(compiled[0]), interpreted[0])
        judge(node, x, interpreted[0])
    with pytest.raises(ValidationError, match="channel_dim to count from the end, got 1"):
        node.channel_dim = 1
        import_model(torch.nn.Sequential(node).eval(), {"x": tuple(x.shape)})
