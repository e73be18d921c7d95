# SPDX-License-Identifier: Apache-2.0
"""SpikeIR, IRBuilder and the passes of `ir.passes`."""

from __future__ import annotations

import numpy as np
import pytest

from spike_transformer_compiler.exceptions import CompilationError, ValidationError
from spike_transformer_compiler.ir import IRBuilder, SpikeIR, passes


def two_neurons() -> SpikeIR:
    b = IRBuilder()
    x = b.input("x", (2, 1, 2))
    b.output(b.neuron(b.linear(x, np.array([[1.0, 0.0], [0.5, 0.25]])), "if", path="out"))
    return b.build()


def interpret(ir: SpikeIR, *inputs: np.ndarray) -> list[np.ndarray]:
    return ir.module.interpret(list(inputs))


def test_built_by_hand():
    ir = two_neurons()
    assert ir.verify() and ir.diagnostics == []
    assert [(v["name"], v["shape"]) for v in ir.inputs] == [("x", (2, 1, 2))]
    (spikes,) = interpret(ir, np.ones((2, 1, 2), np.float32))
    assert spikes.ravel().tolist() == [1, 0, 1, 1]
    assert "x: [2, 1, 2] -> " in repr(ir)


def test_every_builder_method():
    rng = np.random.RandomState(0)
    b = IRBuilder("net")
    image = b.input("image", (1, 2, 6, 6))
    x = b.repeat_time(image, 3)
    x = b.conv(x, rng.rand(4, 1, 3, 3), rng.rand(4), stride=(1, 1), padding=1, groups=2)
    x = b.conv(x, rng.rand(4, 4, 2, 2), dilation=2, padding=[1, 1])
    x = b.batch_norm(x, rng.rand(4), rng.rand(4) + 1, gamma=rng.rand(4), beta=rng.rand(4), eps=1e-3, axis=2)
    x = b.neuron(x, "lif", path="lif", tau=2.0, v_threshold=0.5, reset="soft", decay_input=False)
    x = b.pool(b.pool(x, 2, kind="max", padding=1, stride=2), 2, kind="avg", count_include_pad=True)
    tokens = b.transpose(b.reshape(x, (3, 1, 4, -1 if False else int(np.prod(x.shape[-2:])))), (0, 1, 3, 2))
    q = b.slice(b.linear(tokens, rng.rand(8, 4)), 3, 0, 4)
    k = b.slice(b.linear(tokens, rng.rand(8, 4)), 3, 4, 4)
    attention = b.scale(b.matmul(b.matmul(q, k, transpose_rhs=True), q), 8.0, divide=True)
    gated = b.mask(b.add(attention, q), b.reduce(k, [-1], "max", keep_dims=True))
    b.output(b.decode(gated), b.encode(b.reduce(image, [2, 3], "mean"), "latency", 3))
    ir = b.build()
    assert ir.verify()
    outputs = interpret(ir, rng.rand(1, 2, 6, 6).astype(np.float32))
    assert [output.shape for output in outputs] == [(1, 4, 4), (3, 1, 2)]
    assert "func.func @net" in str(ir)


def test_a_copy_is_independent():
    ir = two_neurons()
    before = str(ir)
    built = IRBuilder().build(ir)
    built.module.run_pipeline("spike-expose-neurons")
    assert str(ir) == before != str(built)


def test_builder_refuses():
    b = IRBuilder()
    x = b.input("x", (2, 1, 2))
    with pytest.raises(ValidationError, match="no result"):
        b.build()
    with pytest.raises(ValidationError, match="graph"):
        b.build(two_neurons())
    with pytest.raises(ValidationError, match="do not align"):
        b.add(x, b.input("y", (2, 1, 3)))
    with pytest.raises(ValidationError, match="does not fit"):
        b.pool(x, 5)
    with pytest.raises(ValidationError, match="weight name"):
        b.constant(np.ones(2), 'a">')
    b.output(b.linear(x, np.ones((3, 7))))
    with pytest.raises(ValidationError, match="linear_c2: expected 7 input features"):
        b.build()


