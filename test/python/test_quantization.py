# SPDX-License-Identifier: Apache-2.0
"""Post-training quantisation: accuracy, rates, bits on the CPU, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from calibration import calibrated_spikformer_cifar10, cifar10_shaped_images
from official import build, fire, images

from digits.model import held_out, load_split, spikformer_digits
from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler import quantization as Q
from spike_transformer_compiler._program import Options
from spike_transformer_compiler.exceptions import CompilationError, ValidationError


@pytest.fixture(scope="module")
def digits():
    return SpikeCompiler("simulation").compile(spikformer_digits(), (1, 1, 8, 8))


@pytest.fixture(scope="module")
def training():
    return load_split()[0][:64]


@pytest.mark.parametrize(
    ("bits", "granularity"),
    [
        (8, "channel"),
        pytest.param(8, "layer", marks=pytest.mark.slow),
        pytest.param(6, "channel", marks=pytest.mark.slow),
        pytest.param(4, "channel", marks=pytest.mark.slow),
    ],
)
def test_digits_stay_right(digits, training, bits, granularity):
    """One point of accuracy at most, on every image that training did not see."""
    quantized = Q.quantize(digits, training, bits=bits, granularity=granularity)
    report = Q.compare(digits, quantized, *held_out())
    assert report.samples == 360 and report.source_accuracy > 0.99
    assert report.quantized_accuracy >= report.source_accuracy - 0.01, str(report)
    assert len(report.layers) == 15
    assert all(abs(layer.rate_change) < 0.02 and layer.agreement > 0.8 for layer in report.layers), str(report)
    assert json.loads(report.to_json())["layers"][0]["path"] == report.layers[0].path
    assert report.layers[0].path in str(report)


def test_levels_of_the_images_are_exact(digits, training):
    """The 17 grey levels of the digits are integers in units of a power of two, so the first layer sees them all."""
    (form,) = Q.calibrate(digits, training)
    assert form == Q.InputFormat(128.0, 0, 255)
    assert np.array_equal(np.rint(training * 128) / 128, training)


def test_calibration_of_signed_input(digits):
    data = np.random.default_rng(0).uniform(-3, 2, (8, 1, 8, 8)).astype(np.float32)
    data[3, 0, 2, 2] = -3
    (form,) = Q.calibrate(digits, data)
    assert (form.low, form.high) == (-128, 127) and form.scale == pytest.approx(127 / 3)
    (coarse,) = Q.calibrate(digits, data, input_bits=4)
    assert (coarse.low, coarse.high) == (-8, 7) and coarse.scale <= 7 / 3
    (silent,) = Q.calibrate(digits, np.zeros((2, 1, 8, 8), np.float32))
    assert silent == Q.InputFormat(1.0, 0, 255)


def test_calibration_on_the_smallest_numbers(digits):
    for value in (1e-38, -1e-44):
        (form,) = Q.calibrate(digits, np.full((2, 1, 8, 8), value, np.float32))
        assert form.scale == 2.0**100 and np.isfinite(np.float32(form.scale))


def test_attention_keeps_the_sources_spikes(digits, training):
    """Its currents are integers in the source, so a layer that gets the same spikes fires the same."""
    program = Q.quantize_program(digits._program, training[:4])
    exact = {layer["name"] for layer in program.layers if layer["kind"] == "neuron" and layer["exact"]}
    assert exact == {"blocks.0.attn.attn_lif", "blocks.1.attn.attn_lif"}


def test_a_program_in_the_contracts_form(digits, training):
    program = Q.quantize_program(digits._program, training[:8], granularity="layer")
    assert set(program.rates) == {layer["name"] for layer in program.layers if layer["kind"] == "neuron"}
    assert all(0 < rate < 1 for rate in program.rates.values())
    text = program.module.asm()
    assert text.count("#spike.fixed_lif") == 15 and "#spike.lif" not in text
    for layer in program.layers:
        if layer["kind"] == "neuron":
            assert layer["worst_current"] < 2**23 and layer["worst_membrane"] < 2**23
        else:
            assert 0 <= layer["exponent"] <= 7


def test_interpreter_and_machine_agree(digits, training):
    """Outputs, spikes and membranes, bit for bit; spikes also come in the source's layout."""
    quantized = Q.quantize(digits, training[:16])
    x = held_out()[0][:3]
    output, spikes, membranes = quantized.trace(x)
    module = quantized.program.for_shape(3, 4)
    module.run_pipeline("spike-expose-neurons{membranes=true}")
    for spec, expected in zip(module.signature()["outputs"], module.interpret([x]), strict=True):
        own = (membranes if spec["name"] == "v" else spikes)[spec["path"]] if spec["path"] else output
        np.testing.assert_array_equal(own, np.asarray(expected, np.float32), err_msg=str(spec))
    ran, trains = quantized.run(x, return_spike_trains=True)
    np.testing.assert_array_equal(ran, output)
    assert {path: train.sum() for path, train in trains.items()} == {path: s.sum() for path, s in spikes.items()}
    theirs = digits.run(x, return_spike_trains=True)[1]
    assert {path: train.shape for path, train in trains.items()} == {p: train.shape for p, train in theirs.items()}


