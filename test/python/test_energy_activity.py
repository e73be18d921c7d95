# SPDX-License-Identifier: Apache-2.0
"""Activity is counted exactly: against loops in NumPy, and against SpikingJelly's own counter."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from energy_support import by_name, compiled, conv_products, integrate_and_fire
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import T, one_step, small
from torch import nn

from spike_transformer_compiler import IRBuilder, SpikeCompiler
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.profiling import measure_activity

STEPS, BATCH = 3, 2


def values(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Multiples of a quarter, so that every sum is exact; about a third are zero."""
    return np.random.default_rng(seed).integers(-2, 4, shape).astype(np.float32) / 4


@st.composite
def convolutions(draw):
    groups = draw(st.sampled_from([1, 2]))
    kernel = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    dilations = (draw(st.integers(1, 2)), draw(st.integers(1, 2)))
    size = tuple(draw(st.integers(d * (k - 1) + 1, 6)) for k, d in zip(kernel, dilations, strict=True))
    pads = tuple((draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in kernel)
    strides = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    channels = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    return groups, kernel, dilations, size, pads, strides, channels


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(convolutions(), st.integers(0, 2**16), st.sampled_from([0, 2]))
def test_convolutions(parameters, seed, level):
    groups, kernel, dilations, size, pads, strides, (inputs, outputs) = parameters
    shape = (STEPS, BATCH, inputs, *size)
    weight = np.ones((outputs, inputs // groups, *kernel), np.float32)
    builder = IRBuilder()
    x = builder.input("x", shape)
    spikes = builder.neuron(x, "if", path="lif")
    counts = builder.add(spikes, builder.add(spikes, builder.neuron(x, "if", path="other", v_threshold=0.5)))
    options = {
        "stride": strides,
        "padding": [p for pair in pads for p in pair],
        "dilation": dilations,
        "groups": groups,
    }
    for current in (spikes, counts, x):
        builder.output(builder.conv(current, weight, **options))
    data = values(shape, seed)
    found = measure_activity(compiled(builder, shape, 1, STEPS, level), data).synapses

    fired = integrate_and_fire(data)
    summed = 2 * fired + integrate_and_fire(data, 0.5)
    out = [
        (n + sum(p) - d * (k - 1) - 1) // s + 1
        for n, p, d, k, s in zip(size, pads, dilations, kernel, strides, strict=True)
    ]
    for layer, given_values, kind in zip(found, (fired, summed, data), ("spike", "count", "real"), strict=True):
        images = given_values.reshape(-1, inputs, *size)
        events, units = conv_products(images, weight.shape, strides, pads, dilations, groups, out)
        everything, _ = conv_products(np.ones_like(images), weight.shape, strides, pads, dilations, groups, out)
        assert layer.values == [kind]
        assert layer.nonzero == [np.count_nonzero(images)]
        assert layer.sops == events
        assert layer.inside == everything
        assert layer.dense == len(images) * outputs * out[0] * out[1] * weight[0].size
        if kind == "count":
            assert (layer.total, layer.unit_sops) == (images.sum(), units)
        else:
            assert (layer.total, layer.unit_sops) == (None, events)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), st.booleans(), st.booleans(), st.integers(0, 2**16))
def test_products_and_gates(rows, columns, depth, swap_left, swap_right, seed):
    left = (STEPS, BATCH, *((depth, rows) if swap_left else (rows, depth)))
    right = (STEPS, BATCH, *((columns, depth) if swap_right else (depth, columns)))
    size = rows * depth + depth * columns
    builder = IRBuilder()
    x = builder.input("x", (STEPS, BATCH, size))
    spikes = builder.neuron(x, "if", path="lif")
    q = builder.reshape(builder.slice(spikes, 2, 0, rows * depth), left)
    k = builder.reshape(builder.slice(spikes, 2, rows * depth, depth * columns), right)
    product = builder.matmul(q, k, transpose_lhs=swap_left, transpose_rhs=swap_right)
    gate = builder.reduce(k, [2], "max", keep_dims=True)
    builder.output(builder.linear(builder.scale(product, 0.125), np.ones((3, columns), np.float32)))
    builder.output(builder.mask(k, gate))
    data = values((STEPS, BATCH, size), seed)
    neuron, matmul, linear, mask = measure_activity(compiled(builder, (STEPS, BATCH, size), 1, STEPS), data).layers

    fired = integrate_and_fire(data)
    a, b = fired[..., : rows * depth].reshape(left), fired[..., rows * depth :].reshape(right)
    a_ = a.swapaxes(-1, -2) if swap_left else a
    b_ = b.swapaxes(-1, -2) if swap_right else b
    result = a_ @ b_
    assert matmul.nonzero == [a.sum(), b.sum()] and matmul.sops == result.sum()
    assert matmul.dense == STEPS * BATCH * rows * columns * depth and matmul.fan_out == [columns, rows]
    assert matmul.sources == [["lif"], ["lif"]] and matmul.values == ["spike", "spike"]
    assert linear.sources == [["matmul"]] and linear.sops == 3 * np.count_nonzero(result)
    assert linear.unit_sops == 3 * result.sum()
    gated = b * b.max(2, keepdims=True)
    assert mask.nonzero == [b.sum(), b.max(2).sum()] and mask.sops == gated.sum() and mask.dense == b.size
    assert neuron.spikes_per_step == fired.sum((1, 2)).tolist() and neuron.elements == fired.size
    assert neuron.rate == fired.mean() and neuron.sparsity == pytest.approx(1 - fired.mean())


class Network(nn.Module):
    """Layers that read spikes only, as SpikingJelly's counter takes them: strided and grouped convolutions, attention."""

    def __init__(self) -> None:
        super().__init__()
        from spikingjelly.activation_based import neuron

        torch.manual_seed(3)
        self.lif, self.lif2 = (
            neuron.LIFNode(v_threshold=0.2, step_mode="m"),
            neuron.LIFNode(v_threshold=0.1, step_mode="m"),
        )
        self.lif3 = neuron.IFNode(v_threshold=0.15, step_mode="m")
        self.conv = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=4, bias=False)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = x.unsqueeze(0).repeat(4, 1, 1, 1, 1)
        x = self.lif(x).flatten(0, 1)
        x = self.lif2(self.conv(x).unflatten(0, (4, -1))).flatten(0, 1)
        x = self.lif3(self.depthwise(x).unflatten(0, (4, -1))).flatten(3)  # [T, B, 8, 16]
        attention = x @ x.transpose(-1, -2)
        return self.fc(x), attention


