# SPDX-License-Identifier: Apache-2.0
"""Models with layers that a chip cannot do: left to the host if asked for, and equal to the quantised program on the CPU,
spike by spike and membrane by membrane."""

from __future__ import annotations

import numpy as np
import pytest
from networks.generate import generate

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler._program import Options
from spike_transformer_compiler.backend import (
    ChipImage,
    ChipModel,
    Loihi3Backend,
    MappingOptions,
    MultiChipManager,
    compile_for_chip,
)
from spike_transformer_compiler.exceptions import CompilationError, HardwareError, SecurityError, ValidationError
from spike_transformer_compiler.frontend import import_program
from spike_transformer_compiler.ir import IRBuilder, SpikeIR

STEPS = 4
#: Neurons that integers cannot express, with thresholds at which they fire.
UNSUPPORTED = {
    "qif": {"v_threshold": 0.4, "v_c": 0.2},
    "eif": {"v_threshold": 0.4},
    "izhikevich": {"v_threshold": 0.4, "v_c": 0.2},
    "klif": {"v_threshold": 0.4},
}


def samples(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, shape).astype(np.float32)


def weights(*shape: int, seed: int = 0) -> np.ndarray:
    fan_in = np.prod(shape[1:])
    return (np.random.default_rng(seed).normal(0.3, 1, shape) * 2 / np.sqrt(fan_in)).astype(np.float32)


def in_the_middle(model: str, skip: bool) -> SpikeIR:
    """Convolution, LIF, convolution, the model, with a connection around it, linear, LIF."""
    builder = IRBuilder()
    x = builder.repeat_time(builder.input("x", (1, 1, 6, 6)), STEPS)
    a = builder.neuron(builder.conv(x, weights(4, 1, 3, 3), padding=1), "lif", path="first")
    b = builder.neuron(
        builder.conv(a, weights(4, 4, 3, 3, seed=1), padding=1), model, path="middle", **UNSUPPORTED[model]
    )
    b = builder.add(b, a) if skip else b
    current = builder.linear(builder.reshape(b, (STEPS, 1, 144)), weights(10, 144, seed=2))
    builder.output(builder.decode(builder.neuron(current, "lif", path="last")))
    return builder.build()


def compiled(model: SpikeIR, data: np.ndarray, **options) -> ChipModel:
    return SpikeCompiler(target="loihi3").compile(model, calibration_data=data, host_fallback=True, **options)


def check(model: ChipModel, data: np.ndarray, layers: int) -> None:
    """Chip and host together are the quantised program: outputs, spikes and membranes; no layer is silent."""
    same = model.compare_with_cpu(data)
    assert same.passed, same.different
    assert same.layers == layers
    output, trains = model.run(data, return_spike_trains=True)
    expected, on_cpu = model.run_on_cpu(data, return_spike_trains=True)
    np.testing.assert_array_equal(output, expected)
    assert trains.keys() == on_cpu.keys() and len(trains) == layers
    for path, train in trains.items():
        np.testing.assert_array_equal(train, on_cpu[path], err_msg=path)
        assert 0 < train.mean() < 1, path
    # The interpreter is the independent reference, one sample at a time.
    module = model.program.for_shape(1, model.time_steps)
    for i in range(2):
        interpreted = np.asarray(module.interpret([data[i : i + 1]])[0], np.float32)
        np.testing.assert_array_equal(model.run(data[i : i + 1]), interpreted)


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("name", UNSUPPORTED)
def test_a_neuron_in_the_middle_runs_on_the_host(name, skip):
    data = samples(6, 1, 6, 6)
    model = compiled(in_the_middle(name, skip), data)
    assert model.host_layers == {"middle": f"it is a spike.{name}, which integers cannot express"}
    # The currents of the second convolution, and what skips the layer, go there; spikes come back.
    sent = STEPS * 144
    assert model.chip.crossing == (2 * sent if skip else sent, 2 * sent if skip else sent)
    check(model, data, 3)


