# SPDX-License-Identifier: Apache-2.0
"""The rules of Norse's neurons, against the library's own runs."""

from __future__ import annotations

import norse.torch as norse
import numpy as np
import pytest
import torch
from norse.torch.functional.lif import LIFParameters
from norse.torch.functional.lif_box import LIFBoxParameters
from norse.torch.module.lif import LIF, LIFCell, LIFRecurrent, LIFRecurrentCell
from norse.torch.module.lif_box import LIFBoxCell
from rule_checks import check_rule
from torch.utils._pytree import tree_leaves

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler import verification as V
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.verification.magnitude import plain

STEPS, INPUTS = 7, 1.5 * torch.randn(7, 3, 12, generator=torch.Generator().manual_seed(0))


class Loop(torch.nn.Module):
    """Two layers; the loop over time keeps the states."""

    def __init__(self, make):
        super().__init__()
        torch.manual_seed(0)
        self.fc1, self.fc2 = torch.nn.Linear(12, 24), torch.nn.Linear(24, 8)
        self.a, self.b = make(), make()

    def forward(self, xs):
        a = b = None
        spikes = []
        for x in xs:
            s, a = self.a(self.fc1(x), a)
            t, b = self.b(self.fc2(s) * 2 + 0.3, b)
            spikes.append(t)
        return torch.stack(spikes), a.v


@pytest.mark.parametrize(
    "make",
    [
        lambda: LIFCell(p=LIFParameters(v_th=torch.tensor(0.15)), dt=0.002),
        lambda: LIFCell(
            p=LIFParameters(v_leak=torch.tensor(0.05), v_reset=torch.tensor(-0.1), v_th=torch.tensor(0.15))
        ),
        lambda: LIFBoxCell(p=LIFBoxParameters(v_th=torch.tensor(0.2)), dt=0.005),
        lambda: LIFBoxCell(
            p=LIFBoxParameters(
                v_leak=torch.tensor(-0.1), v_th=torch.tensor(0.2), reset_method=norse.functional.reset.reset_subtract
            ),
            dt=0.005,
        ),
    ],
    ids=["default", "leak and reset", "box", "box that subtracts"],
)
def test_norse_cells_in_a_loop(make):
    check_rule(Loop(make), INPUTS)


@pytest.mark.parametrize("autapses", [False, True])
def test_recurrent_cells(autapses):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            p = LIFParameters(v_th=torch.tensor(0.3), v_leak=torch.tensor(0.05))
            self.a, self.b = (LIFRecurrentCell(n, 16, p=p, autapses=autapses) for n in (12, 16))

        def forward(self, xs):
            a = b = None
            spikes = []
            for x in xs:
                s, a = self.a(x, a)
                s, b = self.b(s, b)
                spikes.append(s)
            return torch.stack(spikes), a, b

    check_rule(Net().eval(), INPUTS)


class OverTime(torch.nn.Module):
    """A layer that steps time itself, from the state that it ended in."""

    def __init__(self, make):
        super().__init__()
        torch.manual_seed(0)
        self.fc, self.spike = torch.nn.Linear(12, 24), make()

    def forward(self, x):
        spikes, state = self.spike(self.fc(x))
        if self.spike.record_states:
            state = type(state)(*(value[-1] for value in state))
        more, after = self.spike(self.fc(x), state)
        return spikes, more, state, after


P = LIFParameters(v_th=torch.tensor(0.1), v_leak=torch.tensor(0.02))
LAYERS = {
    "LIF": lambda **o: LIF(p=P, **o),
    "LIFRecurrent": lambda **o: LIFRecurrent(24, 16, p=P, **o),
}


@pytest.mark.parametrize("record_states", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_over_time(name, record_states):
    model = OverTime(lambda: LAYERS[name](record_states=record_states)).eval()
    check_rule(model, INPUTS)
    reference = V.record(model, INPUTS)
    for want, got in zip(tree_leaves(reference.output), tree_leaves(reference.output64), strict=True):
        np.testing.assert_allclose(plain(got), want.detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("record_states", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_compiled_layers_pass(name, record_states):
    """Recurrent layers, and those whose states are recorded, are compiled as a chain of single steps."""

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.fc, self.spike = torch.nn.Linear(12, 24), LAYERS[name](record_states=record_states)

        def forward(self, x):
            spikes, state = self.spike(self.fc(x))
            return spikes, *state

    model = Net().eval()
    compiled = SpikeCompiler(target="simulation").compile(model, input_shape=tuple(INPUTS.shape))
    report = compiled.verify(model, INPUTS.numpy())
    assert report.passed and not any(output.unknown for output in report.outputs), str(report)
    model.spike.p = model.spike.p._replace(v_th=torch.tensor(0.11))
    assert not compiled.verify(model, INPUTS.numpy()).passed


def test_a_model_that_is_a_neuron_itself_has_no_layers():
    model = LIF(p=P).eval()
    compiled = SpikeCompiler(target="simulation").compile(model, input_shape=tuple(INPUTS.shape))
    with pytest.raises(ValidationError, match="the model is a neuron itself"):
        compiled.verify(model, INPUTS.numpy())