def test_text_round_trip():
    ir = two_neurons()
    again = SpikeIR.parse(str(ir), ir.weights)
    assert str(again) == str(ir)
    assert "loc(" in ir.asm(locations=True) and '"spike.linear"' in ir.asm(generic=True)


def test_analyze():
    statistics = two_neurons().analyze()
    assert (statistics.num_neurons, statistics.num_synapses, statistics.num_parameters) == (2, 4, 4)
    assert statistics.memory_bytes >= 4 * 4
    assert "out" in [layer.name for layer in statistics.layers]


@pytest.mark.parametrize("suffix", [".pdf", ".png", ".svg"])
def test_visualize(tmp_path, suffix):
    file = two_neurons().visualize(tmp_path / f"graph{suffix}")
    head = file.read_bytes()[:200]
    assert head.startswith((b"%PDF", b"\x89PNG", b"<?xml"))


def test_visualize_refuses_other_formats(tmp_path):
    with pytest.raises(ValidationError, match="graph.doc.*.pdf, .png, .svg"):
        two_neurons().visualize(tmp_path / "graph.doc")


# ----------------------------------------------------------------------------------------------------------- passes


def twice_the_same() -> SpikeIR:
    b = IRBuilder()
    x = b.input("x", (2, 1, 2))
    w = b.constant(np.ones((2, 2)), "w")
    b.linear(x, np.full((5, 2), 2.0))  # nobody reads it
    b.output(b.add(b.linear(x, w), b.linear(x, w)))
    return b.build()


def test_common_subexpressions():
    ir = twice_the_same()
    after = passes.CommonSubexpressionElimination().run(ir)
    assert str(ir).count("spike.linear") == 3 and str(after).count("spike.linear") == 1
    x = np.ones((2, 1, 2), np.float32)
    np.testing.assert_array_equal(interpret(ir, x), interpret(after, x))


def test_a_pass_that_fails_leaves_the_module_alone():
    ir = two_neurons()
    before = str(ir)
    with pytest.raises(CompilationError, match="expected one batch axis"):
        ir.run_pipeline("spike-set-batch{size=3}")
    assert str(ir) == before and ir.verify()


def test_dead_code():
    ir = twice_the_same()
    after = passes.DeadCodeElimination().run(ir)
    assert str(after).count("spike.linear") == 2
    x = np.ones((2, 1, 2), np.float32)
    np.testing.assert_array_equal(interpret(ir, x), interpret(after, x))


@pytest.mark.parametrize("factor, pieces", [(1, 5), (2, 3), (4, 2), (5, 1), (9, 1)])
def test_loop_unrolling(factor, pieces):
    b = IRBuilder()
    x = b.input("x", (5, 1, 3))
    b.output(b.neuron(x, "lif", path="lif", tau=2.0, v_threshold=0.5, reset="soft"))
    ir = b.build()
    after = passes.LoopUnrolling(factor=factor).run(ir)
    assert str(after).count("spike.neuron") == pieces
    x = np.random.RandomState(0).rand(5, 1, 3).astype(np.float32)
    np.testing.assert_array_equal(interpret(ir, x), interpret(after, x))
    (compiled,) = after.module.compile().run([x])
    np.testing.assert_array_equal(np.asarray(compiled, np.float32), interpret(ir, x)[0])


@pytest.mark.parametrize("factor", [0, -1, 1.5, "4", True])
def test_loop_unrolling_refuses(factor):
    with pytest.raises(ValidationError, match="factor of at least 1"):
        passes.LoopUnrolling(factor=factor)


def test_passes_in_a_row():
    ir = IRBuilder().build(twice_the_same())
    for pass_ in [
        passes.DeadCodeElimination(),
        passes.CommonSubexpressionElimination(),
        passes.LoopUnrolling(factor=4),
    ]:
        ir = pass_.run(ir)
    assert ir.verify()
