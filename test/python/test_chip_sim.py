# SPDX-License-Identifier: Apache-2.0
"""The chip simulator: numbers worked out by others, and everything it says against the literal reference."""

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from math import prod

import numpy as np
import pytest
from chip_networks import (
    CONVENTIONS,
    INTEGRATE,
    LAVA,
    MAX,
    PRODUCT,
    RELAY,
    RandomNetwork,
    chain,
    core,
    dims,
    instruction,
    network,
    population,
    projection,
    slice_box,
)
from chip_reference import Chip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spike_transformer_compiler import _core

SYNOPS = tuple(f"{kind}_synops" for kind in ("dense", "conv", "strided", "sparse", "graded"))
CORE_COUNTERS = ("synops", "updates", "spikes", "messages_in", "messages_out")


def simulate(net, arrays, probes=(), threads=1):
    simulator = _core.ChipSimulator(_core.ChipNetwork.from_dict(net), threads, list(probes))
    return simulator, simulator.run([np.asarray(array, np.float32) for array in arrays])


def all_probes(net):
    names = []
    for p in net["populations"]:
        words = ["v", "u"] if p["kind"] == "lif" else []
        if p["kind"] == "program":
            words = [f"s{i}" for i in range(net["programs"][p["program"]]["states"])]
        names += [p["name"]] + [f"{p['name']}.{word}" for word in words]
    return names


def random_inputs(net, batch, seed):
    generator = np.random.default_rng(seed)
    arrays = []
    for item in net["inputs"]:
        shape = [batch] + ([] if item["everyStep"] else [net["timeSteps"]]) + list(item["shape"])
        array = generator.integers(item["low"], item["high"], shape, endpoint=True) / item["scale"]
        array[generator.random(shape) < generator.choice([0, 0.5, 0.9])] = 0
        arrays.append(array.astype(np.float32))
    return arrays


def check(net, batch=2, seed=0, threads=1):
    """Every spike, payload, membrane, output and counter of the simulator equals the reference's."""
    arrays, probes = random_inputs(net, batch, seed), all_probes(net)
    simulator, outputs = simulate(net, arrays, probes, threads)
    counters, traffic, flows, sums = simulator.counters(), {}, {}, {}
    for b in range(batch):
        chip = Chip(net)
        expected = chip.run([array[b] for array in arrays])
        for name in probes:
            np.testing.assert_array_equal(simulator.probe(name)[b], chip.probe(name), name)
        for output, wanted in zip(outputs, expected, strict=True):
            np.testing.assert_array_equal(output[b], wanted)
        for name in ("projection_synops", "population_updates", "population_spikes"):
            sums[name] = sums.get(name, 0) + getattr(chip, name)
        for name in CORE_COUNTERS + SYNOPS:
            sums[name] = sums.get(name, 0) + chip.counters[name]
        for ends, messages in chip.traffic.items():
            traffic[ends] = traffic.get(ends, 0) + messages
        for flow, messages in chip.flows.items():
            flows[flow] = flows.get(flow, 0) + messages
    assert counters["inferences"] == batch
    assert {(source, target): n for source, target, n in counters["traffic"].tolist()} == traffic
    assert {tuple(flow): n for *flow, n in counters["flows"].tolist()} == flows
    for name, wanted in sums.items():
        np.testing.assert_array_equal(counters[name], wanted, name)


# --- Numbers that Lava's own tests state (src/lava/proc/lif/test_models.py) ---


def one_neuron(lif, spikes, conventions=LAVA):
    """A neuron that gets a current of 128 for each spike, or nothing."""
    net = chain(lif, [[64]], len(spikes), conventions=conventions)
    simulator, outputs = simulate(net, [np.reshape(spikes, (-1, 1))], ["n0.v", "n0.u"])
    return simulator.probe("n0.u")[:, 0].tolist(), simulator.probe("n0.v")[:, 0].tolist(), outputs[0][:, 0].tolist()


@pytest.mark.parametrize("conventions", [LAVA, CONVENTIONS])
def test_membrane_decays_as_in_lava(conventions):
    _, v, _ = one_neuron(dict(du=0, dv=2048, threshold=[2**17 - 1]), [1] + [0] * 7, conventions)
    assert v == [8192, 12286, 14331, 15351, 15859, 16111, 16235, 16295]


def test_current_decays_as_in_lava():
    u, _, _ = one_neuron(dict(du=2047, dv=0, threshold=[2**17 - 1]), [1] + [0] * 7)
    assert u == [8192, 4096, 2048, 1024, 512, 256, 128, 64]


