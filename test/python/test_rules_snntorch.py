# SPDX-License-Identifier: Apache-2.0
"""The rules of snnTorch's neurons, against the library's own runs: every class, reset and way to keep the state."""

from __future__ import annotations

import pytest
import torch
from rule_checks import check_rule

from spike_transformer_compiler import verification as V

snn = pytest.importorskip("snntorch")

INPUTS = 1.5 * torch.randn(7, 3, 12, generator=torch.Generator().manual_seed(0))


class Loop(torch.nn.Module):
    """Two layers; the loop over time keeps the states."""

    def __init__(self, make, gain: float):
        super().__init__()
        torch.manual_seed(0)
        self.fc1, self.fc2 = torch.nn.Linear(12, 24), torch.nn.Linear(24, 8)
        self.a, self.b, self.gain = make(24), make(8), gain

    def forward(self, xs):
        a, b = ((s,) if isinstance(s, torch.Tensor) else s for s in (self.a.reset_mem(), self.b.reset_mem()))
        spikes = []
        for x in xs:
            # All outputs but the spikes, unless those are a state as well.
            out = self.a(self.fc1(x) * self.gain, *a)
            s, a = out[0], out[-len(a) :]
            out = self.b((self.fc2(s) * 2 + 0.3) * self.gain, *b)
            b = out[-len(b) :]
            spikes.append(out[0])
        return torch.stack(spikes), a[-1]


class Hidden(torch.nn.Module):
    """The modules keep their states."""

    def __init__(self, make, gain: float):
        super().__init__()
        torch.manual_seed(0)
        self.fc, self.spike, self.gain = torch.nn.Linear(12, 24), make(24), gain

    def forward(self, xs):
        return torch.stack([self.spike(self.fc(x) * self.gain) for x in xs])


def rates(size: int, low: float, high: float) -> torch.Tensor:
    return torch.linspace(low, high, size)


#: (size of the layer, further options) -> the module; and the gain of its current.
CLASSES = {
    "leaky": (lambda n, **o: snn.Leaky(beta=0.8, threshold=0.6, **o), 1.0),
    "leaky of each": (lambda n, **o: snn.Leaky(beta=rates(n, 0.3, 0.9), threshold=rates(n, 0.9, 0.4), **o), 1.0),
    "leaky, learned": (lambda n, **o: snn.Leaky(beta=1.25, learn_beta=True, learn_threshold=True, **o), 1.0),
    "synaptic": (lambda n, **o: snn.Synaptic(alpha=0.5, beta=0.6, **o), 1.0),
    "lapicque": (lambda n, **o: snn.Lapicque(beta=0.8, threshold=0.2, **o), 2.0),
    "lapicque, R and C": (lambda n, **o: snn.Lapicque(R=5.1, C=0.2, time_step=0.3, **o), 1.0),
    "alpha": (lambda n, **o: snn.Alpha(alpha=0.85, beta=0.8, threshold=0.7, **o), 1.0),
    "alpha of each": (lambda n, **o: snn.Alpha(alpha=rates(n, 0.6, 0.9), beta=0.3, threshold=0.2, **o), 1.0),
    "rleaky": (lambda n, **o: snn.RLeaky(beta=0.7, V=-0.4, all_to_all=False, **o), 1.5),
    "rleaky of each": (lambda n, **o: snn.RLeaky(beta=0.7, V=rates(n, -1, 0.5), all_to_all=False, **o), 1.5),
    "rleaky, all to all": (lambda n, **o: snn.RLeaky(beta=0.7, linear_features=n, **o), 1.5),
    "rsynaptic": (lambda n, **o: snn.RSynaptic(alpha=0.4, beta=0.7, V=-0.3, all_to_all=False, **o), 1.0),
    "rsynaptic, all to all": (lambda n, **o: snn.RSynaptic(alpha=0.4, beta=0.7, linear_features=n, **o), 1.0),
}
DELAYS = ("leaky", "leaky of each", "leaky, learned", "synaptic", "rleaky", "rleaky of each", "rleaky, all to all")
RESETS = ("subtract", "zero", "none")


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("name", CLASSES)
def test_states_that_the_caller_keeps(name, reset):
    make, gain = CLASSES[name]
    check_rule(Loop(lambda n: make(n, reset_mechanism=reset), gain).eval(), INPUTS)


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("name", DELAYS)
def test_a_reset_without_delay(name, reset):
    make, gain = CLASSES[name]
    check_rule(Loop(lambda n: make(n, reset_mechanism=reset, reset_delay=False), gain).eval(), INPUTS)


@pytest.mark.parametrize("name", CLASSES)
def test_a_state_that_the_module_keeps(name):
    make, gain = CLASSES[name]
    check_rule(Hidden(lambda n: make(n, init_hidden=True), gain).eval(), INPUTS)


@pytest.mark.parametrize("name", ["leaky", "rleaky", "rleaky, all to all", "rsynaptic"])
def test_graded_spikes_come_back_graded(name):
    make, gain = CLASSES[name]

    def graded(n):
        lif = make(n, init_hidden=True)
        lif.graded_spikes_factor = torch.tensor(0.25)
        return lif

    check_rule(Hidden(graded, gain).eval(), INPUTS)


def test_a_recurrent_convolution():
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.spike = snn.RLeaky(beta=0.7, conv2d_channels=3, kernel_size=3, threshold=0.6)

        def forward(self, xs):
            spk, mem = self.spike.reset_mem()
            for x in xs:
                spk, mem = self.spike(x, spk, mem)
            return mem

    check_rule(Net().eval(), torch.randn(6, 2, 3, 4, 4, generator=torch.Generator().manual_seed(0)))


def test_states_that_come_from_elsewhere():
    """They are inputs of the model, the spikes among them."""

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.a = snn.RSynaptic(alpha=0.4, beta=0.7, linear_features=12)
            self.b = snn.RLeaky(beta=0.7, V=0.5, all_to_all=False)

        def forward(self, xs, spk, syn, mem):
            other = spk, mem
            for x in xs:
                spk, syn, mem = self.a(x, spk, syn, mem)
                other = self.b(x, *other)
            return mem, other[1]

    torch.manual_seed(1)
    check_rule(Net().eval(), (INPUTS, (torch.rand(3, 12) < 0.5).float(), torch.randn(3, 12), torch.randn(3, 12)))


def test_some_of_the_states_are_refused():
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.spike = snn.Synaptic(alpha=0.5, beta=0.6)

        def forward(self, x):
            return self.spike(x, mem=torch.zeros_like(x))[0]

    with pytest.raises(V.reference.ValidationError, match="all of its states"):
        V.record(Net().eval(), INPUTS[0])
