# SPDX-License-Identifier: Apache-2.0
"""NIR to spike IR: every primitive and whole graphs against a NumPy model of forward Euler, feedback by hand."""

from __future__ import annotations

import nir
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nir_reference import graphs, simulate

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.frontend import read_nir

T, BATCH = 12, 2
random = np.random.default_rng(7)


@pytest.fixture(autouse=True)
def _same_numbers_for_every_test():
    global random
    random = np.random.default_rng(7)


def grid(*shape: int) -> np.ndarray:
    """Multiples of 1/16: sums of a few products with spikes do not round."""
    return (random.integers(-16, 17, shape) / 16).astype(np.float32)


def train(*shape: int) -> np.ndarray:
    return (random.random((T, BATCH, *shape)) < 0.4).astype(np.float32)


def read(graph, x: np.ndarray, **options) -> np.ndarray:
    ir = read_nir(graph, len(x), batch=x.shape[1], **options)
    (out,) = ir.module.interpret([x])
    return out


def neurons(n: int, **ranges) -> dict[str, np.ndarray]:
    return {key: random.uniform(low, high, n) for key, (low, high) in ranges.items()}


TAU = {"tau": (2e-4, 9e-4), "r": (0.5, 2), "v_leak": (-0.1, 0.1)}
CUBA = {"tau_syn": (1e-4, 4e-4), "tau_mem": (2e-4, 9e-4), "r": (0.5, 2), "v_leak": (-0.1, 0.1), "w_in": (0.5, 2)}
FIRE = {"v_threshold": (0.2, 0.6), "v_reset": (-0.2, 0.1)}

PRIMITIVES = {
    "affine": ((5,), lambda: nir.Affine(grid(3, 5), grid(3))),
    "linear": ((5,), lambda: nir.Linear(grid(3, 5))),
    "linear, one matrix each": ((4, 5), lambda: nir.Linear(grid(4, 3, 5))),
    "affine, one matrix each": ((4, 5), lambda: nir.Affine(grid(4, 3, 5), grid(4, 3))),
    "scale": ((2, 3), lambda: nir.Scale(grid(2, 3))),
    "conv1d": ((4, 9), lambda: nir.Conv1d(9, grid(6, 2, 3), 2, 1, 2, 2, grid(6))),
    "conv1d same": ((2, 9), lambda: nir.Conv1d(9, grid(3, 2, 4), 1, "same", 1, 1, grid(3))),
    "conv2d": ((4, 7, 6), lambda: nir.Conv2d((7, 6), grid(6, 2, 3, 2), (2, 1), (1, 0), (1, 2), 2, grid(6))),
    "conv2d valid": ((2, 6, 6), lambda: nir.Conv2d((6, 6), grid(3, 2, 3, 3), 1, "valid", 1, 1, grid(3))),
    "conv2d same": ((2, 6, 6), lambda: nir.Conv2d((6, 6), grid(3, 2, 4, 4), 1, "same", 1, 1, grid(3))),
    "flatten": ((2, 3, 4), lambda: nir.Flatten(None, 1, 2)),
    "flatten all": ((2, 3, 4), lambda: nir.Flatten(None, 0, -1)),
    "delay": ((4,), lambda: nir.Delay(np.array([0, 2e-4, 2e-4, 1.0]))),
    "delay of all": ((4,), lambda: nir.Delay(np.full(4, 3e-4))),
    "delay longer than all": ((4,), lambda: nir.Delay(np.full(4, 30e-4))),
    "sum pool": ((2, 6, 6), lambda: nir.SumPool2d(np.array([3, 2]), np.array([2, 1]), np.array([1, 0]))),
    "average pool": ((2, 6, 6), lambda: nir.AvgPool2d(np.array([3, 3]), np.array([2, 2]), np.array([1, 1]))),
    "threshold": ((2, 3), lambda: nir.Threshold(random.uniform(-0.5, 1, (2, 3)))),
    "threshold of all": ((3,), lambda: nir.Threshold(np.full(3, 0.5))),
    "i": ((6,), lambda: nir.I(**neurons(6, r=(5e3, 2e4)))),
    "if": ((6,), lambda: nir.IF(**neurons(6, r=(2e3, 9e3), **FIRE))),
    "li": ((6,), lambda: nir.LI(**neurons(6, **TAU))),
    "lif": ((6,), lambda: nir.LIF(**neurons(6, **TAU, **FIRE))),
    "lif, all alike": ((6,), lambda: nir.LIF(*(np.full(6, x) for x in (3e-4, 1.5, 0.1, 0.4, -0.2)))),
    "cuba li": ((6,), lambda: nir.CubaLI(**neurons(6, **CUBA))),
    "cuba lif": ((6,), lambda: nir.CubaLIF(**neurons(6, **CUBA, **FIRE))),
}


