# SPDX-License-Identifier: Apache-2.0
"""Every neuron class with random parameters, at random shapes: compiled, it passes; with another parameter, it does not."""

from __future__ import annotations

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_neurons import CASES, Network

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler import verification as V

#: The neurons whose weights go over time have them for so many steps.
STEPS = 6


def spikes_of(model: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    return V.record(model, x, keep=False).layers["spike"].outputs()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_random_parameters(name):
    case, found = CASES[name], set()

    @settings(
        max_examples=8,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=(Phase.generate,),
        database=None,
    )
    @given(data=st.data())
    def run(data):
        parameters = {key: data.draw(strategy, label=key) for key, strategy in case.parameters.items()}
        inputs, size, batch = (data.draw(st.integers(1, 9), label=label) for label in ("inputs", "size", "batch"))
        seed = data.draw(st.integers(0, 99), label="seed")
        gain = data.draw(st.sampled_from((1.0, 3.0, 10.0)), label="gain")
        model = Network(case, parameters, inputs, size, seed, gain)
        x = torch.randn(STEPS, batch, inputs, generator=torch.Generator().manual_seed(seed))
        compiled = SpikeCompiler(target="simulation").compile(model, input_shape=tuple(x.shape))
        report = compiled.verify(model, x.numpy())
        assert report.passed, str(report)
        for label, change in case.changes.items():
            other = Network(case, change(parameters), inputs, size, seed, gain)
            if not torch.equal(spikes_of(model, x), spikes_of(other, x)):
                found.add(label)
                report = compiled.verify(other, x.numpy())
                assert not report.spikes.passed, f"another {label} passes: {report}"

    run()
    assert found, "no change of a parameter shows in the spikes"
    assert "v_threshold" not in case.changes or "v_threshold" in found
