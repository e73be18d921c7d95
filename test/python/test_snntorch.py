# SPDX-License-Identifier: Apache-2.0
"""snnTorch's neurons with every option, over 100 steps: spikes and membranes are those of the library, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from frontend_support import interpret
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.exceptions import CompilationError
from spike_transformer_compiler.frontend import import_model

snn = pytest.importorskip("snntorch")
utils = pytest.importorskip("snntorch.utils")

STEPS, BATCH, SIZE = 100, 2, 6


def currents(scale: float = 1.0, steps: int = STEPS, shape=(BATCH, SIZE)) -> torch.Tensor:
    """Half of them on a grid, where membranes meet the threshold exactly, half anywhere."""
    generator = torch.Generator().manual_seed(5)
    grid = torch.randint(-2, 5, (steps // 2, *shape), generator=generator) / 8.0
    anywhere = torch.randn(steps - steps // 2, *shape, generator=generator) * 0.3 + 0.1
    return torch.cat([grid, anywhere]) * scale


class Explicit(nn.Module):
    """One neuron whose state goes from call to call; every output of every step is returned."""

    def __init__(self, lif: nn.Module, start: str):
        super().__init__()
        self.lif, self.start = lif, start

    def forward(self, x):
        states = getattr(self.lif, self.start)()
        states = states if isinstance(states, tuple) else (states,)
        records = []
        for current in x:
            outputs = self.lif(current, *states)
            states = outputs[-len(states) :]  # recurrent neurons take their spikes back as well
            records.append(outputs)
        return tuple(torch.stack(record) for record in zip(*records, strict=True))


class Hidden(nn.Module):
    """One neuron that keeps its state.

    `by_itself`: it is reset by its own method, because snntorch.utils.reset leaves RSynaptic its last spikes.
    """

    def __init__(self, lif: nn.Module, by_itself: bool = False):
        super().__init__()
        self.lif, self.by_itself = lif, by_itself

    def forward(self, x):
        if self.by_itself:
            self.lif.reset_mem()
        else:
            utils.reset(self)
        records = []
        for current in x:
            outputs = self.lif(current)
            records.append(outputs if isinstance(outputs, tuple) else (outputs,))
        return tuple(torch.stack(record) for record in zip(*records, strict=True))


def vector(low: float, high: float) -> torch.Tensor:
    return torch.linspace(low, high, SIZE)


RESETS = ("subtract", "zero", "none")
LEAKY = {
    "plain": {},
    "vectors": {"beta": vector(0.3, 0.95), "threshold": vector(0.5, 1.5)},
    "learned": {"beta": torch.tensor(0.7), "learn_beta": True, "learn_threshold": True},
    "clamped": {"beta": torch.tensor(-0.25), "learn_beta": True, "threshold": 0.25},
    "graded": {"graded_spikes_factor": 0.37},
    "grid": {"beta": 0.5, "threshold": 0.5},
}
CASES = []
for reset in RESETS:
    for delay in (True, False):
        common = {"reset_mechanism": reset, "reset_delay": delay}
        for name, options in LEAKY.items():
            CASES.append(
                (
                    f"leaky-{name}",
                    lambda o=options, c=common: snn.Leaky(**{"beta": 0.9, **o, **c}),
                    "init_leaky",
                    common,
                )
            )
        CASES.append(("synaptic", lambda c=common: snn.Synaptic(alpha=0.6, beta=0.8, **c), "init_synaptic", common))
        CASES.append(
            (
                "synaptic-vectors",
                lambda c=common: snn.Synaptic(alpha=vector(0.1, 0.8), beta=vector(0.9, 0.2), **c),
                "reset_mem",
                common,
            )
        )
        CASES.append(
            ("rleaky-v", lambda c=common: snn.RLeaky(beta=0.8, V=-0.4, all_to_all=False, **c), "init_rleaky", common)
        )
        CASES.append(
            (
                "rleaky-vs",
                lambda c=common: snn.RLeaky(beta=0.8, V=vector(-0.5, 0.5), all_to_all=False, **c),
                "reset_mem",
                common,
            )
        )
    only = {"reset_mechanism": reset}
    CASES.append(
        (
            "rsynaptic-v",
            lambda c=only: snn.RSynaptic(
                alpha=0.5,
                beta=0.8,
                threshold=1.0 if c["reset_mechanism"] != "none" else 6.0,
                V=-0.3,
                all_to_all=False,
                **c,
            ),
            "init_rsynaptic",
            only,
        )
    )
    CASES.append(("alpha", lambda c=only: snn.Alpha(alpha=0.85, beta=0.8, **c), "init_alpha", only))
    CASES.append(("lapicque", lambda c=only: snn.Lapicque(beta=0.8, **c), "init_lapicque", only))
    CASES.append(
        ("lapicque-rc", lambda c=only: snn.Lapicque(R=5.1, C=2.0e-1, time_step=0.3, **c), "init_lapicque", only)
    )


def label(case) -> str:
    return "-".join([case[0], *(str(value) for value in case[3].values())])


def calibrated(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """The input at the scale at which the neuron fires nearest to 15 %; scales keep the grid."""
    with torch.no_grad():
        scales = [power * factor for power in (0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0) for factor in (1.0, 1.5)]
        rates = {scale: float((model(x * scale)[0] != 0).float().mean()) for scale in scales}
    scale = min(rates, key=lambda scale: abs(rates[scale] - 0.15))
    assert 0.03 < rates[scale] < 0.5, f"{rates} hardly tests anything"
    return x * scale


def same(got, want, exact: bool) -> None:
    if exact:
        np.testing.assert_array_equal(got, want)
    else:
        np.testing.assert_allclose(got, want, atol=1e-4)


def check(model: nn.Module, x: torch.Tensor, compiled: bool = False, fires: bool = True, exact: bool = True) -> None:
    """All spikes are equal, and membranes if sums have the library's order (`exact`)."""
    model = model.eval()
    x = calibrated(model, x) if fires else x
    with torch.no_grad():
        expected = [value.numpy() for value in model(x)]
    imported = import_model(model, {"x": tuple(x.shape)})
    assert not imported.stepped and imported.time_steps == len(x)
    runs = [interpret(imported.module, [x])]
    if compiled:
        outputs = SpikeCompiler(target="simulation").compile(model, input_shape=tuple(x.shape)).run(x.numpy())
        runs.append(outputs if isinstance(outputs, tuple) else (outputs,))
    for outputs in runs:
        for index, (want, got) in enumerate(zip(expected, outputs, strict=True)):
            same(got, want, exact or index == 0)


