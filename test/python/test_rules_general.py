# SPDX-License-Identifier: Apache-2.0
"""What a NeuronRule can express: counts, ternary outputs, late resets, several states, states that the caller keeps."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from rule_checks import check_rule

from spike_transformer_compiler import verification as V


class Neuron(torch.nn.Module):
    """A neuron written here, in float32; `rule_for_test` is its rule."""

    multi_step = True

    def __init__(self):
        super().__init__()
        self.v = 0.0

    def reset(self):
        self.v = 0.0

    def forward(self, x):
        return torch.stack([self.step(current) for current in x])


class Count(Neuron):
    """An integer-valued LIF: counts 0..4 by rounding, of which the threshold is subtracted as often."""

    def __init__(self, half="even"):
        super().__init__()
        self.half = half

    def step(self, x):
        h = 0.25 * self.v + x
        clipped = h.clamp(0, 4)
        count = torch.round(clipped) if self.half == "even" else torch.floor(clipped + 0.5)
        self.v = h - count
        return count

    def rule_for_test(self):
        levels = V.Levels.rounded(4, half=self.half)
        return V.leaky(
            lambda v, x: 0.25 * v + x, decay=0.25, gain=1, levels=levels, reset_to=None, unit=1.0, multi_step=True
        )


class Ternary(Neuron):
    def step(self, x):
        h = self.v + (x - self.v) / 2
        spike = (h >= 0.3).float() - (h <= -0.3).float()
        self.v = torch.where(spike != 0, 0.0, h)
        return spike

    def rule_for_test(self):
        levels = V.Levels.ternary(-V.rule.f32(0.3), V.rule.f32(0.3))
        return V.leaky(lambda v, x: (v + x) / 2, decay=0.5, gain=0.5, levels=levels, reset_to=0.0, multi_step=True)


class LateReset(Neuron):
    """As snnTorch's Leaky: the spike is subtracted in the step after it, and it fires above the threshold."""

    def step(self, x):
        late = (torch.as_tensor(self.v) > 0.5).float()
        self.v = 0.9 * self.v + x - late * 0.5
        return (self.v > 0.5).float()

    def rule_for_test(self):
        beta = V.rule.f32(0.9)

        def charge(states, x):
            v, last = states
            membrane = beta * v + x - last * 0.5
            return membrane, (membrane, last)

        return V.NeuronRule(
            charge,
            lambda states, output: (states[0], output),
            lambda sizes, x: ((total := beta * sizes[0] + x + 0.5 * sizes[1]), (total, torch.ones_like(total))),
            V.Levels.spike(0.5, strict=True),
            (0.0, 0.0),
            True,
        )


class Synaptic(Neuron):
    """Two states: a synaptic current that decays, and the membrane it charges; one step per call, states passed along."""

    multi_step = False

    def forward(self, x, state=None):
        v, i = (torch.zeros_like(x), torch.zeros_like(x)) if state is None else state
        i = 0.75 * i + x
        v = 0.5 * v + i
        spike = (v >= 1.0).float()
        return spike, (v - spike, i)

    def rule_for_test(self):
        def charge(states, x):
            v, i = states
            i = 0.75 * i + x
            v = 0.5 * v + i
            return v, (v, i)

        return V.NeuronRule(
            charge,
            lambda states, output: (states[0] - output, states[1]),
            lambda sizes, x: charge(sizes, x),
            V.Levels.spike(1.0),
            (0.0, 0.0),
            False,
            V.Call(
                given=lambda args, kwargs: args[1] if len(args) > 1 else None,
                spikes=lambda output: output[0],
                answer=lambda spikes, states: (spikes, states),
            ),
        )


class Rounded(torch.nn.Module):
    """No state: a quantiser, as the activations of MultiSpike models."""

    def forward(self, x):
        return torch.round(torch.clamp(x, 0, 3))

    def rule_for_test(self):
        return V.quantiser(V.Levels.rounded(3), multi_step=False)


@V.register_neurons
def _of_this_file(module):
    return module.rule_for_test() if hasattr(module, "rule_for_test") else None


def network(spike, gain=3.0):
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(8, 32), spike, torch.nn.Linear(32, 16), type(spike)()).eval(), (
        torch.randn(6, 4, 8) * gain
    )


@pytest.mark.parametrize("spike", [Count, Ternary, LateReset])
def test_a_rule_describes_its_neuron(spike):
    check_rule(*network(spike()))


