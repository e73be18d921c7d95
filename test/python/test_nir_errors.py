# SPDX-License-Identifier: Apache-2.0
"""NIR that cannot be read: one error that names the node or the place in the file; nothing hangs, nothing crashes."""

from __future__ import annotations

import h5py
import nir
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.exceptions import CompilationError, SecurityError, ValidationError
from spike_transformer_compiler.frontend import read_nir
from spike_transformer_compiler.frontend.nir import trial


def small() -> nir.NIRGraph:
    return nir.NIRGraph.from_list(
        nir.Affine(np.ones((3, 4), np.float32), np.zeros(3, np.float32)),
        nir.LIF(*(np.full(3, value) for value in (2e-4, 1.0, 0.0, 0.5, 0.0))),
    )


@pytest.fixture
def path(tmp_path):
    nir.write(tmp_path / "net.nir", small())
    return tmp_path / "net.nir"


def refused(source, **options) -> str:
    with pytest.raises(CompilationError) as caught:
        read_nir(source, 4, **options)
    assert "\n" not in caught.value.message
    return caught.value.message


def between(node: nir.NIRNode, *shape: int) -> nir.NIRGraph:
    nodes = {"in": nir.Input(np.array(shape)), "it": node, "out": nir.Output(None)}
    return nir.NIRGraph(nodes, [("in", "it"), ("it", "out")], type_check=False)


LIF = dict(tau=2e-4, r=1.0, v_leak=0.0, v_threshold=0.5, v_reset=0.0)

NODES = {
    "width": (lambda: nir.Linear(np.ones((3, 4))), (5,), r"\(Linear\): its weight of shape \[3, 4\] takes the shape \[4\]"),
    "rank": (lambda: nir.Linear(np.ones((3, 4))), (2, 4), r"\(Linear\): .* its input has \[2, 4\]"),
    "bias": (lambda: nir.Affine(np.ones((3, 4)), np.ones(2)), (4,), r"\(Affine\): expected a bias of shape \[3\], got \[2\]"),
    "not a number": (
        lambda: nir.Linear(np.full((3, 4), np.nan)),
        (4,),
        r"\(Linear\): weight has 12 values that are not finite in float32, the first at \[0, 0\]",
    ),
    "too large": (lambda: nir.Linear(np.full((3, 4), 1e300)), (4,), r"\(Linear\): weight has 12 values that are not finite"),
    "text": (lambda: nir.Scale(np.array(["a", "b"])), (2,), r"\(Scale\): expected scale to be an array of numbers"),
    "channels": (
        lambda: nir.Conv2d((6, 6), np.ones((4, 3, 3, 3)), 1, 0, 1, 1, np.zeros(4)),
        (2, 6, 6),
        r"\(Conv2d\): its weight of shape \[4, 3, 3, 3\] in 1 groups takes 3 channels",
    ),
    "groups": (
        lambda: nir.Conv2d((6, 6), np.ones((4, 1, 3, 3)), 1, 0, 1, 3, np.zeros(4)),
        (3, 6, 6),
        r"\(Conv2d\): .* gives a multiple of 3",
    ),
    "window": (
        lambda: nir.Conv2d((2, 2), np.ones((4, 3, 3, 3)), 1, 0, 1, 1, np.zeros(4)),
        (3, 2, 2),
        r"\(Conv2d\): a window of \[3, 3\] does not fit the input of shape \[3, 2, 2\]",
    ),
    "stride": (
        lambda: nir.Conv2d(None, np.ones((4, 3, 3, 3)), 0, 0, 1, 1, np.zeros(4)),
        (3, 6, 6),
        r"\(Conv2d\): expected stride to be integers from 1, got \['0', '0'\]",
    ),
    "same with a stride": (
        lambda: nir.Conv1d(6, np.ones((4, 3, 3)), 2, "same", 1, 1, np.zeros(4)),
        (3, 6),
        r"\(Conv1d\): the padding 'same' needs a stride of 1, got \[2\]",
    ),
    "pool": (
        lambda: nir.AvgPool2d(np.array([2, 2]), np.array([2, 2]), np.array([2, 2])),
        (3, 6, 6),
        r"\(AvgPool2d\): its padding 2 is as long as its window 2",
    ),
    "axes": (lambda: nir.Flatten(None, 1, 3), (3, 6), r"\(Flatten\): it flattens axes 1 to 3, its input has the shape \[3, 6\]"),
    "population": (
        lambda: nir.LIF(**{key: np.full(4, value) for key, value in LIF.items()}),
        (3,),
        r"\(LIF\): its tau has the shape \[4\], its input \[3\]",
    ),
    "tau of zero": (
        lambda: nir.LIF(**{key: np.full(3, value) for key, value in {**LIF, "tau": 0.0}.items()}),
        (3,),
        r"\(LIF\): expected tau of at least one time step of 0.0001 s, got 0 s",
    ),
    "negative delay": (lambda: nir.Delay(np.array([-1.0])), (1,), r"\(Delay\): expected a delay of at least 0 .* got -1"),
    "endless delay": (lambda: nir.Delay(np.array([1e30])), (1,), r"\(Delay\): expected a delay .* below 2\^31 steps"),
}  # fmt: skip