@pytest.mark.parametrize("kind", PRIMITIVES)
def test_every_primitive(kind, tmp_path):
    shape, make = PRIMITIVES[kind]
    graph = nir.NIRGraph(
        {"in": nir.Input(np.array(shape)), "node": make(), "out": nir.Output(None)},
        [("in", "node"), ("node", "out")],
        type_check=False,
    )
    x = train(*shape) * (2 if "threshold" not in kind else random.normal(size=(T, BATCH, *shape)).astype(np.float32))
    want = simulate(graph, x)
    assert want.std() > 0.05 or kind == "delay longer than all"
    np.testing.assert_array_equal(read(graph, x), want)


def test_every_primitive_is_here():
    there = {name for name in nir.ir.__all__ if isinstance(getattr(nir.ir, name), type)}
    here = {type(make()).__name__ for _, make in PRIMITIVES.values()}
    assert there - here == {"Input", "Output", "NIRGraph", "NIRNode"}


def test_through_a_file_and_compiled(tmp_path):
    graph = nir.NIRGraph.from_list(
        nir.Conv2d((6, 6), grid(4, 2, 3, 3), 1, 1, 1, 1, grid(4)),
        nir.LIF(*(np.full((4, 6, 6), value) for value in (3e-4, 3.0, 0.0, 2.0, 0.0))),
        nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        nir.Flatten(None, 0, -1),
        nir.Affine(grid(5, 36), grid(5)),
        nir.CubaLIF(**neurons(5, **CUBA, **FIRE)),
    )
    nir.write(tmp_path / "net.nir", graph)
    x = train(2, 6, 6)
    compiled = SpikeCompiler("simulation", time_steps=T).compile(tmp_path / "net.nir", (BATCH, 2, 6, 6))
    out, trains = compiled.run(x, return_spike_trains=True)
    np.testing.assert_array_equal(out, simulate(graph, x))
    assert set(trains) == {"lif", "cubalif"}
    assert 0.05 < trains["lif"].mean() < 0.4
    np.testing.assert_array_equal(compiled.run(np.tile(x, (1, 2, 1, 1, 1))), np.tile(out, (1, 2, 1)))


def test_edges_into_one_node_are_a_sum():
    nodes = {
        "in": nir.Input(np.array([3])),
        "a": nir.Linear(grid(3, 3)),
        "b": nir.Linear(grid(3, 3)),
        "out": nir.Output(np.array([3])),
    }
    graph = nir.NIRGraph(nodes, [("in", "a"), ("in", "b"), ("a", "out"), ("b", "out"), ("in", "out")])
    x = train(3)
    np.testing.assert_array_equal(read(graph, x), simulate(graph, x))


def test_several_inputs_and_outputs():
    nodes = {
        "left": nir.Input(np.array([3])),
        "right": nir.Input(np.array([2])),
        "double": nir.Scale(np.full(2, 2.0)),
        "one": nir.Output(np.array([3])),
        "two": nir.Output(np.array([2])),
    }
    graph = nir.NIRGraph(nodes, [("left", "one"), ("right", "double"), ("double", "two")], type_check=False)
    ir = read_nir(graph, T, batch=BATCH)
    assert [spec["name"] for spec in ir.inputs] == ["left", "right"]
    left, right = train(3), train(2)
    one, two = ir.module.interpret([left, right])
    np.testing.assert_array_equal(one, left)
    np.testing.assert_array_equal(two, 2 * right)


def test_nested_graphs():
    inner = nir.NIRGraph.from_list(nir.Linear(grid(3, 3)), nir.IF(np.full(3, 1e4), np.full(3, 0.5)))
    outer = nir.NIRGraph.from_list(nir.Linear(grid(3, 4)), inner, nir.Scale(np.full(3, 2.0)))
    flat = nir.NIRGraph.from_list(outer.nodes["linear"], *list(inner.nodes.values())[1:3], outer.nodes["scale"])
    x = train(4)
    np.testing.assert_array_equal(read(outer, x), simulate(flat, x))
    assert 'path "nirgraph.if"' in str(read_nir(outer, T))


# ------------------------------------------------------------------------------------------------------------ feedback