def quick(case) -> object:
    """The library's defaults are tested each time, every other option with the slow tests."""
    usual = case[3] in ({"reset_mechanism": "subtract", "reset_delay": True}, {"reset_mechanism": "subtract"})
    kinds = ("leaky-plain", "synaptic", "alpha", "rleaky-v")
    return pytest.param(case, id=label(case), marks=() if usual and case[0] in kinds else pytest.mark.slow)


@pytest.mark.parametrize("case", map(quick, CASES))
def test_a_loop_with_explicit_state(case):
    name, make, start, options = case
    check(Explicit(make(), start), currents(), compiled=name in ("leaky-vectors", "synaptic", "alpha"))


@pytest.mark.slow
@pytest.mark.parametrize("output", [False, True])
@pytest.mark.parametrize(
    "make",
    [
        lambda **o: snn.Leaky(beta=0.9, **o),
        lambda **o: snn.Synaptic(alpha=0.5, beta=0.8, **o),
        lambda **o: snn.Lapicque(beta=0.8, **o),
        lambda **o: snn.RLeaky(beta=0.8, V=0.3, all_to_all=False, **o),
    ],
)
def test_a_loop_with_hidden_state(make, output):
    check(Hidden(make(init_hidden=True, output=output)), currents())


@pytest.mark.slow
def test_alpha_keeps_its_hidden_state():
    check(Hidden(snn.Alpha(alpha=0.85, beta=0.8, init_hidden=True)), currents(4.0))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["linear", "conv"])
def test_recurrent_layers(kind):
    torch.manual_seed(2)
    shape = {"linear": (BATCH, SIZE), "conv": (BATCH, 3, 4, 4)}[kind]
    options = {"linear": {"linear_features": SIZE}, "conv": {"conv2d_channels": 3, "kernel_size": 3}}[kind]
    x = currents(1.2, 20, shape)
    check(Explicit(snn.RLeaky(beta=0.7, **options), "init_rleaky"), x, compiled=True, exact=False)
    check(Explicit(snn.RSynaptic(alpha=0.4, beta=0.6, **options), "init_rsynaptic"), x, exact=False)


RECURRENT = {
    "one to one": lambda **o: snn.RLeaky(beta=0.7, V=0.6, all_to_all=False, **o),
    "all to all": lambda **o: snn.RLeaky(beta=0.7, linear_features=SIZE, **o),
    "synaptic": lambda **o: snn.RSynaptic(alpha=0.4, beta=0.7, V=vector(-0.5, 0.5), all_to_all=False, **o),
}


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("name", RECURRENT)
def test_graded_spikes_come_back_graded(name, hidden):
    """The constructors of these classes take no factor, but the buffer is there: a file of weights may set it."""
    torch.manual_seed(2)
    lif = RECURRENT[name](init_hidden=hidden)
    lif.graded_spikes_factor = torch.tensor(0.37)
    model = Hidden(lif, by_itself=True) if hidden else Explicit(lif, "reset_mem")
    check(model, currents(1.2, 20), exact=name != "all to all")


@pytest.mark.parametrize("name", ["one to one", "synaptic"])
def test_a_loop_that_hands_back_spikes_is_rolled_up(name):
    model = Explicit(RECURRENT[name](), "reset_mem").eval()
    assert import_model(model, {"x": (20, BATCH, SIZE)}).module.asm().count("spike.neuron") == 1