def test_an_op_at_the_start_runs_on_the_host():
    builder = IRBuilder()
    x = builder.encode(builder.input("x", (1, 12)), "latency", STEPS)
    a = builder.neuron(builder.linear(x, weights(8, 12)), "lif", path="first")
    builder.output(builder.decode(builder.neuron(builder.linear(a, weights(5, 8, seed=1)), "lif", path="last")))
    data = samples(6, 12)
    model = compiled(builder.build(), data)
    assert list(model.host_layers) == ["encode"]
    assert [given["name"] for given in model.chip.summary["inputs"]] == ["cut0"]
    check(model, data, 2)


def test_what_reads_real_numbers_runs_on_the_host_too():
    builder = IRBuilder()
    given = builder.repeat_time(builder.input("x", (1, 12)), STEPS)
    (x,) = builder.generic("map", [given], {"kind": "#spike<map_kind sqrt>"}, [given.type])
    a = builder.neuron(builder.linear(x, weights(8, 12)), "lif", path="first")
    builder.output(builder.decode(builder.neuron(builder.linear(a, weights(5, 8, seed=1)), "lif", path="last")))
    data = samples(6, 12)
    model = compiled(builder.build(), data)
    assert model.host_layers["first"] == "it reads real numbers of the host"
    assert "last" in model.chip.layers and "first" not in model.chip.layers
    check(model, data, 2)


def test_an_op_at_the_end_runs_on_the_host():
    builder = IRBuilder()
    x = builder.repeat_time(builder.input("x", (1, 12)), STEPS)
    a = builder.neuron(builder.linear(x, weights(8, 12)), "lif", path="first")
    builder.output(
        builder.decode(builder.neuron(builder.linear(a, weights(5, 8, seed=1)), "lif", path="last"), "first_spike")
    )
    data = samples(6, 12)
    model = compiled(builder.build(), data)
    assert list(model.host_layers) == ["decode"] and model.chip.crossing == (STEPS * 5, 0)
    check(model, data, 2)
    assert len(np.unique(model.run(data))) > 1


def test_the_host_may_return_a_number():
    builder = IRBuilder()
    x = builder.repeat_time(builder.input("x", (1, 12)), STEPS)
    a = builder.neuron(builder.linear(x, weights(8, 12)), "lif", path="only")
    builder.output(builder.reduce(a, (0, 1, 2), "max"))
    data = samples(1, 12)
    model = compiled(builder.build(), data)
    assert model.run(data).shape == () and model.run(data) == model.run_on_cpu(data) > 0
    assert model.compare_with_cpu(data).passed


def test_it_is_refused_unless_asked_for():
    with pytest.raises(
        CompilationError, match=r"layer 'middle' cannot be quantized: it is a spike.qif.*host_fallback=True"
    ):
        SpikeCompiler(target="loihi3").compile(in_the_middle("qif", False), calibration_data=samples(2, 1, 6, 6))
    with pytest.raises(ValidationError, match="host_fallback: for a chip only"):
        SpikeCompiler().compile(in_the_middle("qif", False), host_fallback=True)


def test_a_supported_model_needs_no_host():
    builder = IRBuilder()
    x = builder.repeat_time(builder.input("x", (1, 12)), STEPS)
    builder.output(builder.neuron(builder.linear(x, weights(8, 12)), "lif", path="only"))
    model = compiled(builder.build(), samples(4, 12))
    assert model.host_layers == {} and model.chip.host is None and model.chip.crossing == (0, 0)


def test_a_model_that_is_all_the_hosts_is_refused():
    builder = IRBuilder()
    x = builder.repeat_time(builder.input("x", (1, 12)), STEPS)
    builder.output(builder.neuron(x, "qif", path="only"))
    with pytest.raises(HardwareError, match="left to the host as a whole, nothing of it is for the chip"):
        compiled(builder.build(), samples(4, 12))


def test_currents_need_messages_with_numbers():
    with pytest.raises(HardwareError, match="target 'loihi1' has no graded spikes"):
        SpikeCompiler(target="loihi1").compile(
            in_the_middle("qif", False), calibration_data=samples(2, 1, 6, 6), host_fallback=True
        )


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    data = samples(6, 1, 6, 6)
    model = compiled(in_the_middle("klif", True), data)
    path = tmp_path_factory.mktemp("host") / "model.lsi"
    model.save(path)
    return model, data, path


