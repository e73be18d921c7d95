# SPDX-License-Identifier: Apache-2.0
"""Spikes and states of random networks in the chip simulator and in public emulators, under their conventions. Runs where
the emulators' environments exist: `python benchmarks/chip.py --setup all` makes them."""

from pathlib import Path

import numpy as np
import pytest
from chip_networks import LAVA, NENGO, chain
from emulators import Absent, Emulator

from spike_transformer_compiler import _core

pytestmark = pytest.mark.slow


def make_case(generator, refractory):
    """A chain of layers. In emulators a bias acts from the first step on, in all layers; on the chip each layer starts when
    its first input arrives. So only a lone layer has one."""
    size, steps, layers = int(generator.integers(4, 65)), 40, int(generator.integers(1, 4))
    bias = int(generator.integers(-4095, 4096)) if layers == 1 and generator.random() < 0.7 else 0
    case = {f"weights{i}": 2 * generator.integers(-128, 128, (size, size)) for i in range(layers)}
    if generator.random() < 0.3:  # of one sign, so that currents leave their range
        case["weights0"] = np.abs(case["weights0"]) // 4 * 2 + 126
    spikes = generator.random((steps, size)) < generator.choice([0.05, 0.3, 0.9])
    return case | dict(
        spikes=spikes,
        membranes=True,
        du=int(generator.choice([0, 10, 1024, 4094])),
        dv=int(generator.choice([0, 10, 512, 4095])),
        threshold=int(generator.choice([10, 500, 20000, 2**17 - 1])),
        bias=bias,
        refractory=int(generator.integers(0, 4)) if refractory else 0,
        exponent=int(generator.choice([0, 0, -1, -3, 1])),
    )


def simulate(case, conventions):
    # In emulators neurons run for one step before the first input arrives.
    spikes = np.pad(case["spikes"], ((1, 0), (0, 0))).astype(np.float32)
    steps, size = spikes.shape
    weights = [case[f"weights{i}"] for i in range(sum(name.startswith("weights") for name in case))]
    neuron = {name: case[name] for name in ("du", "dv", "refractory")} | dict(threshold=[case["threshold"]])
    if case["bias"]:
        neuron |= dict(biasMantissa=[case["bias"]], biasExponent=[0])
    net = chain(
        neuron, [(w // 2).ravel().tolist() for w in weights], steps, size, conventions, exponent=case["exponent"]
    )
    names = [f"n{i}{word}" for i in range(len(weights)) for word in ("", ".v", ".u")]
    simulator = _core.ChipSimulator(_core.ChipNetwork.from_dict(net), 1, names)
    simulator.run([spikes])
    return {f"{word}{i}": simulator.probe(f"n{i}{suffix}")[1:] for i in range(len(weights)) for word, suffix in WORDS}


WORDS = (("spikes", ""), ("v", ".v"), ("u", ".u"))


@pytest.mark.parametrize(("name", "conventions", "count"), [("nengo-loihi", NENGO, 40), ("lava", LAVA, 30)])
def test_random_networks(name, conventions, count, tmp_path: Path):
    try:
        emulator = Emulator(name)
    except Absent as reason:
        pytest.skip(f"{name} {reason}")
    with emulator:
        compare(emulator, conventions, count, tmp_path)


def compare(emulator, conventions, count, tmp_path):
    generator, fired, wrapped = np.random.default_rng(11), 0, 0
    for number in range(count):
        case = make_case(generator, refractory=emulator.name == "nengo-loihi")
        path = tmp_path / f"{number}.npz"
        np.savez(path, **case)
        emulator.run(path)
        theirs, ours = emulator.results(path), simulate(case, conventions)
        for key, values in ours.items():
            np.testing.assert_array_equal(values, theirs[key], f"{key} of {number}: {case}")
        fired += sum(int(ours[key].sum()) for key in ours if key.startswith("spikes"))
        wrapped += sum(int((np.abs(np.diff(ours[key], axis=0)) > 2**23).sum()) for key in ours if key.startswith("u"))
    assert fired > 1000 and wrapped > 10