def test_spikes_that_are_not_handed_back_unchanged():
    class Swapped(Explicit):
        def forward(self, x):
            spk, mem, spikes = torch.zeros(BATCH, SIZE), torch.zeros(BATCH, SIZE), []
            for current in x:
                spk, mem = self.lif(current, spk, mem)
                spikes.append(spk)
                spk = torch.cat([spk[1:], spk[:1]])
            return torch.stack(spikes), mem

    check(Swapped(RECURRENT["one to one"](), ""), currents(1.2, 20))


class Network(nn.Module):
    """The network of the library's tutorial."""

    def __init__(self, sizes=(20, 30, 10), steps: int = 25, **options):
        super().__init__()
        torch.manual_seed(3)
        self.fc1, self.lif1 = nn.Linear(sizes[0], sizes[1]), snn.Leaky(beta=0.95, threshold=0.3, **options)
        self.fc2, self.lif2 = nn.Linear(sizes[1], sizes[2]), snn.Leaky(beta=0.95, threshold=0.2, **options)
        self.steps = steps

    def forward(self, x):
        mem1, mem2 = self.lif1.init_leaky(), self.lif2.init_leaky()
        spikes, membranes = [], []
        for _ in range(self.steps):
            spk1, mem1 = self.lif1(self.fc1(x), mem1)
            spk2, mem2 = self.lif2(self.fc2(spk1), mem2)
            spikes.append(spk2)
            membranes.append(mem2)
        return torch.stack(spikes, dim=0), torch.stack(membranes, dim=0)


def test_the_tutorial_network_rolls():
    model, x = Network().eval(), torch.rand(4, 20)
    with torch.no_grad():
        spikes, membranes = model(x)
    module = import_model(model, {"x": (4, 20)}).module
    assert module.asm().count("spike.neuron") == 2 and "trace" in module.asm()
    compiled = SpikeCompiler(target="simulation").compile(model, input_shape=(4, 20))
    got, trace = compiled.run(x.numpy())
    assert 0.02 < spikes.mean() < 0.6
    np.testing.assert_array_equal(got, spikes.numpy())
    np.testing.assert_allclose(trace, membranes.numpy(), atol=1e-4)
    other = torch.rand(7, 20)  # another batch
    with torch.no_grad():
        np.testing.assert_array_equal(compiled.run(other.numpy())[0], model(other)[0].numpy())


def test_a_sequential_model_is_lifted_over_time():
    torch.manual_seed(1)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3),
        snn.Leaky(beta=0.8, threshold=0.2, init_hidden=True),
        nn.Flatten(),
        nn.Linear(144, 10),
        snn.Leaky(beta=0.8, threshold=0.1, init_hidden=True, output=True),
    ).eval()
    x = torch.rand(2, 1, 8, 8)
    imported = import_model(model, {"x": (2, 1, 8, 8)}, time_steps=12)
    assert imported.stepped and imported.time_steps == 12
    utils.reset(model)
    with torch.no_grad():
        expected = [torch.stack(values).numpy() for values in zip(*(model(x) for _ in range(12)), strict=True)]
    got = interpret(imported.module, [x])
    assert 0.02 < expected[0].mean() < 0.6
    np.testing.assert_array_equal(got[0], expected[0])
    np.testing.assert_allclose(got[1], expected[1], atol=1e-5)


def test_the_users_neurons_are_left_alone():
    model = Hidden(snn.Leaky(beta=0.9, init_hidden=True)).eval()
    model.lif.mem = torch.full((BATCH, SIZE), 0.5)
    before = list(snn.SpikingNeuron.instances)
    import_model(model, {"x": (5, BATCH, SIZE)})
    assert snn.SpikingNeuron.instances == before
    assert torch.equal(model.lif.mem, torch.full((BATCH, SIZE), 0.5))


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    beta=st.floats(0.0, 1.25, width=32),
    threshold=st.floats(0.0625, 2.0, width=32),
    reset=st.sampled_from(RESETS),
    delay=st.booleans(),
)
def test_leaky_with_any_parameters(beta, threshold, reset, delay):
    lif = snn.Leaky(beta=beta, threshold=threshold, reset_mechanism=reset, reset_delay=delay)
    check(Explicit(lif, "init_leaky"), currents(steps=30), fires=False)


REFUSED = {
    "state_quant": (lambda: snn.Leaky(beta=0.9, state_quant=torch.round), "state_quant"),
    "inhibition": (lambda: snn.Leaky(beta=0.9, inhibition=True), "inhibition"),
    "slstm": (lambda: snn.SLSTM(SIZE, SIZE), "SLSTM"),
    "surrogate": (lambda: snn.Leaky(beta=0.9, spike_grad=torch.relu), "does not spike strictly above"),
}


class One(nn.Module):
    def __init__(self, lif):
        super().__init__()
        self.lif = lif

    def forward(self, x):
        return self.lif(x)[0]


@pytest.mark.filterwarnings("ignore:Inhibition")
@pytest.mark.parametrize("name", REFUSED)
def test_refused_options_are_named(name):
    make, words = REFUSED[name]
    model = nn.Sequential()
    model.add_module("stage", One(make()))
    with pytest.raises(CompilationError) as caught:
        import_model(model.eval(), {"x": (BATCH, SIZE)})
    assert words in str(caught.value) and "stage.lif" in str(caught.value)
