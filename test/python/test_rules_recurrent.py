# SPDX-License-Identifier: Apache-2.0
"""What does a recurrent layer see after a spike that differs? The rule and the compiled model must have the same answer."""

from __future__ import annotations

import pytest
import torch

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler import verification as V
from spike_transformer_compiler.verification.forcing import forced_spikes
from spike_transformer_compiler.verification.subject import Subject

snn = pytest.importorskip("snntorch")
norse = pytest.importorskip("norse.torch")

SIZE, INPUTS = 6, torch.randn(20, 2, 6, generator=torch.Generator().manual_seed(0))


class Passed(torch.nn.Module):
    """The loop keeps the states: the outputs of a call behind its spikes, and those too where there are as many states."""

    def __init__(self, cell, start=lambda cell: None):
        super().__init__()
        self.cell, self.start = cell, start

    def forward(self, xs):
        spikes, state = [], self.start(self.cell)
        for x in xs:
            if isinstance(state, tuple) and not hasattr(state, "_fields"):
                state = out = self.cell(x, *state)
                spikes.append(out[0])
            else:
                spike, state = self.cell(x, state)
                spikes.append(spike)
        return torch.stack(spikes)


class Kept(torch.nn.Module):
    """The module keeps the states."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, xs):
        return torch.stack([self.cell(x) for x in xs])


def _norse(**options):
    p = norse.LIFParameters(v_th=torch.tensor(0.15))
    return norse.LIFRecurrentCell(SIZE, 5, p=p, **options)


CELLS = {
    "rleaky": lambda **o: snn.RLeaky(beta=0.7, V=0.6, all_to_all=False, **o),
    "rleaky, all to all": lambda **o: snn.RLeaky(beta=0.7, linear_features=SIZE, **o),
    "rsynaptic": lambda **o: snn.RSynaptic(alpha=0.4, beta=0.7, V=-0.5, all_to_all=False, **o),
    "rsynaptic, all to all": lambda **o: snn.RSynaptic(alpha=0.4, beta=0.7, linear_features=SIZE, **o),
}
MODELS = {
    **{name: lambda make=make: Passed(make(), lambda cell: cell.reset_mem()) for name, make in CELLS.items()},
    **{f"{name}, kept": lambda make=make: Kept(make(init_hidden=True)) for name, make in CELLS.items()},
    "norse": lambda: Passed(_norse()),
    "norse, autapses": lambda: Passed(_norse(autapses=True)),
}


@pytest.mark.parametrize("name", MODELS)
def test_after_a_difference(name):
    """The model is forced to spikes that are not its own, so that many differ: all of its own must be those of the float64
    membrane whose resets follow its own spikes. A layer of synapses sees the forced ones, a factor the neuron's own."""
    torch.manual_seed(0)
    model = MODELS[name]().eval()
    compiled = SpikeCompiler(target="simulation").compile(model, input_shape=tuple(INPUTS.shape))
    subject = Subject(compiled._program, compiled._options, model, INPUTS.numpy(), keep=True)
    (layer,) = subject.reference.layers.values()
    for call in layer.spikes[::3]:
        call[0, 0, 2:4] ^= True
    subject.reference.walk(lambda layer: None, keep=True)
    _, spikes = forced_spikes(
        subject.forced, subject.at_stage("import", subject.forced), subject.reference, subject.arrays
    )
    theirs = layer.outputs()
    ours = torch.from_numpy(spikes[layer.path]).reshape(theirs.shape).bool()
    assert (ours != theirs).sum() > 10
    torch.testing.assert_close(layer.rule.levels.output(V.membranes(layer, ours)), ours)