def test_data_that_can_be_read_once(digits, training):
    batches = (training[i : i + 4] for i in range(0, 8, 4))
    program = Q.quantize_program(digits._program, batches)
    assert program.rates == Q.quantize_program(digits._program, training[:8]).rates


def test_save_and_load(digits, training, tmp_path):
    quantized = Q.quantize(digits, training[:8])
    quantized.save(tmp_path / "q.spike")
    x = held_out()[0][:2]
    np.testing.assert_array_equal(type(digits).load(tmp_path / "q.spike").run(x), quantized.run(x))


def test_wrong_arguments(digits, training):
    with pytest.raises(ValidationError, match="expected 8, 6 or 4 bits, got 5"):
        Q.quantize(digits, training, bits=5)
    with pytest.raises(ValidationError, match="expected granularity 'channel' or 'layer', got 'tensor'"):
        Q.quantize(digits, training, granularity="tensor")
    with pytest.raises(ValidationError, match="expected input_bits from 2 to 16, got 1"):
        Q.calibrate(digits, training, input_bits=1)
    with pytest.raises(ValidationError, match="the data set is empty"):
        Q.calibrate(digits, training[:0])
    with pytest.raises(ValidationError, match="expected a compiled model, got Spikformer"):
        Q.quantize(spikformer_digits(), training)
    with pytest.raises(ValidationError, match="expected 8, 6 or 4 bits, got 8.0"):
        Q.quantize(digits, training, bits=8.0)
    quantized = Q.quantize(digits, training[:4])
    with pytest.raises(ValidationError, match="a quantised one, got QuantizedModel and CompiledModel"):
        Q.compare(quantized, digits, training[:2])
    nan = training[:2].copy()
    nan[1, 0, 3, 4] = np.nan
    for data, labels, message in (
        (training[:2], [0, 1, 2], "expected 2 labels, one for each sample, got an array of shape \\[3\\]"),
        (training[:2], [0, 10], "label 10 of sample 1 is out of range, expected 0 to 9: the model has 10 classes"),
        (training[:2], [-1, 0], "label -1 of sample 0 is out of range"),
        (training[:2], [[0], [1]], "expected labels along one axis, got an array of shape \\[2, 1\\]"),
        (training[:2], 3, "expected labels along one axis"),
        (training[:2], [0.5, 1.0], "expected labels of integers, got float64"),
        (nan, [0, 1], "the data set holds nan at \\[1, 0, 3, 4\\]"),
    ):
        with pytest.raises(ValidationError, match=message):
            Q.compare(digits, quantized, data, labels)


def test_a_neuron_that_is_refused():
    from spikingjelly.activation_based import neuron

    model = torch.nn.Sequential(torch.nn.Linear(4, 4), neuron.QIFNode(step_mode="m")).eval()
    compiled = SpikeCompiler("simulation").compile(model, (4, 1, 4))
    with pytest.raises(CompilationError, match="of layer '1' cannot be quantized: it is a spike.qif"):
        Q.quantize(compiled, np.zeros((4, 1, 4), np.float32))


PUBLISHED = {
    "sdt_v1": ("sdt_v1.py:sdt", (1, 3, 32, 32), dict(in_channels=3, embed_dims=64, num_heads=4, depths=1)),
    "qkformer": ("qkformer.py:QKFormer_10_384", (1, 3, 32, 32), dict(T=4, embed_dims=64, num_heads=2, depths=4)),
    "maxformer": ("maxformer.py:maxformer", (1, 3, 16, 16), dict(embed_dims=64)),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", PUBLISHED)
def test_published_models(case):
    """Membrane shortcuts, token attention and pools of currents: first layers nearly as in the source, rates alike."""
    source, shape, arguments = PUBLISHED[case]
    compiled = SpikeCompiler("simulation").compile(fire(build(source, **arguments), images(*shape)), shape)
    x = images(8, *shape[1:], seed=2).numpy()
    quantized = Q.quantize(compiled, x)
    program = quantized.program
    np.testing.assert_array_equal(quantized.run(x[:1]), program.module.interpret([x[:1]])[0])
    report = Q.compare(compiled, quantized, x)
    # Weights are random, so what few neurons change spreads from layer to layer.
    assert report.layers[0].agreement > 0.98, str(report)
    assert all(abs(layer.rate_change) < 0.06 for layer in report.layers), str(report)


@pytest.mark.slow
def test_spikformer_cifar10():
    compiled = SpikeCompiler("simulation").compile(calibrated_spikformer_cifar10(), (1, 3, 32, 32))
    x = cifar10_shaped_images(2).numpy()
    quantized = Q.QuantizedModel(Q.quantize_program(compiled._program, x), Options())
    report = Q.compare(compiled, quantized, x)
    assert report.layers[0].agreement > 0.98 and len(report.layers) == 5 + 4 * 5, str(report)
    assert all(abs(layer.rate_change) < 0.06 for layer in report.layers), str(report)