@pytest.mark.parametrize("kind", NODES)
def test_a_node_that_cannot_be_read(kind):
    make, shape, words = NODES[kind]
    with pytest.raises(ValidationError, match="node 'it' " + words):
        read_nir(between(make(), *shape), 4)


def test_the_graph_as_a_whole():
    ends = {"in": nir.Input(np.array([2])), "out": nir.Output(np.array([2]))}
    scale = nir.Scale(np.ones(2))

    def graph(nodes, edges):
        return nir.NIRGraph(nodes, edges, type_check=False)

    assert "an edge names the node 'b'" in refused(graph({**ends}, [("in", "b"), ("in", "out")]))
    assert "the edge from 'in' to 'out' comes twice" in refused(graph(ends, [("in", "out"), ("in", "out")]))
    assert "no Input node" in refused(graph({"out": ends["out"]}, []))
    assert "no Output node" in refused(graph({"in": ends["in"]}, []))
    assert "node 'a' (Scale): no edge leads to it" in refused(
        graph({**ends, "a": scale}, [("in", "out"), ("a", "out")])
    )
    looped = [("in", "out"), ("a", "b"), ("b", "a"), ("b", "out")]
    assert "(Scale): nothing leads to it from an input" in refused(graph({**ends, "a": scale, "b": scale}, looped))
    assert "it has the shape [2], what flows into it [3]" in refused(
        graph({**ends, "in": nir.Input(np.array([3]))}, [("in", "out")])
    )
    nodes = {**ends, "wide": nir.Linear(np.ones((3, 2)))}
    assert "node 'out' (Output): expected inputs of one shape, got [2] from 'in' and [3] from 'wide'" in refused(
        graph(nodes, [("in", "wide"), ("in", "out"), ("wide", "out")])
    )
    assert "nothing flows into an input" in refused(graph(ends, [("in", "out"), ("out", "in")]))


def test_a_cycle_without_delay():
    nodes = {
        "in": nir.Input(np.array([2])),
        "a": nir.Scale(np.ones(2)),
        "b": nir.Scale(np.ones(2)),
        "out": nir.Output(np.array([2])),
    }
    edges = [("in", "a"), ("a", "b"), ("b", "a"), ("b", "out")]
    with pytest.raises(ValidationError, match="the nodes a, b form a cycle in which no node keeps state") as caught:
        read_nir(nir.NIRGraph(nodes, edges), 4)
    assert caught.value.error_code == "nir-cycle"
    nodes["b"] = nir.Delay(np.zeros(2))
    with pytest.raises(ValidationError, match=r"node 'b' \(Delay\): on a cycle it needs a delay of at least one"):
        read_nir(nir.NIRGraph(nodes, edges), 4)


def test_huge_shapes_are_refused_before_anything_is_made():
    graph = between(nir.Flatten(None, 0, -1), 1 << 20, 1 << 20)
    assert "node 'in' (Input): expected sizes" in refused(graph)
    graph = between(nir.Flatten(None, 0, -1), 1 << 15, 1 << 15)
    assert "4 time steps of a batch of 1" in refused(graph)
    recurrent = nir.NIRGraph(
        {"in": nir.Input(np.array([1])), "a": small().nodes["lif"], "out": nir.Output(np.array([1]))},
        [("in", "a"), ("a", "a"), ("a", "out")],
        type_check=False,
    )
    recurrent.nodes["a"] = nir.IF(np.array([1e4]), np.array([1.0]))
    with pytest.raises(ValidationError, match=r"node 'a' \(IF\): the cycle it is on takes more than 131072 operations"):
        read_nir(recurrent, 1_000_000)


