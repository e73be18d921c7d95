# SPDX-License-Identifier: Apache-2.0
"""Spike IR to NIR and back, every spike; what other tools make of the files; what strict mode refuses."""

from __future__ import annotations

import h5py
import nir
import norse.torch as norse
import numpy as np
import pytest
import torch
from calibration import calibrate
from hypothesis import given, settings
from hypothesis import strategies as st
from nir_reference import graphs
from snntorch.import_nir import import_from_nir
from spikingjelly.activation_based import functional, layer, neuron
from spikingjelly.activation_based.model.spikformer import Spikformer
from spikingjelly.activation_based.nir_exchange.from_nir import import_from_nir as spikingjelly_import
from zoo import find

from spike_transformer_compiler import CompiledModel, SpikeCompiler
from spike_transformer_compiler.exceptions import CompilationError, ValidationError
from spike_transformer_compiler.exchange import equations, export_nir, to_nir, verify_round_trip
from spike_transformer_compiler.frontend import read_nir
from spike_transformer_compiler.ir import IRBuilder, SpikeIR

random = np.random.default_rng(2)


def conv_net(step_mode: str = "m", threshold: float = 0.3, **options) -> torch.nn.Module:
    """Convolution, LIF, pooling, linear, LIF, with weights that are multiples of 1/32."""
    torch.manual_seed(4)
    net = torch.nn.Sequential(
        layer.Conv2d(2, 4, 3, padding=1),
        neuron.LIFNode(v_threshold=threshold, **options),
        layer.AvgPool2d(2),
        layer.Flatten(),
        layer.Linear(36, 5),
        neuron.LIFNode(v_threshold=threshold / 2, **options),
    ).eval()
    for parameter in net.parameters():
        parameter.data = torch.randint(-16, 17, parameter.shape) / 32
    functional.set_step_mode(net, step_mode)
    return net


def events(*shape: int) -> np.ndarray:
    return (random.random(shape) < 0.4).astype(np.float32)


def fires(found) -> None:
    assert found.exact, found
    assert found.rates and all(0.01 < rate < 0.9 for rate in found.rates.values()), found


# -------------------------------------------------------------------------------------------------------- without more


def test_a_plain_net_needs_no_extension(tmp_path):
    found = verify_round_trip(conv_net(), tmp_path / "net.nir", events(9, 2, 2, 6, 6), input_shape=(9, 2, 2, 6, 6))
    fires(found)
    assert not found.extended
    graph = nir.read(tmp_path / "net.nir")
    kinds = [type(node).__name__ for node in graph.nodes.values()]
    assert sorted(kinds) == ["Affine", "AvgPool2d", "Conv2d", "Flatten", "Input", "LIF", "LIF", "Output"]
    assert ("1", "2") in graph.edges


def test_a_model_of_one_step_and_a_saved_model(tmp_path):
    """Its input is repeated over time by the import; in the file it is fed at every step."""
    net = conv_net("s")
    compiled = SpikeCompiler("simulation", time_steps=7).compile(net, (2, 2, 6, 6))
    fires(verify_round_trip(compiled, tmp_path / "net.nir", events(2, 2, 6, 6)))
    compiled.save(tmp_path / "net.spike")
    graph = to_nir(CompiledModel.load(tmp_path / "net.spike"), strict=True)
    assert list(graph.nodes["input"].input_type["input"]) == [2, 6, 6]


SPIKINGJELLY = {
    "lif": ("euler", lambda: neuron.LIFNode(step_mode="m", v_threshold=0.5)),
    "lif, odd tau": ("spikingjelly", lambda: neuron.LIFNode(tau=1.7, step_mode="m", v_threshold=0.5)),
    "lif, input as it is": ("spikingjelly", lambda: neuron.LIFNode(decay_input=False, step_mode="m")),
    "plif": ("euler", lambda: neuron.ParametricLIFNode(init_tau=2.7, step_mode="m", v_threshold=0.5)),
    "if": ("euler", lambda: neuron.IFNode(step_mode="m", v_reset=-0.25)),
}


@pytest.mark.parametrize("kind", SPIKINGJELLY)
def test_neurons_of_spikingjelly(kind, tmp_path):
    scheme, make = SPIKINGJELLY[kind]
    net = torch.nn.Sequential(make()).eval()
    x = random.uniform(-0.5, 1.5, (20, 2, 6)).astype(np.float32)
    found = verify_round_trip(net, tmp_path / "net.nir", x, input_shape=x.shape, strict=True)
    fires(found)
    assert to_nir(net, input_shape=x.shape).metadata["scheme"] == scheme


