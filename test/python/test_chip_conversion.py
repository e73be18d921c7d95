# SPDX-License-Identifier: Apache-2.0
"""Quantised programs on the chip: every output, spike and membrane is that of the quantised CPU run."""

from __future__ import annotations

import numpy as np
import pytest
from calibration import calibrated_spikformer_cifar10, cifar10_shaped_images
from networks.generate import generate
from official import build, fire, images

from digits.model import held_out, load_split, spikformer_digits
from spike_transformer_compiler import SpikeCompiler, _core
from spike_transformer_compiler import quantization as Q
from spike_transformer_compiler._program import Options
from spike_transformer_compiler.exceptions import CompilationError
from spike_transformer_compiler.frontend import import_program

#: Everything on one core of a chip without limits of size is enough to run.
PIPELINE = "convert-spike-to-loihi{{target=loihi2 attention={}}},loihi.network(loihi-schedule)"


def on_one_core(module: _core.Module) -> _core.ChipNetwork:
    """The scheduled network with all its neurons on one core."""
    fields = module.chip_network().to_dict()
    slices = [
        {"population": i, "p0": 0, "p1": int(np.prod(p["shape"][:-1])), "c0": 0, "c1": p["shape"][-1]}
        for i, p in enumerate(fields["populations"])
        if p["kind"] != "input"
    ]
    fields["chips"], fields["cores"] = [{}], [{"slices": slices}]
    return _core.ChipNetwork.from_dict(fields)


def convert(program: Q.QuantizedProgram, attention: str) -> _core.ChipNetwork:
    module = program.module.clone()
    module.run_pipeline(PIPELINE.format(attention))
    return on_one_core(module)


def compare(program: Q.QuantizedProgram, images: np.ndarray, attention: str = "parallel") -> dict[str, int]:
    """Runs images on the CPU and on the chip; returns how many values of which kind were compared, all equal."""
    network = convert(program, attention)
    described = network.to_dict()
    layers = {p["path"]: p for p in described["populations"] if p["path"]}
    state = {path: ("v" if p["kind"] == "lif" else "s0") for path, p in layers.items()}
    probes = [name for path, p in layers.items() for name in (p["name"], f"{p['name']}.{state[path]}")]
    simulator = _core.ChipSimulator(network, 1, probes)
    cpu = Q.QuantizedModel(program, Options(workers=1))
    counts = {"outputs": 0, "spikes": 0, "membranes": 0}
    for image in images:
        expected, spikes, membranes = cpu.trace(image)
        outputs = simulator.run([image])
        expected = expected if isinstance(expected, tuple) else (expected,)
        for own, other in zip(outputs, expected, strict=True):
            np.testing.assert_array_equal(own.reshape(other.shape), other)
            counts["outputs"] += other.size
        assert set(layers) == set(spikes)
        for path, p in layers.items():
            for kind, probe, other in (
                ("spikes", p["name"], spikes[path]),
                ("membranes", f"{p['name']}.{state[path]}", membranes[path]),
            ):
                own = simulator.probe(probe)
                np.testing.assert_array_equal(own.reshape(other.shape), other, err_msg=f"{kind} of {path}")
                counts[kind] += other.size
    return counts


@pytest.mark.parametrize(("granularity", "attention"), [("channel", "parallel"), ("layer", "serial")])
def test_digits(granularity, attention):
    model = SpikeCompiler("simulation").compile(spikformer_digits(), (1, 1, 8, 8))
    program = Q.quantize_program(model._program, load_split()[0][:32], granularity=granularity)
    images = held_out()[0][:4, None]
    counts = compare(program, images, attention)
    assert counts["spikes"] == counts["membranes"] > 0


def published(source: str, shape: tuple[int, ...], **arguments) -> tuple[Q.QuantizedProgram, np.ndarray]:
    compiled = SpikeCompiler("simulation").compile(fire(build(source, **arguments), images(*shape)), shape)
    x = images(*shape, seed=2).numpy()
    return Q.quantize_program(compiled._program, x), x


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "shape", "arguments"),
    [
        ("sdt_v1.py:sdt", (1, 3, 32, 32), dict(in_channels=3, embed_dims=64, num_heads=4, depths=1)),
        ("qkformer.py:QKFormer_10_384", (1, 3, 32, 32), dict(T=4, embed_dims=64, num_heads=2, depths=4)),
        ("sdt_v3.py:base", (1, 3, 32, 32), {}),
    ],
    ids=["sdt_v1", "qkformer", "sdt_v3"],
)
def test_published_models(source, shape, arguments):
    """Membrane shortcuts, masks, token attention, pools of currents."""
    program, x = published(source, shape, **arguments)
    counts = compare(program, x[None])
    assert counts["membranes"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("attention", ["parallel", "serial"])
def test_spikformer_cifar10(attention):
    compiled = SpikeCompiler("simulation").compile(calibrated_spikformer_cifar10(), (1, 3, 32, 32))
    x = cifar10_shaped_images(1).numpy()
    counts = compare(Q.quantize_program(compiled._program, x), x[None], attention)
    assert counts == {"outputs": 40, "spikes": 4915200, "membranes": 4915200}


def check_network(seed: int) -> bool:
    """Whether a network of the fuzzer, drawn for any target, reaches the chip; then everything is equal. What does not is
    refused by name."""
    case = generate(seed)
    x = case.x.numpy()
    try:
        source = import_program(case.model, x.shape, case.plan.steps if case.plan.stepped else None)
        axis = source.inputs[0].batch_axis
        if axis is not None and x.shape[axis] != 1:
            x = np.ascontiguousarray(x.take([0], axis))
            source = import_program(case.model, x.shape, case.plan.steps if case.plan.stepped else None)
        program = Q.QuantizedProgram(
            source, Q.calibrate(source, x), (8, 6, 4)[seed % 3], ("channel", "layer")[seed % 2]
        )
    except CompilationError:
        return False
    try:
        compare(program, x[None], ("parallel", "serial")[seed // 6 % 2])
    except _core.CoreError as error:
        assert "op of layer '" in str(error) or "'func.func' op" in str(error), error
        return False
    return True


def test_random_networks():
    assert sum(check_network(seed) for seed in range(40)) >= 2