def test_both_ways_of_rounding_are_told_apart():
    """Membranes on k + 0.5 go to the even number or up."""
    model = torch.nn.Sequential(Count("up"))
    currents = torch.tensor([0.5, 1.5, 2.5, 3.5]).reshape(1, 1, 4)
    reference = V.record(model, currents)
    assert reference.spikes()["0"].ravel().tolist() == [1, 2, 3, 4]
    even = np.array([0, 2, 2, 4], np.float32).reshape(1, 1, 4)
    layer = V.verify(model, currents, {"0": even}, reference=reference).layers[0]
    assert (layer.mismatches, layer.ties, layer.errors) == (2, 2, 0)
    layer = V.verify(model, currents, {"0": even}, {"0": True}, reference=reference).layers[0]
    assert layer.errors == 2 and layer.first.neuron == (0,) and layer.first.threshold == 0.5


def test_a_count_beyond_the_neighbour_is_no_tie():
    model = torch.nn.Sequential(Count("up"))
    currents = torch.tensor([1.5, 1.5]).reshape(1, 1, 2)
    two_off = np.array([3, 0], np.float32).reshape(1, 1, 2)
    layer = V.verify(model, currents, {"0": two_off}).layers[0]
    assert layer.errors == 2 and layer.first.reference == 2 and layer.first.candidate == 3


class TwoSteps(torch.nn.Module):
    """Loops over time itself and keeps the states."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.fc1, self.fc2 = torch.nn.Linear(8, 32), torch.nn.Linear(32, 16)
        self.first, self.second = Synaptic(), Synaptic()

    def forward(self, xs):
        a = b = None
        spikes = []
        for x in xs:
            s, a = self.first(self.fc1(x), a)
            s, b = self.second(self.fc2(s) + 0.25, b)
            spikes.append(s)
        return torch.stack(spikes), a[0]


def test_states_that_the_caller_keeps():
    model, inputs = TwoSteps().eval(), torch.randn(6, 4, 8)
    report = check_rule(model, inputs)
    assert [layer.path for layer in report.layers] == ["first", "second"]
    reference = V.record(model, inputs)
    assert reference.layers["first"].starts == [None, 0, 1, 2, 3, 4]
    np.testing.assert_allclose(V.magnitude.plain(reference.output64[1]), reference.output[1], rtol=1e-5, atol=1e-6)


def test_one_module_with_two_chains_of_states():
    class Shared(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.spike = Synaptic()

        def forward(self, xs):
            a = b = None
            out = []
            for x in xs:
                s, a = self.spike(x, a)
                t, b = self.spike(x * -0.8, b)
                out += [s, t]
            return torch.stack(out)

    model, inputs = Shared(), torch.randn(5, 2, 16)
    check_rule(model, inputs)
    assert V.record(model, inputs).layers["spike"].starts == [None, None, 0, 1, 2, 3, 4, 5, 6, 7]


def test_a_quantiser_has_no_time():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(8, 32), Rounded(), torch.nn.Linear(32, 16), Rounded()).eval()
    check_rule(model, 3 * torch.randn(5, 8))


def test_a_rule_that_does_not_describe_its_neuron_is_named():
    class Wrong(Ternary):
        def rule_for_test(self):
            levels = V.Levels.ternary(-0.3, 0.3)
            return V.leaky(lambda v, x: v + x, decay=1, gain=1, levels=levels, reset_to=0.0, multi_step=True)

    model, inputs = network(Wrong())
    report = V.verify(model, inputs, V.record(model, inputs).spikes())
    assert not report.passed and "is not described by its rule" in str(report)


def test_layers_one_at_a_time_give_the_same_report():
    model, inputs = network(Count())
    kept, streamed = V.record(model, inputs), V.record(model, inputs, keep=False)
    spikes = kept.spikes()
    spikes["1"] = np.roll(spikes["1"], 1)
    assert str(V.verify(model, inputs, spikes, reference=kept)) == str(
        V.verify(model, inputs, spikes, reference=streamed)
    )
    assert all(not layer.current64 and not layer.current for layer in streamed.layers.values())


def test_a_model_of_one_step_is_called_once_for_each():
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.fc, self.spike = torch.nn.Linear(8, 32), OneStep()

        def forward(self, x):
            return self.spike(self.fc(x))

    class OneStep(Ternary):
        multi_step = False

        def forward(self, x):
            return self.step(x)

        def rule_for_test(self):
            import dataclasses

            return dataclasses.replace(super().rule_for_test(), multi_step=False)

    model, inputs = Net().eval(), torch.randn(4, 8)
    check_rule(model, inputs, time_steps=5)
    assert V.record(model, inputs, time_steps=5).output.shape == (5, 4, 32)