@pytest.mark.slow
def test_the_same_as_spikingjelly():
    from spikingjelly.activation_based import functional
    from spikingjelly.activation_based.op_counter import DispatchCounterMode, SynOpCounter

    model = Network().eval()
    images = torch.rand(6, 3, 8, 8, generator=torch.Generator().manual_seed(5))
    activity = measure_activity(SpikeCompiler().compile(model, (2, 3, 8, 8)), images)
    counter = SynOpCounter()
    functional.reset_net(model)
    with torch.no_grad(), DispatchCounterMode([counter]):
        model(images)
    layers = by_name(activity.layers)
    theirs = {scope: sum(ops.values()) for scope, ops in counter.get_counts().items()}
    assert 0.05 < activity.neurons[-1].rate < 0.6
    for name in ("conv", "depthwise", "fc"):
        assert layers[name].values == ["spike"]
        assert layers[name].sops == theirs[f"Network.{name}"] > 0
    assert sum(layer.sops for layer in activity.synapses) == counter.get_total()


def data(samples: int) -> np.ndarray:
    return np.random.default_rng(0).random((samples, 1, 4, 4), np.float32)


@pytest.fixture(scope="module")
def model():
    return SpikeCompiler().compile(small(), (2, 1, 4, 4))


@pytest.mark.slow
def test_the_batch_does_not_matter(model):
    inputs = data(7)
    whole = measure_activity(model, inputs)
    assert whole.samples == 7 and whole.time_steps == T
    for other in (
        measure_activity(model, inputs, batch_size=7),
        measure_activity(model, torch.from_numpy(inputs), batch_size=3),
        measure_activity(model, ((inputs[i : i + 2], [0, 1]) for i in range(0, 7, 2))),
        measure_activity(model, {"x": inputs}),
        measure_activity(SpikeCompiler(optimization_level=0).compile(small(), (1, 1, 4, 4)), inputs),
        measure_activity(SpikeCompiler(optimization_level=3).compile(small(), (1, 1, 4, 4)), inputs),
    ):
        assert other == whole


