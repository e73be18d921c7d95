# SPDX-License-Identifier: Apache-2.0
"""A case on nengo-loihi's core emulator, built of its blocks directly, in integers."""

import time
import warnings

import numpy as np
from nengo_loihi.block import Axon, LoihiBlock, Synapse
from nengo_loihi.builder import Model
from nengo_loihi.builder.discretize import shift
from nengo_loihi.emulator import EmulatorInterface
from nengo_loihi.inputs import SpikeInput
from nengo_loihi.probe import LoihiProbe
from serve import aligned, serve

warnings.filterwarnings("ignore")  # overflows are what is compared


def make_block(neurons, case):
    block = LoihiBlock(neurons)
    cells = block.compartment
    cells.scale_u = cells.scale_v = False
    for field, value in (
        ("decay_u", case["du"]),
        ("decay_v", case["dv"]),
        ("vth", case["threshold"] << 6),
        ("bias", case["bias"]),
        ("refract_delay", case["refractory"] + 1),  # one step is the spike's own
    ):
        setattr(cells, field, np.zeros(neurons, np.int32) + np.asarray(value, np.int32))
    cells.vmin, cells.vmax = 1 - 2**23, 2**23 - 1
    return block


def build(case):
    steps, neurons = case["spikes"].shape
    model, probes = Model(), []
    before = SpikeInput(neurons)
    for step in range(steps):
        before.add_spikes(step + 1, np.flatnonzero(case["spikes"][step]), permanent=True)
    model.add_input(before)
    for weights in case["layers"]:
        block = make_block(len(weights), case)
        synapse = Synapse(weights.shape[1])
        synapse.set_weights(weights.T.astype(np.float32))
        # The chip shifts a weight by its exponent, then to the alignment of the current.
        rows = np.left_shift(shift(weights.T, int(case["exponent"])), 6).astype(np.int32)
        synapse.weights = [row[None] for row in rows]
        block.add_synapse(synapse)
        axon = Axon(weights.shape[1])
        axon.target = synapse
        before.add_axon(axon)
        model.add_block(block)
        probes.append(LoihiProbe(target=block, key="spiked"))
        if case["membranes"]:
            probes += [LoihiProbe(target=block, key=key) for key in ("voltage", "current")]
        before = block
    for probe in probes:
        model.add_probe(probe)
    return model, probes


def run(case):
    model, probes = build(case)
    steps = len(case["spikes"])
    results = {}
    with EmulatorInterface(model, seed=0) as emulator:
        emulator.run_steps(1)
        start = time.perf_counter()
        emulator.run_steps(steps + len(case["layers"]) - 1)
        seconds = time.perf_counter() - start
        names = ["spikes", "v", "u"] if case["membranes"] else ["spikes"]
        for i, probe in enumerate(probes):
            layer = i // len(names)
            results[f"{names[i % len(names)]}{layer}"] = aligned(emulator.collect_probe_output(probe), layer, steps)
    return seconds, results


serve(run)