def test_reaching_a_threshold_is_said_by_the_number_below(tmp_path):
    """NIR fires where v > v_threshold. For float32, v >= a is v > b with b just below a."""
    builder = IRBuilder()
    x = builder.input("x", (3, 1, 1), time_axis=True)
    builder.output(builder.neuron(x, "if", path="if"))
    graph = to_nir(builder.build(), strict=True)
    threshold = np.float32(graph.nodes["if"].v_threshold)[0]
    assert threshold < 1 and np.nextafter(threshold, np.float32(2)) == 1
    ir = read_nir(graph, 3)
    ones = np.ones((3, 1, 1), np.float32)
    assert ir.module.interpret([ones])[0].sum() == 3


def test_parameters_of_each_neuron(tmp_path):
    graph = nir.NIRGraph.from_list(
        nir.CubaLIF(*(random.uniform(low, high, (2, 3)) for low, high in [(1e-4, 5e-4), (1e-4, 5e-4), (1, 2), (-0.1, 0.1), (0.1, 0.4)])),
        nir.Scale(random.random((2, 3))),
        nir.LI(np.full((2, 3), 3e-4), np.ones((2, 3)), random.random((2, 3))),
        nir.Threshold(random.random((2, 3)) / 2),
    )  # fmt: skip
    ir = read_nir(graph, 8, batch=2)
    again = to_nir(ir, strict=True)
    assert sorted(type(node).__name__ for node in again.nodes.values()) == sorted(
        type(node).__name__ for node in graph.nodes.values()
    )
    fires(verify_round_trip(ir, tmp_path / "net.nir", events(8, 2, 2, 3)))


def test_sums_keep_their_order(tmp_path):
    """a + (b + c), (a + b) + (c + d) and a + a: edges into one node are summed from left to right."""
    builder = IRBuilder()
    x = builder.input("x", (4, 2, 3), time_axis=True)
    a, b, c, d = (builder.linear(x, random.normal(size=(3, 3)).astype(np.float32)) for _ in range(4))
    left = builder.add(a, builder.add(b, c))
    right = builder.add(builder.add(a, b), builder.add(c, d))
    total = builder.add(builder.add(left, right), builder.add(a, a))
    builder.output(builder.scale(total, 0.3))
    ir = builder.build()
    found = verify_round_trip(ir, tmp_path / "net.nir", random.random((4, 2, 3)).astype(np.float32), strict=True)
    assert found.exact and found.compared == 24


def test_defaults_are_those_of_the_dialect():
    """A model without attributes is the same as one with the defaults written out."""
    for name, values in equations.DEFAULTS.items():
        builder = IRBuilder()
        x = builder.input("x", (3, 1, 1))
        builder.output(builder.neuron(x, name, **values), builder.neuron(x, name))
        models = [op["attributes"]["model"] for op in builder.build().module.operations()["operations"][:-1]]
        assert models == [f"#spike.{name}"] * 2


@settings(max_examples=40, deadline=None)
@given(graphs(), st.integers(0, 1 << 16))
def test_random_graphs(graph, seed):
    ir = read_nir(graph, 10, batch=2)
    back = read_nir(to_nir(ir, strict=True), 10, batch=2)
    x = np.random.default_rng(seed).random((10, 2, *graph.input_type["in"])).astype(np.float32)
    np.testing.assert_array_equal(ours(back, x), ours(ir, x))


# ---------------------------------------------------------------------------------------------------------- other tools


def ours(ir: SpikeIR, x: np.ndarray) -> np.ndarray:
    return np.asarray(ir.module.interpret([x])[0])


def test_norse_reads_the_file(tmp_path):
    """Without a batch: Norse's Flatten would count it."""
    net = conv_net()
    x = events(50, 1, 2, 6, 6)
    net[2] = torch.nn.Identity()  # Norse reads no average pooling
    net[4] = layer.Linear(144, 5, step_mode="m")
    net[4].weight.data, net[4].bias.data = torch.randint(-16, 17, (5, 144)) / 64, torch.zeros(5)
    net.eval()
    export_nir(net, tmp_path / "net.nir", input_shape=x.shape, strict=True, scheme="euler", dt=1e-3)
    module = norse.from_nir(nir.read(tmp_path / "net.nir"), dt=1e-3)
    state, want = None, []
    with torch.no_grad():
        for step in torch.from_numpy(x[:, 0]):
            y, state = module(step, state)
            want.append(y.numpy()[None])
        source = net(torch.from_numpy(x)).numpy()
    assert 0.05 < source.mean() < 0.5
    np.testing.assert_array_equal(np.stack(want), source)