def test_the_prefix_is_known_to_repeat(model):
    layers = by_name(measure_activity(model, data(2)).layers)
    assert layers["conv"].repeated == T and layers["conv"].values == ["real"] and layers["conv"].sources == [["x"]]
    assert layers["head"].repeated == 1 and layers["head"].sources == [["conv_lif"]]
    assert layers["conv"].nonzero == [T * 2 * 16], "as the source computes it, at every step"


def test_a_border_and_a_gate_by_hand():
    """A spike in the corner of a 3x3 image is read by 4 windows of 9, one in the middle by 9."""
    builder = IRBuilder()
    x = builder.input("x", (2, 1, 1, 3, 3))
    spikes = builder.neuron(x, "if", path="if")
    builder.output(builder.conv(spikes, np.ones((5, 1, 3, 3), np.float32), padding=1))
    builder.output(builder.mask(spikes, spikes))
    image = np.zeros((2, 1, 1, 3, 3), np.float32)
    image[0, 0, 0, 0, 0] = image[1, 0, 0, 1, 1] = 1
    neuron, conv, mask = measure_activity(compiled(builder, image.shape, 1, 2), image).layers
    assert neuron.spikes_per_step == [1, 1] and conv.nonzero == [2] and mask.sops == 2
    assert conv.sops == 5 * (4 + 9) and conv.dense == 2 * 5 * 9 * 9 and conv.inside == 2 * 5 * (2 + 3 + 2) ** 2


def test_a_model_of_one_step():
    activity = measure_activity(SpikeCompiler(time_steps=5).compile(one_step(), (1, 6)), np.ones((3, 6), np.float32))
    assert activity.time_steps == 5
    assert [len(layer.spikes_per_step) for layer in activity.neurons] == [5]
    assert [layer.repeated for layer in activity.synapses] == [5, 1]


@pytest.mark.slow
def test_a_mapped_file_is_not_read_whole(model, tmp_path):
    np.save(tmp_path / "x.npy", data(5))
    assert measure_activity(model, np.load(tmp_path / "x.npy", mmap_mode="r")) == measure_activity(model, data(5))


@pytest.mark.parametrize(
    "inputs, message",
    [
        (np.zeros((0, 1, 4, 4), np.float32), "the data set is empty"),
        ([], "the data set is empty"),
        (np.zeros((3, 1, 4, 5), np.float32), r"expected shape \[batch, 1, 4, 4\], got \[2, 1, 4, 5\]"),
        (np.zeros((3, 4, 4), np.float32), "expected rank 4"),
        (np.zeros((3, 1, 4, 4)), "expected dtype float32, got float64"),
        (np.where(np.arange(48).reshape(3, 1, 4, 4) == 33, np.nan, 0).astype(np.float32), r"nan at \[2, 0, 0, 1\]"),
        (np.where(np.arange(48).reshape(3, 1, 4, 4) == 4, np.inf, 0).astype(np.float32), r"inf at \[0, 0, 1, 0\]"),
        ({"y": np.zeros((1, 1, 4, 4), np.float32)}, "expected inputs named x, got y"),
        (3, "expected arrays or an iterable of batches, got int"),
        ("x.npy", "expected arrays or an iterable of batches, got str"),
    ],
)
def test_bad_data_sets(model, inputs, message):
    with pytest.raises(ValidationError, match=message):
        measure_activity(model, inputs)


def test_bad_batch_size(model):
    with pytest.raises(ValidationError, match="expected a batch size of at least 1, got 0"):
        measure_activity(model, data(1), batch_size=0)
