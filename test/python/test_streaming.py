# SPDX-License-Identifier: Apache-2.0
"""A stream gives, step by step, the spikes of the whole run."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from calibration import calibrated_spikformer_cifar10, cifar10_shaped_images
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import image, one_step, small
from spikingjelly.activation_based import functional, neuron
from torch import nn

from digits.model import held_out, spikformer_digits
from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.exceptions import ValidationError


def compile(model, shape, **options):
    return SpikeCompiler("simulation", **options).compile(model, shape)


class Events(nn.Module):
    """Frames of events, time first or behind the batch; the mean over time of a readout, or all of it."""

    def __init__(self, batch_first: bool, readout: str) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.batch_first, self.readout = batch_first, readout
        self.one, self.lif = nn.Linear(6, 16), neuron.LIFNode(v_threshold=0.2, step_mode="m")
        self.two = nn.Linear(16, 8)
        self.soft = neuron.ParametricLIFNode(v_threshold=0.3, v_reset=None, step_mode="m")
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = x.transpose(0, 1) if self.batch_first else x
        x = self.soft(self.two(self.lif(self.one(x))))
        if self.readout == "mean first":
            return self.head(x.mean(0))
        y = self.head(x)
        return {"mean": y.mean(0), "sum": y.sum(0), "all": y, "max": y.amax(0, keepdim=True)}[self.readout]


@pytest.mark.parametrize("readout", ["mean first", "mean", "sum", "max", "all"])
@pytest.mark.parametrize("batch_first", [False, True])
def test_frames(batch_first, readout):
    model, steps, batch = Events(batch_first, readout).eval(), 7, 2
    x = torch.rand(steps, batch, 6, generator=torch.Generator().manual_seed(0)) * 2
    whole = x.transpose(0, 1).contiguous() if batch_first else x
    compiled = compile(model, tuple(whole.shape))
    in_one_run, trains_in_one_run = compiled.run(whole, return_spike_trains=True)
    stream = compiled.stream(return_spike_trains=True)
    spikes = 0
    for t in range(steps):
        functional.reset_net(model)
        with torch.no_grad():
            expected = model(whole[:, : t + 1] if batch_first else whole[: t + 1])
        output, trains = stream.step(x[t])
        # PyTorch adds up more than four steps in an order of its own.
        assert torch.allclose(output, expected[t] if readout == "all" else expected, rtol=1e-6, atol=1e-6), f"step {t}"
        for path, train in trains.items():
            assert torch.equal(train, trains_in_one_run[path][t]), f"{path}, step {t}"
        spikes += sum(float(train.sum()) for train in trains.values())
    assert torch.equal(output, in_one_run[-1] if readout == "all" else in_one_run)
    assert 0.05 < spikes / (steps * batch * 24) < 0.6
    assert stream.steps == steps


def test_a_stream_goes_on_longer_than_the_model_was_compiled_for():
    """A thousand steps of a model compiled for four; states stay as large as they are."""
    model = Events(False, "mean").eval()
    x = torch.rand(1000, 1, 6, generator=torch.Generator().manual_seed(1)) * 2
    stream = compile(model, (4, 1, 6)).stream()
    size = sum(array.nbytes for array in stream.state.values())
    for frame in x:
        output = stream.step(frame)
    with torch.no_grad():
        expected = model(x)
    assert sum(array.nbytes for array in stream.state.values()) == size
    # 1000 terms: PyTorch sums the mean in blocks, the stream in order.
    assert torch.allclose(output, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_the_spikes_of_a_stream_are_those_of_the_whole_run():
    model, images = calibrated_spikformer_cifar10(), cifar10_shaped_images(1)
    compiled = compile(model, (1, 3, 32, 32))
    output, trains = compiled.run(images, return_spike_trains=True)
    stream = compiled.stream(return_spike_trains=True)
    for t in range(4):
        now, spikes = stream.step(images)
        assert torch.equal(now, output[t])
        assert spikes.keys() == trains.keys()
        for path, train in trains.items():
            assert torch.equal(spikes[path], train[t]), f"{path}, step {t}"


@pytest.mark.parametrize(
    "level", [pytest.param(level, marks=pytest.mark.slow) if level else level for level in range(4)]
)
def test_every_level(level):
    model = spikformer_digits()
    images, _ = held_out()
    compiled = compile(model, (8, *images.shape[1:]), optimization_level=level)
    output, stream = compiled.run(images[:8]), compiled.stream()
    for t in range(compiled.time_steps):
        assert np.array_equal(stream.step(images[:8]), output[t])


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(1, 3), st.integers(0, 2**16))
def test_reset_and_moved_state(steps, batch, seed):
    compiled = _events()
    x = np.random.RandomState(seed).rand(steps + 1, batch, 6).astype(np.float32) * 2
    stream = compiled.stream(batch_size=batch)
    first = list(stream.run(x[:steps]))
    saved, count = stream.state, stream.steps
    last = stream.step(x[steps])
    stream.reset()
    assert all(np.array_equal(a, b) for a, b in zip(first, stream.run(x[:steps]), strict=True))
    other = compiled.stream(batch_size=batch)
    other.state, other.steps = saved, count
    assert np.array_equal(other.step(x[steps]), last)


_compiled = {}


def _events():
    if not _compiled:
        _compiled["events"] = compile(Events(False, "mean").eval(), (4, 1, 6))
    return _compiled["events"]


def test_single_step_models_and_repeated_images():
    for model, x in ((one_step(), torch.rand(1, 6)), (small(), image())):
        compiled = compile(model, tuple(x.shape))
        output, stream = compiled.run(x), compiled.stream()
        for t in range(compiled.time_steps):
            assert torch.equal(stream.step(x), output[t])


def test_errors():
    stream = _events().stream()
    with pytest.raises(ValidationError, match=r"input 'x': expected rank 2, shape \[batch, 6\], got rank 3"):
        stream.step(np.zeros((1, 1, 6), np.float32))
    with pytest.raises(ValidationError, match="expected a batch of 1, got 2"):
        stream.step(np.zeros((2, 6), np.float32))
    assert stream.steps == 0
    with pytest.raises(ValidationError, match="without"):
        stream.state = {}
    wrong = stream.state | {"lif.v": np.zeros((1, 3), np.float32)}
    with pytest.raises(ValidationError, match=r"state 'lif.v': expected a float32 array of shape \(1, 16\)"):
        stream.state = wrong
    with pytest.raises(ValidationError, match="batch size of at least 1"):
        _events().stream(batch_size=0)


class Late(nn.Module):
    """Each step sees the input of the step before."""

    def __init__(self) -> None:
        super().__init__()
        self.lif = neuron.LIFNode(step_mode="m")

    def forward(self, x):
        return self.lif(x[1:] + x[:-1])


def test_a_model_that_mixes_steps_is_refused():
    compiled = compile(Late().eval(), (5, 1, 6))
    with pytest.raises(ValidationError, match="cannot be run step by step") as error:
        compiled.stream()
    assert error.value.error_code == "unsupported-stream"
