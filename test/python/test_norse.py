# SPDX-License-Identifier: Apache-2.0
"""Norse's neurons with every option, over 100 steps: spikes and states are those of the library, bit for bit."""

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

norse = pytest.importorskip("norse.torch")

STEPS, BATCH, SIZE = 100, 2, 6


def tensor(value):
    return torch.as_tensor(value)


def currents(scale: float = 1.0, steps: int = STEPS, size: int = SIZE) -> torch.Tensor:
    return torch.randn(steps, BATCH, size, generator=torch.Generator().manual_seed(7)) * scale + 0.3 * scale


class Steps(nn.Module):
    """A cell in a loop; output and states of every step."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, x):
        state, records = None, []
        for current in x:
            output, state = self.cell(current, state)
            records.append((output, *state))
        return tuple(torch.stack(record) for record in zip(*records, strict=True))


def flat(outputs) -> list[np.ndarray]:
    leaves = torch.utils._pytree.tree_flatten(outputs)[0]
    return [leaf.detach().numpy() for leaf in leaves if leaf is not None]


def same(got, want, exact: bool) -> None:
    if exact:
        np.testing.assert_array_equal(got, want)
    else:
        np.testing.assert_allclose(got, want, atol=1e-4)


def check(model, x, compiled=False, fires=True, exact=True):
    """All outputs are equal; states if sums have the library's order (`exact`)."""
    model = model.eval()
    with torch.no_grad():
        expected = flat(model(x))
    if fires:
        assert 0.02 < (expected[0] != 0).mean() < 0.6, f"{(expected[0] != 0).mean()} hardly tests anything"
    imported = import_model(model, {"x": tuple(x.shape)})
    runs = [interpret(imported.module, [x])]
    if compiled:
        runs.append(SpikeCompiler(target="simulation").compile(model, input_shape=tuple(x.shape)).run(x.numpy()))
    for outputs in runs:
        for index, (want, got) in enumerate(zip(expected, outputs, strict=True)):
            same(got, want, exact or index == 0)
    return imported


LIF = {
    "plain": {},
    "reset": {"v_reset": tensor(-0.25), "v_th": tensor(0.4)},
    "leak": {"v_leak": tensor(0.2), "tau_mem_inv": tensor(300.0)},
    "numbers": {"tau_mem_inv": 220.0, "tau_syn_inv": 350.0, "v_th": 0.7},
    "vectors": {"tau_mem_inv": torch.linspace(80, 400, SIZE), "v_th": torch.linspace(0.3, 0.9, SIZE)},
    "heaviside": {"method": "heaviside"},
    "tanh": {"method": "tanh"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LIF)
def test_lif_cells(name):
    check(Steps(norse.LIFCell(norse.LIFParameters(**LIF[name]))), currents(), compiled=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in LIF if name != "vectors"])
@pytest.mark.parametrize("record", [False, True])
def test_lif_layers(name, record):
    module = check(norse.LIF(norse.LIFParameters(**LIF[name]), record_states=record), currents(), compiled=True).module
    assert module.asm().count("spike.neuron") == 1


@pytest.mark.slow
@pytest.mark.parametrize("reset", ["reset_value", "reset_subtract"])
@pytest.mark.parametrize("v_reset", [0.0, -0.2])
def test_boxed_cells(reset, v_reset):
    from norse.torch.functional import lif_box
    from norse.torch.functional import reset as resets

    p = lif_box.LIFBoxParameters(v_reset=tensor(v_reset), v_th=tensor(0.3), reset_method=getattr(resets, reset))
    check(Steps(norse.LIFBoxCell(p)), currents(1.5), compiled=True)


@pytest.mark.slow
def test_integrators():
    x = currents()
    check(Steps(norse.LICell()), x, fires=False, compiled=True)
    check(Steps(norse.LIBoxCell()), x, fires=False)
    check(norse.LI(), x, fires=False, compiled=True)


@pytest.mark.slow
def test_recurrent_cells_and_layers():
    torch.manual_seed(0)
    check(Steps(norse.LIFRecurrentCell(4, SIZE)), currents(2.0, 25, 4), compiled=True, exact=False)
    check(norse.LIFRecurrent(4, SIZE), currents(2.0, 25, 4), exact=False)


def test_a_sequential_model():
    torch.manual_seed(1)
    model = norse.SequentialState(
        norse.Lift(nn.Conv2d(1, 3, 3)), norse.LIF(), nn.Flatten(2), norse.Lift(nn.Linear(108, SIZE)), norse.LI()
    )
    x = torch.rand(30, BATCH, 1, 8, 8, generator=torch.Generator().manual_seed(2)) * 3
    model.eval()
    with torch.no_grad():
        expected = flat(model(x))
    imported = import_model(model, {"x": tuple(x.shape)})
    assert imported.time_steps == 30 and imported.module.asm().count("spike.neuron") == 2
    for want, got in zip(expected, interpret(imported.module, [x]), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5)


def test_a_lifted_sequence_of_cells():
    torch.manual_seed(1)
    cells = norse.SequentialState(nn.Linear(SIZE, 8), norse.LIFCell(), nn.Linear(8, 4), norse.LICell())
    imported = import_model(norse.Lift(cells).eval(), {"x": (40, BATCH, SIZE)})
    assert imported.time_steps == 40 and imported.module.asm().count("spike.neuron") == 2
    x = currents(2.0, 40)
    with torch.no_grad():
        expected = flat(norse.Lift(cells)(x))
    for want, got in zip(expected, interpret(imported.module, [x]), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5)


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tau_mem_inv=st.floats(1.0, 900.0, width=32),
    tau_syn_inv=st.floats(1.0, 900.0, width=32),
    v_th=st.floats(0.0625, 2.0, width=32),
    dt=st.sampled_from([0.001, 0.0005, 0.002]),
)
def test_lif_with_any_parameters(tau_mem_inv, tau_syn_inv, v_th, dt):
    p = norse.LIFParameters(tau_mem_inv=tensor(tau_mem_inv), tau_syn_inv=tensor(tau_syn_inv), v_th=tensor(v_th))
    check(Steps(norse.LIFCell(p, dt=dt)), currents(steps=30), fires=False)


def test_other_neurons_are_refused_by_name():
    class One(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = norse.LSNNCell()

        def forward(self, x):
            return self.cell(x)[0]

    with pytest.raises(CompilationError, match="'cell' is a norse.torch.module.lsnn.LSNNCell"):
        import_model(One().eval(), {"x": (BATCH, SIZE)})


def test_other_ways_to_step_are_refused():
    cell = norse.LIFCell()
    cell.activation = lambda x, state, p, dt: (x, state)
    with pytest.raises(CompilationError, match="expected it to step by lif_feed_forward_step"):
        import_model(Steps(cell).eval(), {"x": (3, BATCH, SIZE)})