def test_snntorch_reads_the_file(tmp_path):
    """With the input as it is, tau in steps is snnTorch's r; with a decaying input it scales the threshold."""
    fc = torch.nn.Linear(8, 6)
    fc.weight.data, fc.bias.data = torch.randint(-16, 17, (6, 8)) / 32, torch.zeros(6)
    net = torch.nn.Sequential(fc, neuron.LIFNode(tau=2.0, v_threshold=0.3, step_mode="m")).eval()
    x = events(50, 1, 8)
    export_nir(net, tmp_path / "net.nir", input_shape=x.shape, strict=True)
    module = import_from_nir(nir.read(tmp_path / "net.nir"))
    state, want = None, []
    with torch.no_grad():
        for step in torch.from_numpy(x):
            y, state = module(step, state)
            want.append(y.numpy())
        source = net(torch.from_numpy(x)).numpy()
    assert 0.05 < source.mean() < 0.5
    np.testing.assert_array_equal(np.stack(want), source)


def test_spikingjelly_reads_the_file(tmp_path):
    net, x = conv_net(tau=1.7), events(20, 2, 2, 6, 6)
    export_nir(net, tmp_path / "net.nir", input_shape=x.shape, strict=True, scheme="spikingjelly")
    module = spikingjelly_import(tmp_path / "net.nir", step_mode="m")
    with torch.no_grad():
        want, _ = module(torch.from_numpy(x))
        source = net(torch.from_numpy(x))
    assert 0.05 < source.mean() < 0.5
    assert torch.equal(want, source)


# ----------------------------------------------------------------------------------------------------------- extension


def tiny(**options) -> torch.nn.Module:
    torch.manual_seed(0)
    sizes = dict(T=2, in_channels=2, img_size_h=8, img_size_w=8, patch_size=4, num_classes=5, embed_dims=16)
    return Spikformer(**sizes, num_heads=2, mlp_ratio=2.0, depths=1, **options).eval()


@pytest.mark.slow
def test_a_transformer_and_its_extension(tmp_path):
    x = torch.randn(1, 2, 8, 8, generator=torch.Generator().manual_seed(1))
    model = calibrate(tiny(), x)
    path = tmp_path / "net.nir"
    found = verify_round_trip(model, path, x.numpy(), input_shape=(1, 2, 8, 8))
    fires(found)
    assert found.extended and len(found.rates) == 10
    with pytest.raises(TypeError, match="unexpected keyword argument 'extension_of_spike_transformer_compiler'"):
        nir.read(path)
    for options in ({"time_steps": 3}, {"dt": 1.0}, {"scheme": "norse"}):
        with pytest.raises(ValidationError, match="the file says"):
            read_nir(path, **options)


@pytest.mark.slow
def test_an_extended_file_is_a_model_like_any_other(tmp_path):
    path, x = tmp_path / "net.nir", torch.randn(1, 2, 8, 8, generator=torch.Generator().manual_seed(1))
    model = calibrate(tiny(), x)
    export_nir(model, path, input_shape=(1, 2, 8, 8))
    compiled = SpikeCompiler("simulation").compile(path)
    want = SpikeCompiler("simulation").compile(model, (1, 2, 8, 8)).run(x.numpy())
    np.testing.assert_array_equal(compiled.run(x.numpy()), want)
    two = torch.cat([x, x]).numpy()
    np.testing.assert_array_equal(compiled.run(two), np.concatenate([want, want], 1))
    again = read_nir(path, batch=2)
    np.testing.assert_array_equal(SpikeCompiler("simulation").compile(again).run(two)[:, :1], want)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "spikformer_cifar10",
        "sdt_8_384",
        "qkformer_10_384",
        "maxformer_cifar",
        "sew_resnet18",
        "SDT V3 (I-LIF), base",
    ],
)
def test_models_of_the_zoo(name, tmp_path):
    torch.set_num_threads(1)
    entry = find(name)
    x = entry.input()
    model = calibrate(entry.model(), x)
    found = verify_round_trip(model, tmp_path / "net.nir", x.numpy(), input_shape=entry.shape)
    assert found.exact and found.extended, found
    assert np.mean([0.05 < rate < 0.5 for rate in found.rates.values()]) > 0.6, found


def test_strict_names_every_layer():
    with pytest.raises(ValidationError) as caught:
        to_nir(tiny(), input_shape=(1, 2, 8, 8), strict=True)
    assert caught.value.error_code == "beyond-nir"
    for line in (
        "'patch_embed.stages.2.conv_bn.block.2' (spike.pool): NIR has no maximum over a window",
        "'blocks.0.attn' (spike.matmul): NIR has no product of two signals",
        "'blocks.0.attn.proj_conv_bn.1' (spike.batch_norm): NIR has no normalisation",
        "'reduce' (spike.reduce): NIR has no sum, mean or maximum over axes",
    ):
        assert line in caught.value.message