@pytest.mark.slow
def test_large_graphs_take_no_square_of_their_size():
    """Many edges into one node, and many neurons that see each other through many nodes."""
    ends = {"in": nir.Input(np.array([1])), "out": nir.Output(np.array([1]))}
    scales = {f"s{i}": nir.Scale(np.ones(1)) for i in range(20_000)}
    edges = [("in", name) for name in scales] + [(name, "out") for name in scales]
    assert read_nir(nir.NIRGraph({**ends, **scales}, edges, type_check=False), 1).verify()
    chain = {f"s{i}": nir.Scale(np.ones(1)) for i in range(3000)}
    neurons = {f"n{i}": nir.IF(np.array([1e4]), np.array([1.0])) for i in range(3000)}
    edges = [("in", name) for name in neurons] + [(name, "s0") for name in neurons]
    edges += [(f"s{i}", f"s{i + 1}") for i in range(2999)] + [("s2999", name) for name in neurons] + [("s0", "out")]
    graph = nir.NIRGraph({**ends, **chain, **neurons}, edges, type_check=False)
    assert "takes more than 131072 operations in 4 time steps" in refused(graph)


def test_options():
    graph = small()
    for options in ({"dt": 0}, {"dt": -1.0}, {"dt": float("inf")}, {"dt": True}, {"batch": 0}, {"scheme": "loihi"}):
        with pytest.raises(ValidationError):
            read_nir(graph, 4, **options)
    with pytest.raises(ValidationError, match="give time_steps"):
        read_nir(graph)
    with pytest.raises(ValidationError, match=r"expected the shape \[batch, 4\] or \[4, batch, 4\], got \[1, 5\]"):
        SpikeCompiler("simulation").compile(graph, (1, 5))
    with pytest.raises(ValidationError, match="the scheme 'snntorch' has no equation"):
        read_nir(between(nir.I(np.ones(2)), 2), 4, scheme="snntorch")


def test_a_scheme_of_a_library_refuses_what_the_library_does_not_have():
    graph = small()
    with pytest.raises(ValidationError, match=r"node 'lif' \(LIF\): expected r = 2 \(snnTorch's Leaky\), got 1"):
        read_nir(graph, 4, scheme="snntorch")
    graph.nodes["lif"].v_leak = np.full(3, 0.1)
    with pytest.raises(ValidationError, match="SpikingJelly's LIFNode leaks towards v_reset"):
        read_nir(graph, 4, scheme="spikingjelly")


# --------------------------------------------------------------------------------------------------------------- files


def test_no_file_and_no_hdf5(tmp_path):
    assert "there is no file" in refused(tmp_path / "none.nir")
    (tmp_path / "text.nir").write_text("not HDF5")
    assert "is not an intact NIR file" in refused(tmp_path / "text.nir")
    with h5py.File(tmp_path / "other.nir", "w") as file:
        file["data"] = np.zeros(3)
    assert "no group 'node'" in refused(tmp_path / "other.nir")


def test_every_truncation(path, tmp_path):
    data = path.read_bytes()
    cut = tmp_path / "cut.nir"
    for size in range(0, len(data), max(1, len(data) // 60)):
        cut.write_bytes(data[:size])
        refused(cut)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 1.0)


def test_a_damage_on_which_the_hdf5_library_does_not_come_back(path, tmp_path, impatient):
    """In the list of a group's names: found by flipping every byte."""
    data, messages = path.read_bytes(), []
    for position in (2072, 2089, 2112):
        for value in (0, 255, data[position] ^ 1, data[position] ^ 0x80):
            (tmp_path / "endless.nir").write_bytes(data[:position] + bytes([value]) + data[position + 1 :])
            try:
                read_nir(tmp_path / "endless.nir", 4)
            except CompilationError as error:
                messages.append(error.message)
    assert any("does not come back" in message for message in messages)
    read_nir(path, 4)  # the next file is read as ever


def test_a_crash_while_reading(path, tmp_path, monkeypatch):
    (tmp_path / "crash.py").write_text("import os, sys\nsys.stdin.readline()\nos.abort()\n")
    monkeypatch.setattr(trial, "_SCRIPT", tmp_path / "crash.py")
    monkeypatch.setattr(trial, "_process", None)
    assert "crashes on it" in refused(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1 << 30), st.integers(0, 255))