def lif_step(v, x, node):
    """One step of a LIF whose tau is 2 dt, r = 1, no leak and reset potential."""
    h = v + np.float32(0.5) * ((0 - v) + x)
    spikes = h > np.float32(node.v_threshold)
    return spikes.astype(np.float32), np.where(spikes, np.float32(0), h)


def lif(n: int, threshold: float = 0.3) -> nir.LIF:
    return nir.LIF(*(np.full(n, value) for value in (2e-4, 1.0, 0.0, threshold, 0.0)))


@pytest.mark.parametrize("nested", [False, True])
def test_a_recurrent_layer(nested):
    node, weight, bias = lif(4), grid(4, 4), grid(4)
    nodes = {
        "in": nir.Input(np.array([4])),
        "lif": node,
        "back": nir.Affine(weight, bias),
        "out": nir.Output(np.array([4])),
    }
    graph = nir.NIRGraph(nodes, [("in", "lif"), ("lif", "back"), ("back", "lif"), ("lif", "out")])
    if nested:
        nodes = {"in": nir.Input(np.array([4])), "layer": graph, "out": nir.Output(np.array([4]))}
        graph = nir.NIRGraph(nodes, [("in", "layer"), ("layer", "out")], type_check=False)
    x, v, spikes, want = train(4), np.zeros((BATCH, 4), np.float32), np.zeros((BATCH, 4), np.float32), []
    for step in x:
        spikes, v = lif_step(v, step + (spikes @ weight.T + bias), node)
        want.append(spikes)
    assert 0.1 < np.mean(want) < 0.9
    np.testing.assert_array_equal(read(graph, x), np.stack(want))


def test_feedback_over_two_layers():
    """The second layer reads the first at the same step, the first reads the second one step late."""
    a, b, forth, back = lif(3), lif(5, 0.2), grid(5, 3), grid(3, 5)
    nodes = {
        "in": nir.Input(np.array([3])),
        "a": a,
        "forth": nir.Linear(forth),
        "b": b,
        "back": nir.Linear(back),
        "out": nir.Output(np.array([3])),
    }
    edges = [("in", "a"), ("a", "forth"), ("forth", "b"), ("b", "back"), ("back", "a"), ("back", "out")]
    graph = nir.NIRGraph(nodes, edges)
    x, want = train(3), []
    v, w, late = np.zeros((BATCH, 3), np.float32), np.zeros((BATCH, 5), np.float32), np.zeros((BATCH, 5), np.float32)
    for step in x:
        first, v = lif_step(v, step + late @ back.T, a)
        late, w = lif_step(w, first @ forth.T, b)
        want.append(late @ back.T)
    assert np.std(want) > 0.1
    np.testing.assert_array_equal(read(graph, x), np.stack(want))


def test_feedback_through_a_delay():
    """x(t) plus half of what came out three steps ago; no neuron is needed."""
    nodes = {
        "in": nir.Input(np.array([2])),
        "half": nir.Scale(np.full(2, 0.5)),
        "late": nir.Delay(np.array([3e-4, 1e-4])),
        "out": nir.Output(np.array([2])),
    }
    graph = nir.NIRGraph(nodes, [("in", "half"), ("half", "late"), ("late", "half"), ("half", "out")])
    x = train(2)
    want = np.zeros_like(x)
    for t in range(T):
        for i, steps in enumerate((3, 1)):
            back = want[t - steps, :, i] if t >= steps else 0
            want[t, :, i] = 0.5 * (x[t, :, i] + back)
    np.testing.assert_array_equal(read(graph, x), want)


# ------------------------------------------------------------------------------------------------------- random graphs


@settings(max_examples=60, deadline=None)
@given(graphs(), st.integers(0, 1 << 16))
def test_random_graphs(graph, seed):
    width = len(graph.nodes["out"].output_type["output"]) and int(graph.nodes["out"].output_type["output"][0])
    x = (np.random.default_rng(seed).random((T, BATCH, width)) < 0.5).astype(np.float32)
    np.testing.assert_array_equal(read(graph, x), simulate(graph, x))


def test_the_time_step_matters():
    graph = nir.NIRGraph.from_list(lif(3))
    x = train(3)
    assert (read(graph, x) != read(graph, x, dt=5e-5)).any()
    with pytest.raises(ValidationError, match=r"node 'lif' \(LIF\): expected tau of at least one time step of 0.001 s"):
        read_nir(graph, T, dt=1e-3)