def one_neuron(model: str, **parameters) -> SpikeIR:
    builder = IRBuilder()
    x = builder.input("x", (6, 2, 3), time_axis=True)
    builder.output(builder.neuron(x, model, path="it", **parameters))
    return builder.build()


@pytest.mark.parametrize(
    "model, parameters",
    [
        ("if", {"reset": "soft"}),
        ("lif", {"reset": "soft"}),
        ("lif", {"tau": 3.0, "decay_input": False, "v_reset": 0.25, "charge": "simple", "reset": "soft"}),
        ("leaky", {"reset": "soft", "reset_charged": True}),
        ("li", {"tau": 3.0}),
    ],
)
def test_neurons_beyond_nir(model, parameters, tmp_path):
    ir = one_neuron(model, **parameters)
    with pytest.raises(ValidationError, match=rf"'it' \(spike.neuron\): no node is read as #spike.{model}"):
        to_nir(ir, strict=True)
    found = verify_round_trip(ir, tmp_path / "net.nir", 2 * random.random((6, 2, 3)).astype(np.float32))
    assert found.exact and found.extended and found.rates["it"] > 0.05


def test_states_and_constants(tmp_path):
    """Initial and final states, an operation with two results, and a constant that is no weight."""
    builder = IRBuilder()
    x = builder.input("x", (4, 1, 3), time_axis=True)
    start = builder.constant(random.random((1, 3)), "start")
    spikes, state = builder.neuron_with_state(x, "lif", "it", init=[start], states=1)
    builder.output(spikes, builder.add(state, start))
    found = verify_round_trip(builder.build(), tmp_path / "net.nir", 2 * random.random((4, 1, 3)).astype(np.float32))
    assert found.exact and found.extended and 0.05 < found.rates["it"] < 0.9


def test_time_before_the_batch_is_known(tmp_path):
    """With as many time steps as samples, merged axes and inputs still come back as they were."""
    net = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3, padding=1), neuron.LIFNode(v_threshold=0.2)).eval()
    compiled = SpikeCompiler("simulation", time_steps=2).compile(net, (2, 2, 5, 5))
    fires(verify_round_trip(compiled, tmp_path / "net.nir", events(2, 2, 5, 5)))


# ---------------------------------------------------------------------------------------------------- hostile extension


@pytest.fixture
def extended(tmp_path):
    export_nir(one_neuron("if", reset="soft"), tmp_path / "net.nir")
    return tmp_path / "net.nir"


GROUP = "node/extension_of_spike_transformer_compiler"


def put(file, name: str, value) -> None:
    if name in file:
        del file[name]
    file[name] = value


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("version", 99, "in version 99, this package reads up to 1"),
        ("time_steps", 0, "expected positive sizes"),
        ("scheme", "magic", "expected a scheme of"),
        ("dt", float("nan"), "expected dt to be a positive number"),
        ("operations/it/op", "explode", "explode"),
        ("operations/it/op", "neuron\n}", "expected a name of the spike dialect"),
        ("operations/it/operands/0", "nowhere", "'it' reads 'nowhere', which does not exist"),
        ("operations/it/operands/0", "it", "cycle through 'it'"),
        ("operations/it/operands/0", "x#7", "reads 'x#7', which does not exist"),
        ("operations/it/operand_types/0", "tensor<9xf32>", "expected tensor<9xf32>, got tensor<6x2x3xf32>"),
        ("operations/it/result_types/0", "tensor<99999999999x9xf32>", "more than 2147483648 elements"),
        ("operations/it/result_types/0", "memref<3xf32>", "expected a tensor type"),
        ("operations/it/attributes/model", '"text"', "model"),
        ("operations/it/attributes/model", "#spike.if} loc(unknown)\n func.func private @x()", "attributes of one line"),
        ("inputs/0/name", "y", "the extension has types for y, the graph has x"),
    ],
)  # fmt: skip
def test_a_hostile_extension(extended, name, value, words):
    with h5py.File(extended, "a") as file:
        put(file[GROUP], name, value)
    with pytest.raises(CompilationError) as caught:
        SpikeCompiler("simulation").compile(extended)
    assert words in caught.value.message


def test_code_in_an_attribute_is_no_operation(extended):
    with h5py.File(extended, "a") as file:
        put(
            file[GROUP],
            "operations/it/attributes/model",
            '#spike.if} : (tensor<6x2x3xf32>) -> (tensor<6x2x3xf32>) %z = "func.call"() {callee = @main',
        )
    with pytest.raises(CompilationError):
        SpikeCompiler("simulation").compile(extended)


def test_a_file_that_cannot_be_written(tmp_path):
    with pytest.raises(ValidationError, match="cannot write"):
        export_nir(one_neuron("if"), tmp_path / "none" / "net.nir")