def test_bias_alone_fires_as_in_lava():
    _, v, s = one_neuron(dict(du=0, dv=0, threshold=[8], biasMantissa=[2], biasExponent=[6]), [0] * 10)
    assert s == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    assert v == [128, 256, 384, 512, 0] * 2


def test_bias_has_an_exponent_as_in_lava():
    _, v, _ = one_neuron(dict(du=0, dv=0, threshold=[2**17 - 1], biasMantissa=[4095], biasExponent=[5]), [0])
    assert v == [131040]


# --- Corners ---


def grown_current(value, conventions):
    """u after it was brought to `value`, a multiple of 64 up to 2^23, from nothing."""
    net = chain(dict(du=0, duOffset=0, threshold=[2**18]), [[64]], 2, conventions=conventions)
    net["populations"][0]["payloadBits"] = 24
    net["inputs"][0] |= dict(low=-(2**18), high=2**18)
    net["projections"][0] |= dict(graded=True, weightBits=8, sign="excitatory", weights=[1])
    simulator, _ = simulate(net, [[[value // 64], [0]]], ["n0.u", "n0.v"])
    return simulator.probe("n0.u")[:, 0].tolist(), simulator.probe("n0.v")[:, 0].tolist()


def test_currents_wrap():
    assert grown_current(2**23 - 64, CONVENTIONS) == ([2**23 - 64] * 2, [2**23 - 64, 2**23 - 1])
    assert grown_current(2**23, CONVENTIONS) == ([-(2**23)] * 2, [1 - 2**23] * 2)
    assert grown_current(-(2**23), CONVENTIONS) == ([-(2**23)] * 2, [1 - 2**23] * 2)


def test_currents_wrap_as_in_lava():
    lava = grown_current(2**23, LAVA), grown_current(-(2**23), LAVA)
    assert lava[0][0] == lava[1][0] == [2**23] * 2


def test_input_sums_wrap_to_22_bits():
    assert grown_current(2**21, dict(CONVENTIONS, wrapInput=True))[0] == [-(2**21)] * 2


def test_negative_exponents_shift_weights_or_sums():
    """Sum of 3, 5, -7 and 9 at exponent -2, as research compared Lava and nengo-loihi: with `<< 1` of mixed weights."""
    weights = [3, 5, -7, 9]
    found = {}
    for before in (True, False):
        net = chain(
            dict(threshold=[2**17 - 1]),
            [weights * 4],
            1,
            channels=4,
            conventions=dict(CONVENTIONS, shiftBeforeSum=before),
            exponent=-2,
        )
        simulator, _ = simulate(net, [np.ones((1, 4))], ["n0.u"])
        found[before] = int(simulator.probe("n0.u")[0, 0])
    assert found[True] == sum((w << 1) >> 2 for w in weights) * 64
    assert found[False] == ((sum(weights) << 1) >> 2) * 64
    assert found[True] != found[False]


def test_payloads_beyond_their_bits_are_refused():
    populations = [
        population("x", [1], "input", payloadBits=8),
        population("r", [1], "program", program=0, payloadBits=4, start=1),
    ]
    joined = projection("to_p", 0, 1, viewChannels=dims([1]), weights=[1], sign="excitatory", graded=True)
    net = network(populations, [joined], 1, programs=[RELAY])
    net["inputs"][0] |= dict(low=-128, high=127)
    assert simulate(net, [[[-8]]])[1][0].item() == -8
    with pytest.raises(_core.CoreError, match="'r' sends a payload of 8, which does not fit its 4 bits: give it more"):
        simulate(net, [[[8]]])


def test_programs():
    """max, product, relay and integrate in one network, of numbers that are known."""
    populations = [population(name, [3], "input", payloadBits=8) for name in ("a", "b")]
    populations += [
        population(name, [3], "program", program=i, payloadBits=16, start=1) for i, name in enumerate("MPRI")
    ]
    joins = [
        projection(f"p{source}{target}", source, target, "strided", port=port, **same(3))
        for source, target, port in ((0, 2, 0), (1, 2, 1), (0, 3, 0), (1, 3, 1), (0, 4, 0), (0, 5, 0))
    ]
    net = network(populations, joins, 2, programs=[MAX, PRODUCT, RELAY, INTEGRATE])
    for item in net["inputs"]:
        item |= dict(low=-127, high=127)
    a, b = np.array([[3, -4, 0], [1, 1, 5]]), np.array([[-2, -5, 7], [2, 0, -5]])
    simulator, _ = simulate(net, [a, b], "MPRI")
    assert simulator.probe("M").tolist() == np.maximum(a, b).tolist()
    assert simulator.probe("P").tolist() == (a * b).tolist()
    assert simulator.probe("R").tolist() == a.tolist()
    assert simulator.probe("I").tolist() == a.cumsum(0).tolist()


def test_a_port_that_is_not_read_keeps_its_sum():
    """Neurons next to each other jump or do not: where the first port holds something negative, the second waits."""
    code = [instruction("rdc"), instruction("lt", ra=0, rb=1), instruction("jmp_c", imm=5)]
    code += [instruction("rdc", rd=2, imm=1), instruction("spike", ra=2)]
    waits = dict(name="waits", ports=2, states=0, params=0, code=code)
    populations = [population(name, [3], "input", payloadBits=8) for name in "ab"]
    populations.append(population("p", [3], "program", program=0, payloadBits=24, start=1))
    joins = [projection(f"to_{port}", port, 2, "strided", port=port, **same(3)) for port in (0, 1)]
    net = network(populations, joins, 3, programs=[waits])
    for item in net["inputs"]:
        item |= dict(low=-127, high=127)
    _, outputs = simulate(net, [[[-1, 1, -1], [-1, 0, 2], [0, -1, 0]], [[1, 2, 3], [10, 20, 30], [100, 0, 0]]])
    assert outputs[0].tolist() == [[0, 2, 0], [0, 20, 33], [111, 0, 0]]
    check(net)


def same(size):
    """Fields of a strided projection from each neuron to the same one, with a weight of one."""
    return dict(loops=[dict(size=size, source=1, target=1)], weights=[1], sign="excitatory", graded=True)


def test_program_that_acts_by_itself_always_runs():
    code = [instruction("par"), instruction("lt", ra=1, rb=0), instruction("sel", rd=2, ra=0, rb=1)]
    acts = dict(name="acts", ports=1, states=0, params=1, code=code + [instruction("spike", ra=2)])
    populations = [
        population("x", [1], "input"),
        population("p", [1, 70], "program", program=0, payloadBits=8, start=1, params=[[0] * 66 + [5, 0, -3, 7]]),
    ]
    net = network(populations, [projection("w", 0, 1, viewPositions=dims([1]), weights=[0] * 70)], 2, programs=[acts])
    net["projections"][0] |= dict(viewPositions=dims([1]), viewChannels=[])
    simulator, outputs = simulate(net, [np.zeros((2, 1))])
    assert outputs[0][1].tolist() == [[0] * 66 + [5, 0, 0, 7]]
    assert simulator.counters()["updates"].tolist() == [[0, 2, 2]]
    check(net)


def test_sums_over_the_steps_of_a_time_step():
    """Rows of numbers arrive one by one, in as many steps; the sum of their products leaves in the last."""
    code = [instruction("rdc"), instruction("rdc", rd=1, imm=1), instruction("mul_shr", rd=0, ra=0, rb=1)]
    code += [instruction("ld", rd=2), instruction("add", rd=2, ra=2, rb=0), instruction("st", ra=2)]
    code += [instruction("ld", rd=3, imm=1), instruction("movi", rd=4, imm=1), instruction("add", rd=3, ra=3, rb=4)]
    code += [instruction("st", ra=3, imm=1), instruction("movi", rd=5, imm=3), instruction("lt", ra=3, rb=5)]
    code += [instruction("jmp_c", imm=16), instruction("spike", ra=2)]
    code += [instruction("st", ra=6), instruction("st", ra=6, imm=1), instruction("probe")]
    dot = dict(name="dots", ports=2, states=2, params=0, code=code)
    populations = [population(name, [2, 3], "input", payloadBits=8) for name in "ab"]
    populations.append(population("dot", [2], "program", program=0, payloadBits=24, start=1, substeps=3))
    populations.append(population("late", [2], "program", program=1, payloadBits=24, start=4))
    joins = [
        projection(f"to_{port}{i}", port, 2, "strided", port=port, delay=i, substep=i, graded=True, sign="excitatory")
        | dict(weights=[1], sourceOffset=i, loops=[dict(size=2, source=3, target=1)])
        for port in (0, 1)
        for i in range(3)
    ]
    joins.append(projection("read", 2, 3, "strided", **same(2)))
    net = network(populations, joins, 4, programs=[dot, RELAY])
    for item in net["inputs"]:
        item |= dict(low=-127, high=127)
    a, b = np.random.default_rng(0).integers(-99, 100, (2, 4, 2, 3))
    simulator, outputs = simulate(net, [a, b])
    assert outputs[0].tolist() == (a * b).sum(-1).tolist()
    assert simulator.counters()["updates"].shape[1] == 4 + 1 + 3 * 3
    check(net)

    # Who sends earlier than its reader runs is stopped: nothing may be lost.
    net["programs"][0]["code"][10] = instruction("movi", rd=5, imm=2)
    with pytest.raises(
        _core.CoreError, match="'dot' sends in step 1 of the 3 that a time step takes, and 'late' reads"
    ):
        simulate(net, [a, b])


# --- Against the reference ---


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 3))
def test_random_networks(generator, seed, batch, threads):
    check(RandomNetwork(generator).make(), batch, seed, threads)


@pytest.mark.slow
def test_many_random_networks():
    for seed in range(2500):
        check(RandomNetwork(random.Random(seed)).make(), 1 + seed % 2, seed, 1 + seed % 3)


def wide_network(steps=3):
    """Layers of more than a few blocks, on many cores: what several threads share, and kernels of every width."""
    generator = np.random.default_rng(5)
    weights = lambda *shape: generator.integers(-128, 128, prod(shape)).tolist()  # noqa: E731
    window = dict(inH=8, inW=8, outH=8, outW=8, kH=3, kW=3, padH=1, padW=1)
    window |= dict(strideH=1, strideW=1, dilH=1, dilW=1, groups=1)
    lif = dict(dv=2048, threshold=[1000])
    populations = [
        population("x", [64, 3], "input", payloadBits=9),
        population("c", [64, 70], lif=lif, start=1),
        population("d", [64, 24], lif=lif, start=2),
        population("r", [64, 70], "program", program=0, payloadBits=8, start=3),
        population("p", [64, 70, 4], "program", program=1, payloadBits=16, start=4),
    ]
    view = lambda channels: dict(viewPositions=dims([64], [channels]), viewChannels=dims([channels]))  # noqa: E731
    projections = [
        projection("to_c", 0, 1, "conv", window=window, weights=weights(70, 3, 3, 3), graded=True, **view(3)),
        projection("to_d", 1, 2, weights=weights(24, 70), **view(70)),
        projection("to_r", 1, 3, "strided", delay=1, **same(64 * 70)),
        projection("to_s", 2, 3, "strided", **(same(1) | dict(loops=[loop(64, 24, 70), loop(24, 1, 1)]))),
        projection("to_p", 3, 4, "strided", **(same(1) | dict(loops=[loop(64 * 70, 1, 4), loop(4, 0, 1)]))),
        projection(
            "q", 1, 4, "strided", port=1, delay=2, **(same(1) | dict(loops=[loop(64 * 70, 1, 4), loop(4, 0, 1)]))
        ),
    ]
    cores = []
    for index, item in enumerate(populations[1:], 1):
        positions = prod(item["shape"][:-1])
        step = max(1, positions // 7)
        for first in range(0, positions, step):
            cores.append(core([slice_box(index, item["shape"], first, min(first + step, positions))], x=len(cores)))
    net = network(populations, projections, steps, programs=[RELAY, PRODUCT], cores=cores)
    net["inputs"][0] |= dict(low=0, high=255, everyStep=True)
    return net


def loop(size, source, target):
    return dict(size=size, source=source, target=target)


def test_threads_and_batches_change_nothing():
    net = wide_network()
    chip = _core.ChipNetwork.from_dict(net)
    images = np.random.default_rng(0).integers(0, 256, (5, 64, 3)).astype(np.float32)
    found = []
    for threads in (1, 2, 4):
        simulator = _core.ChipSimulator(chip, threads, all_probes(net))
        (together,) = simulator.run([images])
        probes = [simulator.probe(name) for name in all_probes(net)]
        counters = simulator.counters()
        apart, sums = [], {}
        for image in images:
            apart.append(simulator.run([image])[0])
            for name in CORE_COUNTERS:
                sums[name] = sums.get(name, 0) + simulator.counters()[name]
        np.testing.assert_array_equal(together, apart)
        for name in CORE_COUNTERS:
            np.testing.assert_array_equal(counters[name], sums[name], name)
        found.append([together, *probes, *(counters[name] for name in sorted(counters))])
    for other in found[1:]:
        for mine, theirs in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(mine, theirs)
    assert all(counters[name].sum() > 1000 for name in CORE_COUNTERS)


@pytest.mark.slow
def test_wide_network():
    check(wide_network(2), batch=1)


INSTRUCTION_SETS = """
import test_chip_sim
test_chip_sim.check(test_chip_sim.wide_network(1), batch=1)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["baseline", "avx2", "avx512"])
def test_instruction_sets(name):
    environment = {**os.environ, "SPIKE_CHIP_ISA": name, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", INSTRUCTION_SETS], env=environment, check=True)


def test_what_is_silent_costs_nothing():
    """A network that gets nothing runs no neuron, however large it is."""
    net = wide_network()
    simulator, _ = simulate(net, [np.zeros((64, 3))])
    counters = simulator.counters()
    assert all(counters[name].sum() == 0 for name in CORE_COUNTERS)
    assert counters["traffic"].shape == (0, 3)


# --- What is refused ---


def test_refusals():
    net = chain(dict(), [[1]], 2)
    simulator, _ = simulate(net, [np.zeros((2, 1))])
    with pytest.raises(_core.CoreError, match=r"input 'x' has the shape 3x1: expected 2x1, or a batch of that"):
        simulator.run([np.zeros((3, 1))])
    with pytest.raises(_core.CoreError, match="the network has 1 inputs, got 2 arrays"):
        simulator.run([np.zeros((2, 1))] * 2)
    with pytest.raises(_core.CoreError, match="probe 'n0.w': population 'n0' has no state 'w'; it has v, u"):
        simulate(net, [np.zeros((2, 1))], ["n0.w"])
    with pytest.raises(_core.CoreError, match="probe 'n7': the network has no population 'n7'"):
        simulate(net, [np.zeros((2, 1))], ["n7"])
    with pytest.raises(_core.CoreError, match="'n0' was not probed: name it when the simulator is made"):
        simulator.probe("n0")
    net["projections"][0]["delay"] = 3
    with pytest.raises(_core.CoreError, match="a balanced schedule needs a delay of 0, got 3"):
        simulate(net, [np.zeros((2, 1))])


def test_batches_must_agree():
    populations = [population("a", [1], "input"), population("b", [1], "input"), population("n", [1], start=1)]
    joins = [projection(name, i, 2, viewChannels=dims([1]), weights=[1]) for i, name in enumerate("pq")]
    net = network(populations, joins, 1)
    with pytest.raises(_core.CoreError, match="input 'b' holds 3 inferences, the inputs before it 2: give all inputs"):
        simulate(net, [np.zeros((2, 1, 1)), np.zeros((3, 1, 1))])


def test_a_run_that_is_refused_leaves_the_last_one():
    net = chain(dict(), [[1]], 2)
    simulator, _ = simulate(net, [np.ones((3, 2, 1))], ["x"])
    for wrong in (np.zeros((3, 1)), np.zeros((5, 2, 2))):
        with pytest.raises(_core.CoreError, match="expected 2x1, or a batch of that"):
            simulator.run([wrong])
    assert simulator.probe("x").tolist() == np.ones((3, 2, 1)).tolist()


def test_threads_may_share_a_simulator():
    net = chain(dict(threshold=[1]), [[1]], 2)
    simulator, _ = simulate(net, [np.ones((1, 2, 1))], ["x"])

    def run(batch):
        return {simulator.run([np.ones((batch, 2, 1))])[0].shape for _ in range(200)}

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, (1, 3, 5, 7))) == [{(batch, 2, 1)} for batch in (1, 3, 5, 7)]


def test_time_steps_without_end_are_refused():
    net = chain(dict(), [[1]], 2**30)
    net["inputs"][0]["everyStep"] = True
    with pytest.raises(_core.CoreError, match="1073741824 time steps .* the simulator takes 536870912 at most; give"):
        simulate(net, [np.zeros((1,))])


def test_networks_too_large_to_run_are_refused():
    net = chain(dict(), [[1]], 1)
    net["projections"][0] = projection(
        "to_p", 0, 1, "strided", weights=[0], loops=[loop(2**20, 0, 0), loop(2**20, 0, 0)]
    )
    with pytest.raises(
        _core.CoreError, match="projection 'to_p' has 1099511627776 synapses, the simulator takes 1073741824"
    ):
        simulate(net, [np.zeros((1, 1))])