def test_the_hosts_part_is_saved_beside_the_image(saved):
    model, data, path = saved
    image = ChipImage.load(path)
    assert image.data == model.image and image.host.layers == model.host_layers
    run = image.run([data[:, None]])
    np.testing.assert_array_equal(np.concatenate(list(run.outputs[0])), model.run(data))
    assert list(run.trains) == ["middle"] and run.trains["middle"].any()


def test_an_image_without_its_host_is_refused(saved, tmp_path):
    model, data, path = saved
    alone = tmp_path / "alone.lsi"
    alone.write_bytes(path.read_bytes())
    with pytest.raises(ValidationError, match="needs the host, which computes middle, and its part is not there"):
        ChipImage.load(alone).run([data[:, None]])
    other = tmp_path / "other.lsi"
    compiled(in_the_middle("klif", False), data).save(other)
    (tmp_path / "alone.lsi.host").write_bytes((tmp_path / "other.lsi.host").read_bytes())
    with pytest.raises(SecurityError, match="does not belong to the image beside it"):
        ChipImage.load(alone)
    damaged = bytearray(path.with_name("model.lsi.host").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "alone.lsi.host").write_bytes(damaged)
    with pytest.raises(SecurityError):
        ChipImage.load(alone)


def test_reports_say_what_is_not_in_them(saved, tmp_path):
    model, data, _ = saved
    report = model.profile_energy(data)
    assert report.host == ("middle",) and report.as_data()["host"] == ("middle",)
    assert model.get_energy_stats()["host_layers"] == ["middle"]
    report.to_html(tmp_path / "page.html")
    assert (
        "The host computes middle: its time and energy are in none of the numbers."
        in (tmp_path / "page.html").read_text()
    )
    # An inference takes the steps of both passes.
    starts = {population["name"]: population["start"] for population in model.chip.summary["populations"]}
    assert starts["last"] >= starts["first"] + STEPS and report.chip_steps == model.chip.chip_steps


def test_other_boards_and_deployments_keep_the_host(saved):
    model, data, _ = saved
    backend = Loihi3Backend(num_chips=2)
    deployed = backend.deploy(backend.map_model(model))
    np.testing.assert_array_equal(backend.execute(deployed, data), model.run(data))
    manager = MultiChipManager(["a", "b"])
    parts = manager.partition_model(model)
    for name, part in parts.items():
        manager.deploy_partition(name, part)
    np.testing.assert_array_equal(manager.run_synchronized(data), model.run(data))
    found = manager.run_synchronized(data, aggregate_outputs=False)
    assert {path for trains in found.values() for path in trains} == {"first", "last"}


def random_network(seed: int) -> bool:
    """Whether a network of the fuzzer is compiled, with something left to the host; then both compute the same."""
    case = generate(seed)
    x = case.x.numpy()
    source = import_program(case.model, x.shape, case.plan.steps if case.plan.stepped else None)
    mapping = MappingOptions("loihi3", "minimize_communication", 1)
    try:
        model = compile_for_chip(source, x, Options(workers=1), mapping, bits=(8, 6, 4)[seed % 3], host_fallback=True)
    except (CompilationError, HardwareError, ValidationError):
        return False
    same = model.compare_with_cpu(x)
    assert same.passed, (seed, same)
    output, trains = model.run(x, return_spike_trains=True)
    expected, on_cpu = model.run_on_cpu(x, return_spike_trains=True)
    as_tuple = lambda value: value if isinstance(value, tuple) else (value,)  # noqa: E731
    for found, wanted in zip(as_tuple(output), as_tuple(expected), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6, err_msg=f"seed {seed}")
    assert trains.keys() == on_cpu.keys(), seed
    for path, train in trains.items():
        np.testing.assert_array_equal(train, on_cpu[path], err_msg=f"seed {seed}: {path}")
    return bool(model.host_layers)


def test_random_networks_with_a_host():
    assert sum(random_network(seed) for seed in range(16)) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_many_random_networks_with_a_host(part):
    assert sum(random_network(seed) for seed in range(3000 + 60 * part, 3060 + 60 * part)) >= 10