def test_flipped_bytes(path, tmp_path, impatient, position, value):
    data = bytearray(path.read_bytes())
    data[position % len(data)] = value
    (tmp_path / "flipped.nir").write_bytes(data)
    try:
        read_nir(tmp_path / "flipped.nir", 4)
    except CompilationError:
        pass


def edit(path, change) -> None:
    with h5py.File(path, "a") as file:
        change(file["node"])


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda node: node["nodes/lif"].__delitem__("tau"), "node 'lif' (LIF): missing 1 required positional argument: 'tau'"),
        (lambda node: node["nodes/lif"].__delitem__("type"), "node 'lif' has no type"),
        (lambda node: node["nodes/affine"].create_dataset("colour", data=1), "node 'affine' (Affine): got an unexpected keyword argument 'colour'"),
        (lambda node: node.create_dataset("colour", data=1), "fields that NIR does not know: colour"),
        (lambda node: node["nodes"].create_dataset("stray", data=1), "node 'stray' is an array"),
        (lambda node: node["nodes"].create_group("stray"), "node 'stray' has no type"),
        (lambda node: node.__delitem__("nodes"), "the graph has no nodes"),
        (lambda node: node["nodes"].__setitem__("again", h5py.SoftLink("/node")), "node/nodes/again links to another place"),
        (lambda node: node["nodes"].__setitem__("far", h5py.ExternalLink("/etc/passwd", "/")), "node/nodes/far links to another place"),
        (lambda node: node["nodes"].__setitem__("again", node["nodes"]), "nested more than 32 levels deep"),
    ],
)  # fmt: skip
def test_fields(path, change, words):
    edit(path, change)
    assert words in refused(path)


def test_an_unknown_type(path):
    def change(node):
        del node["nodes/lif/type"]
        node["nodes/lif"]["type"] = "Izhikevich"

    edit(path, change)
    assert "node 'lif' has the type 'Izhikevich'" in refused(path)


def test_other_shapes_and_types(path):
    def tau(value):
        def change(node):
            del node["nodes/lif/tau"]
            node["nodes/lif"]["tau"] = value

        edit(path, change)

    tau(np.full(4, 2e-4))
    assert "node 'lif' (LIF): All parameters must have the same shape" in refused(path)
    tau(np.full(3, np.nan))
    assert "node 'lif' (LIF): tau has 3 values that are not finite" in refused(path)
    tau("soon")
    assert "node 'lif' (LIF)" in refused(path)


def test_a_small_file_with_a_huge_array(path):
    def change(node):
        del node["nodes/affine/weight"]
        node["nodes/affine"].create_dataset("weight", (1 << 20, 1 << 20), "f4", chunks=(1, 1 << 20))

    edit(path, change)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(SecurityError, match=r"node/nodes/affine/weight of shape \[1048576, 1048576\]"):
        read_nir(path, 4)


def test_the_limit_of_the_settings(path, monkeypatch):
    with pytest.raises(SecurityError, match="more than 10 bytes"):
        read_nir(path, 4, max_size=10)
    monkeypatch.setenv("MAX_MODEL_SIZE", "10")
    with pytest.raises(SecurityError):
        SpikeCompiler("simulation").compile(path)


def test_names_that_are_code_elsewhere():
    """Names of nodes go into MLIR text and back."""
    wild = 'a" {x} \\ \n é #'
    graph = nir.NIRGraph(
        {"in": nir.Input(np.array([2])), wild: nir.IF(np.full(2, 1e4), np.ones(2)), "out": nir.Output(np.array([2]))},
        [("in", wild), (wild, "out")],
    )
    compiled = SpikeCompiler("simulation").compile(graph)
    _, trains = compiled.run(np.ones((4, 1, 2), np.float32), return_spike_trains=True)
    assert list(trains) == [wild]
