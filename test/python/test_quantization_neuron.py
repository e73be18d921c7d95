# SPDX-License-Identifier: Apache-2.0
"""The chip's neuron: interpreter and compiled code against integers of Python, at the corners of range, too."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from quantized_reference import FixedNeuron

from spike_transformer_compiler import _core
from spike_transformer_compiler.optimization import stage_pipeline

STEPS, NEURONS = 5, 6

corners = st.sampled_from([0, 1, -1, 131071, -131071, 131072, -131072, 8388607, -8388608, 16777216, -16777216])
currents = st.one_of(corners, st.integers(-300, 300), st.integers(-(2**24), 2**24))
decays = st.one_of(st.sampled_from([0, 1, 1024, 2048, 3072, 4095]), st.integers(0, 4095))
membrane_decays = st.one_of(decays, st.just(4096))
neurons = st.builds(
    FixedNeuron,
    du=st.one_of(st.just(4095), decays),
    dv=membrane_decays,
    threshold=st.one_of(st.integers(0, 300), st.sampled_from([131071]), st.integers(0, 131071)),
    bias=st.one_of(st.just(0), st.integers(-4096, 4095), st.sampled_from([-524288, 524160])),
    soft=st.booleans(),
    at_least=st.booleans(),
    align=st.sampled_from([6, 6, 0, 3]),
)
counting = st.builds(
    FixedNeuron,
    dv=membrane_decays,
    threshold=st.one_of(st.integers(0, 300), st.integers(0, 131071)),
    bias=st.one_of(st.just(0), st.integers(-4096, 4095)),
    at_least=st.booleans(),
    align=st.sampled_from([6, 0, 3]),
    levels=st.sampled_from([2, 4, 8, 64]),
)


def program(neuron: FixedNeuron) -> _core.Module:
    train, state = f"tensor<{STEPS}x{NEURONS}xf32>", f"tensor<{STEPS}x{NEURONS}xf32>"
    return _core.Module.parse(f"""func.func @main(%x: {train}) -> ({train}, {state}, {state}) {{
      %s, %v:2 = spike.neuron {neuron.text()} trace (%x) : ({train}) -> ({train}, {state}, {state})
      return %s, %v#0, %v#1 : {train}, {state}, {state}
    }}""")


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(neurons, counting),
    st.lists(st.lists(currents, min_size=STEPS, max_size=STEPS), min_size=NEURONS, max_size=NEURONS),
)
def test_every_state_is_that_of_integers(neuron, trains):
    wanted = np.array([neuron.run(train) for train in trains], np.float32)  # [neuron, step, spike / v / u]
    x = np.array(trains, np.float32).T.copy()
    module = program(neuron)
    interpreted = module.interpret([x])
    module.run_pipeline(stage_pipeline("optimize", 2))
    compiled = module.compile(1, 2).run([x])
    for results in (interpreted, compiled):
        for kind, result in enumerate(results):
            np.testing.assert_array_equal(np.asarray(result, np.float32), wanted[:, :, kind].T)
